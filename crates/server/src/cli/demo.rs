//! `usher demo`: everything on one machine, nothing to install, and gone when it ends, unless it was given a database.

mod programme;

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use domain::person::DirectoryPerson;
use domain::question::AnswerInput;
use domain::{
    AllowedRegistrant, AppId, BuiltIn, Meeting, MeetingId, MeetingSettings, PersonId, PolicyId, Question,
    QuestionId, Registration, RegistrationId, RegistrationKind, Reminders, Role, Scope, Speaker, TenantId,
};
use jiff::{SignedDuration, Unit};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use store::Grantee;
use url::Url;

use super::serve::bind;
use super::{failed, say};
use crate::app::App;
use crate::clock::{Clock, Source};
use crate::config::Config;
use crate::issuer::{Grant, Issuer};
use crate::ops::ROOM_PATH;
use crate::start::{Service, StartProblem, build, open_database};

/// Try everything on this machine: sample organisation, sign-up page, mailbox, tokens
#[derive(Args, Debug)]
pub(super) struct Demo {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Print one line of JSON for scripts instead
    #[arg(long)]
    json: bool,
    /// Empty PostgreSQL database to use instead of a temporary file; it stays
    #[arg(long, value_name = "postgres://USER@HOST/NAME")]
    database: Option<Url>,
}

/// The tokens of the demo live as long as a working day.
pub(crate) const LIFETIME: Duration = Duration::from_secs(8 * 3600);

/// What the first meeting is called.
const SUBJECT: &str = "Reading a river: gauging for beginners";

/// The sample organisation's.
const LOGO: &[u8] = include_bytes!("logo.png");

/// What `--json` prints, first and alone on its line. Scripts rely on these names.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Printed {
    base_url: String,
    tenant_id: String,
    organizer: PrintedPerson,
    colleague: PrintedPerson,
    pub(crate) app: PrintedApp,
    pub(crate) meeting_id: String,
    registration_page_web_url: String,
    mailbox_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PrintedPerson {
    id: String,
    token: String,
    given_name: String,
    surname: String,
    mail: String,
}

#[derive(Serialize)]
pub(crate) struct PrintedApp {
    id: String,
    pub(crate) token: String,
}

impl PrintedApp {
    /// What its token grants: everything that an application may do.
    pub(crate) fn grant(&self, tenant: TenantId) -> Grant {
        app_grant(tenant, AppId(self.id.clone()))
    }
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        let listener = bind(&self.listen.to_string()).await?;
        let address = listener.local_addr().map_err(|error| StartProblem(error.to_string()))?;
        let folder = tempfile::Builder::new()
            .prefix("usher-demo-")
            .tempdir()
            .map_err(|error| StartProblem(format!("cannot make a folder: {error}")))?;
        crate::ops::install_metrics();
        let ids = Source::from_system();
        let tenant = TenantId(ids.random_id());
        let is_kept = self.database.is_some();
        let config = configuration(address, folder.path(), tenant, self.database)?;
        if is_kept {
            refuse_used(&config).await?;
        }
        let service = build(&config, Clock::System, ids).await?;
        let printed = furnish(&service, tenant).await?;
        let samples = programme::put_on(&service.app, tenant, &printed).await?;
        service.app.samples.get_or_init(|| samples);
        if self.json {
            let line = serde_json::to_string(&printed).map_err(|error| StartProblem(error.to_string()))?;
            say(format_args!("{line}\n"))?;
        } else {
            say(greeting(&printed, is_kept))?;
        }
        crate::serve::serve(service, listener, Duration::from_secs(5)).await
    }
}

fn configuration(
    address: SocketAddr,
    folder: &std::path::Path,
    tenant: TenantId,
    database: Option<Url>,
) -> Result<Config, StartProblem> {
    let database = database.map(section_of).transpose()?.unwrap_or_default();
    // A wildcard address is no address to visit.
    let host = if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    let logo = folder.join("logo.png");
    fs::write(&logo, LOGO).map_err(|error| StartProblem(format!("cannot write the logo: {error}")))?;
    // Whoever can reach the demo runs on this machine: then notifications may go to another program on it.
    let is_alone = address.ip().is_loopback();
    let text = format!(
        r##"
        [server]
        listen = "{address}"
        public_url = "http://{host}"
        allow_http = true
        data_dir = {folder:?}
        [identity.builtin]
        enabled = true
        [[identity.tenant]]
        id = "{tenant}"
        name = "Riverbend Hydrology Institute"
        zone = "Europe/Berlin"
        logo = {logo:?}
        accent = "#1f5f5b"
        privacy_notice = "https://riverbend.example/privacy"
        [[identity.tenant.consent]]
        text = "I agree that the Institute keeps my answers until the meeting is over."
        [mail]
        mailbox = true
        from = "Riverbend events <events@riverbend.example>"
        [subscriptions]
        http_to_loopback = {is_alone}
        {database}
        "##
    );
    Config::from_toml_str(&text).map_err(|problems| StartProblem(problems.to_string()))
}

/// The demo sends every letter that waits to its own mailbox, under links that end with it: not those of others.
pub(crate) async fn refuse_used(config: &Config) -> Result<(), StartProblem> {
    let store = open_database(&config.database).await?;
    let tenants = store.list_tenants().await.map_err(failed)?;
    store.close().await;
    if tenants.is_empty() {
        return Ok(());
    }
    Err(StartProblem("the database is in use: name an empty one of its own (`createdb`)".to_owned()))
}

/// The section of the configuration that names the database.
pub(crate) fn section_of(url: Url) -> Result<String, StartProblem> {
    let (url, password) = without_password(url)?;
    let password = password.map(|password| format!("password = {password:?}\n")).unwrap_or_default();
    Ok(format!("[database]\nurl = {:?}\n{password}", url.as_str()))
}

/// An address of PostgreSQL, and the password apart that it may hold.
pub(crate) fn without_password(mut url: Url) -> Result<(Url, Option<String>), StartProblem> {
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(StartProblem("`--database` wants an address as `postgres://user@host/name`".to_owned()));
    }
    let password =
        url.password().map(|password| percent_decode_str(password).decode_utf8_lossy().into_owned());
    // Only an address without a host has no room for a password, and so holds none.
    let _ = url.set_password(None);
    Ok((url, password))
}

/// Puts the sample organisation into the empty database.
pub(crate) async fn furnish(service: &Service, tenant: TenantId) -> Result<Printed, StartProblem> {
    let app = &service.app;
    let issuer = service.issuer.as_ref().map(|service| service.issuer());
    let issuer = issuer.ok_or_else(|| StartProblem("the demo needs the built-in issuer".to_owned()))?;
    let organizer = person(app, "Ines", "Calloway");
    let colleague = person(app, "Tomas", "Virtanen");
    let app_id = AppId(app.ids.random_id().to_string());
    let store = &app.store;
    store.put_people(tenant, &[organizer.clone(), colleague.clone()]).await.map_err(failed)?;
    let policy = PolicyId(app.ids.random_id());
    let apps = [app_id.clone()];
    store
        .create_policy(tenant, policy, "events", Some("The events team's app"), &apps)
        .await
        .map_err(failed)?;
    store.grant_policy(tenant, "events", Grantee::Organizer(organizer.0)).await.map_err(failed)?;
    let (meeting, registration) = sample_meeting(app, tenant, organizer.0)?;
    store.create_meeting(&meeting, &app.fact("demo".to_owned())).await.map_err(failed)?;
    store.create_registration(&registration, &app.fact("demo".to_owned())).await.map_err(failed)?;

    let key = wire::registration::key(&meeting, &registration);
    let registration_id = wire::ids::write_registration(&key);
    let public_url = app.settings.public_url.clone();
    Ok(Printed {
        tenant_id: tenant.to_string(),
        organizer: printed_person(app, issuer, tenant, organizer)?,
        colleague: printed_person(app, issuer, tenant, colleague)?,
        app: printed_app(app, issuer, tenant, app_id)?,
        meeting_id: wire::ids::write_meeting(meeting.organizer, meeting.id),
        registration_page_web_url: wire::links::registration_page(&public_url, &registration_id, &meeting),
        mailbox_url: format!("{public_url}/mailbox"),
        base_url: public_url,
    })
}

fn person(app: &App, given_name: &str, surname: &str) -> (PersonId, DirectoryPerson) {
    let id = PersonId(app.ids.random_id());
    let mail = format!("{given_name}.{surname}@riverbend.example").to_lowercase();
    let person = DirectoryPerson {
        id: Some(id),
        upn: mail.clone(),
        mail: Some(mail),
        given_name: Some(given_name.to_owned()),
        surname: Some(surname.to_owned()),
        display_name: Some(format!("{given_name} {surname}")),
        language: None,
        is_active: true,
    };
    (id, person)
}

fn printed_person(
    app: &App,
    issuer: &Issuer,
    tenant: TenantId,
    (id, person): (PersonId, DirectoryPerson),
) -> Result<PrintedPerson, StartProblem> {
    let grant = Grant::Delegated {
        tenant,
        person: id,
        app: AppId("usher-demo".to_owned()),
        scopes: vec![Scope::MeetingsReadWrite, Scope::UserRead],
        profile: person.profile(),
    };
    Ok(PrintedPerson {
        id: id.to_string(),
        token: mint(app, issuer, &grant)?,
        given_name: person.given_name.unwrap_or_default(),
        surname: person.surname.unwrap_or_default(),
        mail: person.mail.unwrap_or_default(),
    })
}

fn printed_app(app: &App, issuer: &Issuer, tenant: TenantId, id: AppId) -> Result<PrintedApp, StartProblem> {
    let token = mint(app, issuer, &app_grant(tenant, id.clone()))?;
    Ok(PrintedApp { token, id: id.0 })
}

fn app_grant(tenant: TenantId, app: AppId) -> Grant {
    Grant::Application { tenant, app, roles: vec![Role::MeetingsReadAll, Role::MeetingsReadWriteAll] }
}

fn mint(app: &App, issuer: &Issuer, grant: &Grant) -> Result<String, StartProblem> {
    let token = issuer.mint(grant, app.clock.now(), LIFETIME, app.ids.random_id());
    token.map_err(|error| StartProblem(error.to_string()))
}

/// A meeting whose doors are open already: it starts in ten minutes and lasts as long as the tokens.
pub(crate) fn sample_meeting(
    app: &App,
    tenant: TenantId,
    organizer: PersonId,
) -> Result<(Meeting, Registration), StartProblem> {
    let now = app.clock.now();
    let overflow = |error: jiff::Error| StartProblem(format!("the clock is beyond reason: {error}"));
    let start_at = now.checked_add(SignedDuration::from_mins(10)).and_then(|at| at.round(Unit::Minute));
    let start_at = start_at.map_err(overflow)?;
    let end_at = start_at.checked_add(SignedDuration::from_hours(8)).map_err(overflow)?;
    let subject = Some(SUBJECT.to_owned());
    let meeting = Meeting {
        id: MeetingId::from_random(app.ids.bytes()),
        tenant,
        organizer,
        created_at: now,
        start_at,
        end_at,
        subject: subject.clone(),
        join_url: Some(format!("{}{ROOM_PATH}", app.settings.public_url)),
        join_meeting_id: "48209317755".to_owned(),
        passcode: None,
        external_id: None,
        attendees: Vec::new(),
        settings: MeetingSettings::default(),
        version: 1,
    };
    let question = |display_name: &str, is_required, input| Question {
        id: QuestionId(app.ids.ordered_id(now)),
        display_name: Some(display_name.to_owned()),
        is_required,
        input,
    };
    let yes_no = AnswerInput::RadioButton(vec!["Yes".to_owned(), "No".to_owned()]);
    let speaker =
        |name: &str, bio: &str| Speaker { display_name: Some(name.to_owned()), bio: Some(bio.to_owned()) };
    let built_in = BuiltIn {
        subject,
        description: Some(
            "An online clinic on stage, discharge and the errors between them.\n\nBring your own data if you like."
                .to_owned(),
        ),
        start_at: Some(start_at),
        end_at: Some(end_at),
        speakers: vec![
            speaker("Ines Calloway", "Leads the sediment transport group"),
            speaker("Bram Oyelaran", "Field instrumentation engineer"),
        ],
        questions: vec![
            question("Have you used an acoustic profiler before?", true, yes_no),
            question("Which river do you work on?", false, AnswerInput::Text),
        ],
        // While somebody is still looking into the mailbox.
        reminders: Some(Reminders::new([5])),
        ..BuiltIn::default()
    };
    let registration = Registration {
        id: RegistrationId(app.ids.random_id()),
        meeting: meeting.id,
        allowed_registrant: AllowedRegistrant::Everyone,
        kind: RegistrationKind::BuiltIn(Box::new(built_in)),
        version: 1,
    };
    Ok((meeting, registration))
}

/// What a stranger reads first. Everything in it works when pasted, from top to bottom.
fn greeting(printed: &Printed, is_kept: bool) -> String {
    let end = if is_kept {
        "Everything here is a sample. The database stays when you press Ctrl+C; the links in it end"
    } else {
        "Everything here is a sample and is gone when you press Ctrl+C"
    };
    let Printed { base_url, organizer, app, meeting_id, registration_page_web_url, mailbox_url, .. } =
        printed;
    let registration =
        format!("{base_url}/beta/users/{}/onlineMeetings/{meeting_id}/registration", organizer.id);
    format!(
        r#"Usher is running. {end}.

  Open the sign-up page, fill it in, and look into the mailbox:
    {registration_page_web_url}
    {mailbox_url}

  See what people meet in other states, from a full meeting to a cancelled one:
    {base_url}/

  Or enrol somebody over the Graph API. Paste this into another terminal:

TOKEN={token}
REGISTRATION='{registration}'

# 1. What does the registration ask?
curl -s -w '\n' -H "Authorization: Bearer $TOKEN" "$REGISTRATION?\$expand=customQuestions"

# 2. Enrol somebody. A blank id and link in the answer mean that it worked: the links travel by mail.
QUESTION=$(curl -s -H "Authorization: Bearer $TOKEN" "$REGISTRATION/customQuestions" | sed 's/.*"id":"\([^"]*\)".*"radioButton".*/\1/')
curl -s -w '\n' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' "$REGISTRATION/registrants" -d '{{"firstName":"Odile","lastName":"Marchetti","email":"odile@pinewater.example","customQuestionAnswers":[{{"questionId":"'"$QUESTION"'","value":"Yes"}}]}}'

# 3. Who is coming?
curl -s -w '\n' -H "Authorization: Bearer $TOKEN" "$REGISTRATION/registrants"

  The reference of all operations: {base_url}/docs
"#,
        token = app.token,
    )
}
