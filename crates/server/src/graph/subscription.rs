//! `/subscriptions`: make, look at, renew and end. docs/change-notifications.md.

use domain::permission::acts_as_organizer;
use domain::refusal::Denial;
use domain::subscription::{Owner, Subscription, SubscriptionId, Watched};
use domain::{FieldProblem, PersonId, ProblemCode, Refusal};
use store::{Renewed, Rotated, Subscribed, SubscriptionChange};
use uuid::Uuid;
use wire::query::list;
use wire::subscription::{NewSubscription, SubscriptionPatch, WatchedPath, WireSubscription};
use wire::{Entity, UserRef};

use super::once::{Key, random_of_key};
use super::paging::answer_from;
use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// `POST /subscriptions`: the receiver proves that it wants notifications before one is made.
pub async fn create(ask: &Ask<'_>) -> Answer {
    let now = ask.app.clock.now();
    let new = NewSubscription::read(ask.body()?, now)?;
    let organizer = organizer_of(ask, &new.watched)?;
    let watched = new.watched.watched;
    check_watched(ask, organizer, watched).await?;
    let owner = Owner::of(&ask.caller);
    let feed = watched.feed(owner.tenant, organizer);
    // A retry finds what the first request made: its id follows from the key, and its secret from the id.
    let key = random_of_key(ask)?;
    let id = SubscriptionId::from_random(key.unwrap_or_else(|| ask.app.ids.bytes()), feed);
    if key.is_some()
        && let Some(known) = ask.app.store.find_subscription(id).await?
    {
        return created_before(ask, &known, &new, &owner);
    }
    let limits = ask.app.settings.subscriptions;
    // Nobody is called for whoever may have no more anyway.
    let own = ask.app.store.list_subscriptions(&owner).await?;
    if own.iter().filter(|other| other.expires_at > now).count() >= limits.per_app as usize {
        return Err(Refusal::TooManySubscriptions.into());
    }
    validate(ask, "notificationUrl", &new.notification_url).await?;
    if let Some(address) = &new.lifecycle_url {
        validate(ask, "lifecycleNotificationUrl", address).await?;
    }
    let subscription = Subscription {
        id,
        owner: owner.clone(),
        organizer,
        watched,
        resource: new.resource.clone(),
        change_types: new.change_types.clone(),
        notification_url: new.notification_url.clone(),
        lifecycle_url: new.lifecycle_url.clone(),
        client_state: new.client_state.clone(),
        created_at: now,
        expires_at: new.expires_at,
        secret_generation: 1,
        overlap_until: None,
    };
    // What happened so far is not to be told of. An organizer's meetings are anywhere, and little waits at any time.
    match watched.meeting() {
        Some(meeting) => ask.app.store.gather_meeting(meeting, now).await?,
        None => ask.app.store.gather(now).await?,
    };
    match ask.app.store.create_subscription(&subscription, ask.app.ids.random_id(), limits).await? {
        Subscribed::Now => Ok(created(ask, &subscription)),
        // Of two that came at once under one key, one made it.
        Subscribed::Before => {
            let known = ask.app.store.find_subscription(id).await?.ok_or(Refusal::NoSubscription)?;
            created_before(ask, &known, &new, &owner)
        }
        Subscribed::TooMany => Err(Refusal::TooManySubscriptions.into()),
    }
}

fn created(ask: &Ask<'_>, subscription: &Subscription) -> Reply {
    Reply::created(&show(ask, subscription, Some(ask.app.courier.secret(subscription))))
}

/// What an earlier request with the same key made; a refusal where that asked for another.
fn created_before(ask: &Ask<'_>, known: &Subscription, new: &NewSubscription, owner: &Owner) -> Answer {
    let is_same = known.owner == *owner
        && known.resource == new.resource
        && known.change_types == new.change_types
        && known.notification_url == new.notification_url
        && known.lifecycle_url == new.lifecycle_url
        && known.client_state == new.client_state;
    if is_same { Ok(created(ask, known)) } else { Err(Refusal::IdempotencyKeyReused.into()) }
}

/// `GET /subscriptions`: one's own, and `/$count` of them.
pub async fn list(ask: &Ask<'_>) -> Answer {
    let own = ask.app.store.list_subscriptions(&Owner::of(&ask.caller)).await?;
    let shown = own.iter().map(|subscription| WireSubscription::new(subscription, None)).collect();
    answer_from(ask, ask.root().subscriptions(false), shown, &list::SUBSCRIPTIONS)
}

/// `GET /subscriptions/{id}`
pub async fn get(ask: &Ask<'_>) -> Answer {
    Ok(Reply::entity(&show(ask, &find(ask).await?, None)))
}

/// `PATCH /subscriptions/{id}`: another end, and another receiver, which has to prove itself in turn.
pub async fn update(ask: &Ask<'_>) -> Answer {
    let now = ask.app.clock.now();
    let patch = SubscriptionPatch::read(ask.body()?, now)?;
    let known = find(ask).await?;
    check_watched(ask, known.organizer, known.watched).await?;
    if let Some(address) = &patch.notification_url {
        validate(ask, "notificationUrl", address).await?;
    }
    let change =
        SubscriptionChange { expires_at: patch.expires_at, notification_url: patch.notification_url };
    let (epoch, limits) = (ask.app.ids.random_id(), ask.app.settings.subscriptions);
    match ask.app.store.renew_subscription(&known, &change, epoch, limits, ask.app.clock.now()).await? {
        Renewed::To(subscription) => Ok(Reply::entity(&show(ask, &subscription, None))),
        Renewed::Gone => Err(Refusal::NoSubscription.into()),
        Renewed::TooMany => Err(Refusal::TooManySubscriptions.into()),
    }
}

/// `POST /subscriptions/{id}/reauthorize`: whoever may still see what it tells of confirms it. Its end stays.
pub async fn reauthorize(ask: &Ask<'_>) -> Answer {
    let subscription = find(ask).await?;
    check_watched(ask, subscription.organizer, subscription.watched).await?;
    Ok(Reply::no_content())
}

/// `DELETE /subscriptions/{id}`
pub async fn delete(ask: &Ask<'_>) -> Answer {
    let subscription = find(ask).await?;
    match ask.app.store.delete_subscription(subscription.id).await? {
        true => Ok(Reply::no_content()),
        false => Err(Refusal::NoSubscription.into()),
    }
}

/// `POST /subscriptions/{id}/rotateSigningSecret`: another secret; the one before signs beside it for a day, and whoever
/// asks again within it is shown the same.
pub async fn rotate_secret(ask: &Ask<'_>) -> Answer {
    let mut subscription = find(ask).await?;
    let once = Key::of_a_subscription(ask, &subscription)?.map(Key::of_what_becomes);
    let rotated = ask.app.store.rotate_secret(subscription.id, ask.app.clock.now(), once.as_ref()).await?;
    subscription.secret_generation = match rotated {
        Rotated::To(generation) => generation,
        Rotated::Gone => return Err(Refusal::NoSubscription.into()),
        Rotated::KeyReused => return Err(Refusal::IdempotencyKeyReused.into()),
    };
    let secret = ask.app.courier.secret(&subscription);
    Ok(Reply::entity(&show(ask, &subscription, Some(secret))))
}

/// The subscription the path names, if it is the caller's own.
pub(super) async fn find(ask: &Ask<'_>) -> Result<Subscription, ApiError> {
    let id = ask.path.key.as_deref().and_then(|id| Uuid::try_parse(id).ok()).map(SubscriptionId);
    let found = match id {
        Some(id) => ask.app.store.find_subscription(id).await?,
        None => None,
    };
    let owner = Owner::of(&ask.caller);
    found.filter(|found| found.owner == owner).ok_or(Refusal::NoSubscription.into())
}

/// Whose meetings a resource names. An id that holds another organizer names nobody's meeting.
fn organizer_of(ask: &Ask<'_>, path: &WatchedPath) -> Result<PersonId, ApiError> {
    let organizer = match &path.user {
        UserRef::Me => ask.caller.person().ok_or(Denial::MeNeedsPerson)?,
        UserRef::Id(person) => *person,
        UserRef::Name(_) | UserRef::Nobody => {
            return Err(vec![FieldProblem::new(
                "resource",
                ProblemCode::InvalidValue,
                "`resource` begins with `users/` and the organizer's object id, or with `me/`",
            )]
            .into());
        }
    };
    if path.organizer.is_some_and(|named| named != organizer) {
        return Err(Refusal::NoMeeting.into());
    }
    Ok(organizer)
}

/// Whether the caller may see what a subscription tells of.
pub(super) async fn check_watched(
    ask: &Ask<'_>,
    organizer: PersonId,
    watched: Watched,
) -> Result<(), ApiError> {
    let Some(meeting) = watched.meeting() else { return ask.check_organizer(organizer).await };
    let hosted = ask.app.store.find_hosted(meeting).await?;
    let hosted = hosted
        .filter(|hosted| {
            hosted.meeting.tenant == ask.caller.tenant() && hosted.meeting.organizer == organizer
        })
        .ok_or(Refusal::NoMeeting)?;
    acts_as_organizer(&ask.caller, organizer)?;
    ask.check_policy(organizer).await?;
    match (watched, hosted.registration) {
        (Watched::Registrants(_), None) => Err(Refusal::NoRegistration.into()),
        _ => Ok(()),
    }
}

async fn validate(ask: &Ask<'_>, member: &'static str, address: &str) -> Result<(), ApiError> {
    let _share = ask.app.memory.validations.take(ask.caller.tenant()).ok_or(ApiError::Busy)?;
    let validated = ask.app.courier.validate(address).await;
    validated.map_err(|reason| Refusal::Unvalidated { member, reason }.into())
}

fn show(ask: &Ask<'_>, subscription: &Subscription, secret: Option<String>) -> Entity<WireSubscription> {
    let entity = WireSubscription::new(subscription, secret);
    Entity { context: ask.root().subscriptions(true), etag: None, entity }
}
