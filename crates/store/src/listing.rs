//! Registrants as a caller asks for them: some of them, in some order, page by page.
//!
//! First their ids are found, in order, by what is asked; then the rows by their ids. What has to be sorted are so the
//! short texts it is sorted by, and never answers.

use std::sync::LazyLock;

use domain::enrolment::{address_key, external_key};
use domain::query::{Answered, Comparison, Filter, Literal, Order, Position, Property, fold};
use domain::{Email, MeetingId, Registrant, Registration, RegistrationKind, TenantId};
use uuid::Uuid;

use crate::condition::{Items, Sql, Words};
use crate::engine::{Engine, LONGEST_SEARCH, On, Readable, Text, query};
use crate::ordering::behind;
use crate::registrant::{HANDFUL, PAGE_WEIGHT, RegistrantRow, weigh};
use crate::rows::{PerLength, number, placeholders};
use crate::{Fault, Store};

/// Which registrants of a registration are asked for. A list of an external registration holds those who are there, one of
/// a built-in registration also those who canceled.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// Whose meeting it is: they wait for their own searches before others have to.
    pub tenant: TenantId,
    /// Of which registration, with its questions.
    pub registration: &'a Registration,
    /// Which of them; everybody where it is `None`.
    pub filter: Option<&'a Filter>,
    /// In which order; in the order of arrival where it is empty.
    pub orders: &'a [Order],
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPage {
    /// The registrants, in order.
    pub registrants: Vec<Registrant>,
    /// Where the next page starts. `None` on the last page.
    pub next: Option<Position>,
}

const FIND_THESE: &str = "WITH asked (registrant_id) AS (VALUES {})
    SELECT meeting_id, r.registrant_id, registration_id, first_name, last_name, email, external_id,
        user_id, user_tenant_id, answers, consent, language, time_zone, generation, registered_at, canceled_at,
        canceled_by, canceled_reason, standing, offer_expires_at, reminders_stopped_at IS NULL AS wants_reminders
    FROM asked a CROSS JOIN registrant r
    WHERE r.slot = ? AND r.meeting_id = ? AND r.registrant_id = a.registrant_id";
/// Each as the first from its id on: as [`crate::registrant::FIND_FROM`] does, and for its reason.
const FIND_EACH_OF_THESE: &str = "WITH asked (registrant_id) AS (VALUES {})
    SELECT r.meeting_id, r.registrant_id, r.registration_id, r.first_name, r.last_name, r.email, r.external_id,
        r.user_id, r.user_tenant_id, r.answers, r.consent, r.language, r.time_zone, r.generation, r.registered_at,
        r.canceled_at, r.canceled_by, r.canceled_reason, r.standing, r.offer_expires_at,
        r.reminders_stopped_at IS NULL AS wants_reminders
    FROM asked a CROSS JOIN LATERAL (
        SELECT meeting_id, registrant_id, registration_id, first_name, last_name, email, external_id,
            user_id, user_tenant_id, answers, consent, language, time_zone, generation, registered_at, canceled_at,
            canceled_by, canceled_reason, standing, offer_expires_at, reminders_stopped_at
        FROM registrant WHERE slot = ? AND meeting_id = ? AND registrant_id >= a.registrant_id
        ORDER BY registrant_id LIMIT 1) r
    WHERE r.registrant_id = a.registrant_id";
static THESE: LazyLock<PerLength> = LazyLock::new(|| {
    PerLength::new(|ids| {
        let with_ids = |text: &str| text.replace("{}", &placeholders(ids, 1));
        Text::of(with_ids(FIND_THESE), with_ids(FIND_EACH_OF_THESE))
    })
});

impl Store {
    /// Up to `limit` registrants behind a position, `skip` of them passed over; fewer where their answers are so long that
    /// the page would be many megabytes. A fault that may pass where finding them takes longer than ten seconds.
    pub async fn list_registrants_by(
        &self,
        listing: Listing<'_>,
        after: Option<&Position>,
        skip: u32,
        limit: u32,
    ) -> Result<ListedPage, Fault> {
        let leading = keys_to(listing, Property::Email);
        if let [Keys::Is(key)] = &leading[..] {
            let found = if skip == 0 && after.is_none() { self.find_one(listing, key).await? } else { None };
            return Ok(ListedPage { registrants: found.into_iter().collect(), next: None });
        }
        let found = self.find_ids(listing, self.words(listing), &leading, (after, skip, limit)).await?;
        let (registrants, goes_on) = self.read_page(listing, &found, limit as usize).await?;
        let last = registrants.last().filter(|_| goes_on);
        let next = last.map(|last| Position::of(last, listing.orders));
        Ok(ListedPage { registrants, next })
    }

    /// The ids of those who are asked for: behind a position, so many passed over, and one more than so many.
    pub(crate) async fn find_ids(
        &self,
        listing: Listing<'_>,
        words: Words<'_>,
        leading: &[Keys],
        (after, skip, limit): (Option<&Position>, u32, u32),
    ) -> Result<Vec<Uuid>, Fault> {
        let (keys, is_turned) = words.orders(listing.orders);
        let mut sql = Sql::new();
        branches(
            &mut sql,
            listing,
            words,
            leading,
            |sql| {
                sql.push("r.registrant_id");
                for (n, (key, _)) in keys.iter().enumerate() {
                    sql.push(&format!(", {key} AS key_{n}"));
                }
            },
            |sql| {
                if let Some(position) = after {
                    sql.push(" AND ");
                    behind(sql, &keys, &position.keys, ("r.registrant_id", is_turned), position.id);
                }
            },
        );
        let direction = |is_descending| if is_descending { " DESC" } else { "" };
        sql.push(" ORDER BY ");
        for (n, (_, is_descending)) in keys.iter().enumerate() {
            sql.push(&format!("key_{n}{}, ", direction(*is_descending)));
        }
        sql.push("registrant_id").push(direction(is_turned));
        // One id more than is wanted tells whether the list goes on.
        sql.push(" LIMIT ").bind(i64::from(limit) + 1).push(" OFFSET ").bind(i64::from(skip));
        self.ask(listing.tenant, leading, sql).await
    }

    /// How many registrants that is in all.
    pub async fn count_registrants_by(&self, listing: Listing<'_>) -> Result<i64, Fault> {
        let leading = keys_to(listing, Property::Email);
        if let [Keys::Is(key)] = &leading[..] {
            return Ok(i64::from(self.find_one(listing, key).await?.is_some()));
        }
        self.count_ids(listing, self.words(listing), &leading).await
    }

    pub(crate) async fn count_ids(
        &self,
        listing: Listing<'_>,
        words: Words<'_>,
        leading: &[Keys],
    ) -> Result<i64, Fault> {
        let mut sql = Sql::new();
        sql.push("SELECT ").push("COUNT(*) FROM (");
        branches(
            &mut sql,
            listing,
            words,
            leading,
            |sql| {
                sql.push("r.registrant_id");
            },
            |_| {},
        );
        sql.push(") f");
        let counted: Vec<i64> = self.ask(listing.tenant, leading, sql).await?;
        Ok(counted.first().copied().unwrap_or_default())
    }

    /// The one who is registered under a key, if they are asked for.
    async fn find_one(&self, listing: Listing<'_>, key: &str) -> Result<Option<Registrant>, Fault> {
        let registration = listing.registration;
        let found = self.find_live_registrant(registration.meeting, key).await?;
        let is_asked = |registrant: &Registrant| {
            let questions = self.words(listing).questions();
            let item = Answered { registrant, questions };
            registrant.registration == registration.id
                && listing.filter.is_none_or(|filter| filter.matches(&item))
        };
        Ok(found.filter(is_asked))
    }

    fn words<'a>(&self, listing: Listing<'a>) -> Words<'a> {
        Words { engine: self.engine(), items: Items::Registrants(&listing.registration.kind) }
    }

    /// Whoever is found by a key is found at once: that waits for nobody who looks through a list.
    async fn ask<T>(&self, tenant: TenantId, leading: &[Keys], sql: Sql<'_>) -> Result<Vec<T>, Fault>
    where
        (T,): Readable,
    {
        let is_key = |keys: &Keys| matches!(keys, Keys::Is(_) | Keys::Mail(Start::Whole(_)));
        if leading.iter().all(is_key) {
            self.find_now(sql).await
        } else {
            self.find_bounded(tenant, sql).await
        }
    }

    /// Looks through a list, when it is the tenant's turn.
    pub(crate) async fn find_bounded<T>(&self, tenant: TenantId, sql: Sql<'_>) -> Result<Vec<T>, Fault>
    where
        (T,): Readable,
    {
        let place = self.searches.place(tenant);
        let turn = tokio::time::timeout(LONGEST_SEARCH, place.turn()).await;
        let Ok(Some(_turn)) = turn else { return Err(Fault(sqlx::Error::PoolTimedOut)) };
        self.find_now(sql).await
    }

    async fn find_now<T>(&self, sql: Sql<'_>) -> Result<Vec<T>, Fault>
    where
        (T,): Readable,
    {
        let asked = query(Text::same(sql.text)).bind_all(sql.values);
        asked.fetch_values_bounded(&self.readers, LONGEST_SEARCH).await
    }

    /// The rows of those ids, up to so many of them or many megabytes, and whether there are more.
    pub(crate) async fn read_page(
        &self,
        listing: Listing<'_>,
        found: &[Uuid],
        limit: usize,
    ) -> Result<(Vec<Registrant>, bool), Fault> {
        let meeting = listing.registration.meeting;
        let (wanted, beyond) = found.split_at(found.len().min(limit));
        let (mut registrants, mut weight) = (Vec::new(), 0);
        for ids in wanted.chunks(HANDFUL) {
            for row in read_these(&self.readers, meeting, ids).await? {
                if weight >= PAGE_WEIGHT {
                    return Ok((registrants, true));
                }
                let registrant = row.into_registrant()?;
                weight += weigh(&registrant);
                registrants.push(registrant);
            }
        }
        Ok((registrants, !beyond.is_empty()))
    }
}

/// Those of a meeting's registrants that are there, in the order of their ids as they come: all different, and as many as
/// one statement carries at most; see [`crate::rows::pieces`].
pub(crate) async fn read_these(
    on: impl Into<On<'_>>,
    meeting: MeetingId,
    ids: &[Uuid],
) -> Result<Vec<RegistrantRow>, Fault> {
    let find = ids.iter().fold(query(THESE.text(ids.len())), |find, id| find.bind(*id));
    let find = find.bind(number(meeting.slot())).bind(meeting.0);
    let mut rows: Vec<RegistrantRow> = find.fetch_all(on).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.registrant_id));
    Ok(rows)
}

/// The question itself; more than once where several keys lead to what is asked for, none of which finds what another
/// does.
fn branches(
    sql: &mut Sql<'_>,
    listing: Listing<'_>,
    words: Words<'_>,
    leading: &[Keys],
    columns: impl Fn(&mut Sql<'_>),
    more: impl Fn(&mut Sql<'_>),
) {
    let registration = listing.registration;
    for (n, key) in leading.iter().enumerate() {
        sql.push(if n > 0 { " UNION ALL " } else { "" }).push("SELECT ");
        columns(sql);
        sql.push(" FROM registrant r");
        // Without figures SQLite holds the order of the primary key to be worth more, and reads the meeting.
        if matches!(key, Keys::Mail(_)) && words.engine == Engine::Sqlite {
            sql.push(" INDEXED BY registrant_mail");
        }
        sql.push(" WHERE r.slot = ").bind(number(registration.meeting.slot()));
        sql.push(" AND r.meeting_id = ").bind(registration.meeting.0);
        match key {
            Keys::Any => &mut *sql,
            Keys::Is(key) => sql.push(" AND r.live_key = ").bind(key.clone()),
            Keys::Mail(start) => start.push(sql),
        };
        sql.push(" AND r.registration_id = ").bind(registration.id.0);
        words.those_listed(sql);
        if let Some(filter) = listing.filter {
            sql.push(" AND ");
            words.filter(sql, filter);
        }
        more(sql);
    }
}

/// By which keys registrants are looked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// By none but the meeting's.
    Any,
    /// By that of the one who is registered under it.
    Is(String),
    /// By what an address begins with, of those who are not registered under it: they came signed in, or canceled.
    Mail(Start),
}

/// What the small letters of an address begin with, as far as the index of them tells: it folds A to Z alone. Whatever
/// else leads there is told apart by the filter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// All of it.
    Whole(String),
    /// What stands before its first letter beyond ASCII, which only a domain has.
    Of(String),
}

/// As the index `registrant_mail` has it, word for word: neither engine takes an index for less.
const WITHOUT_KEY_OF_MAIL: &str = "r.email IS NOT NULL AND (r.live_key IS NULL OR r.user_id IS NOT NULL)";

impl Start {
    fn of(address: &str) -> Self {
        let folded = fold(address);
        match folded.find(|letter: char| !letter.is_ascii()) {
            None => Self::Whole(folded),
            Some(end) => Self::Of(folded[..end].to_owned()),
        }
    }

    fn push<'s, 'q>(&self, sql: &'s mut Sql<'q>) -> &'s mut Sql<'q> {
        sql.push(" AND ").push(WITHOUT_KEY_OF_MAIL);
        match self {
            Self::Whole(address) => sql.push(" AND lower(r.email) = ").bind(address.clone()),
            // Both engines compare bytes, and no address holds the last letter of all.
            Self::Of(start) => {
                sql.push(" AND lower(r.email) >= ").bind(start.clone());
                sql.push(" AND lower(r.email) < ").bind(format!("{start}{}", char::MAX))
            }
        }
    }
}

/// The keys that lead to whatever the filter asks for, whoever else they lead to. An address leads by
/// [`domain::Person::key`] to whoever registered by it, and by a key of its own to whoever registered signed in or has
/// canceled. An index of all would cost every enrolment.
pub(crate) fn keys_to(listing: Listing<'_>, address: Property) -> Vec<Keys> {
    let is_external = listing.registration.kind == RegistrationKind::External;
    let equal = |property| listing.filter.and_then(|filter| equal_to(filter, property));
    match (equal(Property::Id), equal(address)) {
        (Some(Literal::Exact(id)), _) if is_external => vec![Keys::Is(external_key(id))],
        (_, Some(Literal::Text(address))) if !is_external => {
            let by_address = Email::parse(address).ok().map(|email| Keys::Is(address_key(&email)));
            by_address.into_iter().chain([Keys::Mail(Start::of(address))]).collect()
        }
        _ => vec![Keys::Any],
    }
}

/// What a property has to be equal to, whatever else is asked.
fn equal_to(filter: &Filter, property: Property) -> Option<&Literal> {
    match filter {
        Filter::And(all) => all.iter().find_map(|one| equal_to(one, property)),
        Filter::Compare(asked, Comparison::Eq, literal) if *asked == property => Some(literal),
        _ => None,
    }
}
