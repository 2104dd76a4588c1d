//! What the manage page shows.

use axum::response::Response;
use domain::{BuiltIn, FieldProblem, Person, Registrant, Standing};
use http::StatusCode;
use pages::{ManageNotice, ManageStatus, ManageView, Zones};
use store::Hosted;

use super::Own;
use crate::app::App;
use crate::attend::calendar::Links;
use crate::attend::form::{self, Fields};
use crate::attend::page::html;
use crate::attend::policy::scripted;
use crate::attend::reader::Reader;

/// What was just done, and what was wrong with it.
#[derive(Clone, Copy, Default)]
pub(super) struct Shown<'a> {
    pub(super) notice: Option<ManageNotice>,
    /// Answers as they were sent; without them those that are stored.
    pub(super) fields: Option<&'a Fields>,
    pub(super) problems: &'a [FieldProblem],
}

/// Somebody's own registration, as it is now.
pub(super) fn manage_page(app: &App, reader: &Reader, own: &Own, shown: Shown<'_>) -> Response {
    let Own { registrant, hosted, past } = own;
    let (first_name, last_name, email) = match &registrant.person {
        Some(Person::Named { named, .. }) => {
            (named.first_name.as_str(), named.last_name.as_str(), named.email.as_typed())
        }
        Some(Person::External { .. }) | None => ("", "", ""),
    };
    let now = app.clock.now();
    let span = own.span();
    let status = match hosted {
        None if past.as_ref().is_none_or(|past| past.is_meeting_deleted) => ManageStatus::MeetingCanceled,
        None if registrant.canceled_themself() => match registrant.standing {
            Standing::Withdrawn(_) => ManageStatus::Withdrawn { by_themself: true },
            _ => ManageStatus::Canceled,
        },
        None => ManageStatus::AllCanceled,
        Some(_) if registrant.standing.is_live() && span.is_some_and(|(_, end_at)| now >= end_at) => {
            ManageStatus::Over
        }
        Some(_) => match registrant.standing {
            Standing::Registered => ManageStatus::Registered,
            Standing::PendingApproval => ManageStatus::Pending,
            Standing::Waitlisted => ManageStatus::Waitlisted,
            Standing::Offered { expires_at } if now < expires_at => ManageStatus::Offered { expires_at },
            Standing::Offered { .. } | Standing::OfferExpired(_) => ManageStatus::OfferExpired,
            Standing::Rejected(_) => ManageStatus::Rejected,
            Standing::Canceled(_) => ManageStatus::Canceled,
            Standing::Withdrawn(_) => ManageStatus::Withdrawn { by_themself: registrant.canceled_themself() },
        },
    };
    let asked = own.changeable(app).and_then(|(hosted, registration)| {
        let built_in = registration.built_in().ok()?;
        Some((hosted, built_in, form::question_ids(built_in, &hosted.meeting)))
    });
    let stored = stored(registrant, asked.as_ref().map(|(_, built_in, ids)| (*built_in, ids.as_slice())));
    let fields = shown.fields.unwrap_or(&stored);
    let flaws = asked.as_ref().map_or_else(Vec::new, |(hosted, built_in, ids)| {
        form::field_problems(shown.problems, built_in, ids, &hosted.meeting, fields)
    });
    let page_url = hosted.as_ref().and_then(|hosted| page_url(app, hosted));
    let language = own.language(reader);
    let house = own.house(app);
    let links = Links::of(app, &registrant.link());
    let calendar = hosted
        .as_ref()
        .filter(|_| status == ManageStatus::Registered)
        .and_then(|hosted| Some(links.offer(language, &hosted.meeting, hosted.registration.as_ref()?)));
    let page = pages::manage_page(&ManageView {
        language,
        zones: Zones {
            registered: registrant.time_zone.as_deref(),
            ..house.map_or_else(Zones::default, |house| house.zones(reader.zone.as_deref()))
        },
        brand: house.map(|house| &house.brand),
        lang: own.words_language(),
        subject: own.subject(),
        span,
        first_name,
        last_name,
        email,
        status,
        questions: asked
            .as_ref()
            .map_or_else(Vec::new, |(_, built_in, ids)| form::questions(built_in, ids, fields)),
        problems: flaws.iter().map(|(field, flaw)| pages::FieldProblem { field, flaw: *flaw }).collect(),
        join_url: &links.join,
        calendar,
        reminders_stopped: !registrant.wants_reminders,
        notice: shown.notice,
        registration_page_url: page_url.as_deref(),
    });
    let status = match shown.notice {
        Some(ManageNotice::TooLate) => StatusCode::CONFLICT,
        _ if shown.problems.is_empty() => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    };
    scripted(html(status, language, page))
}

/// The answers that are stored, as the form has them.
fn stored(registrant: &Registrant, asked: Option<(&BuiltIn, &[String])>) -> Fields {
    let Some((built_in, ids)) = asked else { return Vec::new() };
    let answer = |(question, id): (&domain::Question, &String)| {
        let answer = registrant.answers.iter().find(|answer| answer.question == question.id)?;
        Some((format!("answer-{id}"), answer.value.clone()))
    };
    built_in.questions.iter().zip(ids).filter_map(answer).collect()
}

/// Where the person may register again: the page of a built-in registration for everyone.
pub(super) fn page_url(app: &App, hosted: &Hosted) -> Option<String> {
    let registration = hosted.registration.as_ref().filter(|registration| registration.built_in().is_ok())?;
    let key = wire::registration::key(&hosted.meeting, registration);
    let id = wire::ids::write_registration(&key);
    Some(wire::links::registration_page(&app.settings.public_url, &id, &hosted.meeting))
}
