//! Graph's `subscription`, and what is sent to one. docs/change-notifications.md.

use domain::change::ChangeType;
use domain::operation::Resource;
use domain::subscription::{ClientState, LifecycleEvent, Subscription, Watched, may_end_at};
use domain::{FieldProblem, MeetingId, PersonId, ProblemCode};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::body::{Body, Given, Members};
use crate::path::{GraphPath, UserRef};
use crate::{ids, time};

/// A subscription to change notifications.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "microsoft.graph.subscription")]
pub struct WireSubscription {
    /// Its id.
    #[schemars(extend("readOnly" = true))]
    pub id: String,
    /// What it is about, a path below the version: `users/{userId}/onlineMeetings`, one of those by its id, its
    /// `registration` and `registration/registrants`, or `users/{userId}/onlineMeetings/getAllRegistrations`.
    pub resource: String,
    /// Which changes: `created`, `updated` and `deleted`, separated by commas.
    pub change_type: String,
    /// Where notifications are sent, by `https`.
    pub notification_url: String,
    /// Where it is told that the subscription is about to end, has ended, or lost notifications.
    pub lifecycle_notification_url: Option<String>,
    /// What the receiver knows a notification by; never shown again.
    pub client_state: Option<String>,
    /// When it ends, 43,200 minutes from now at the latest.
    pub expiration_date_time: String,
    /// The application it belongs to.
    #[schemars(extend("readOnly" = true))]
    pub application_id: Option<String>,
    /// The person it belongs to, of one that was made for a signed-in person; else the application again.
    #[schemars(extend("readOnly" = true))]
    pub creator_id: Option<String>,
    /// Which secret signs. An extension of Usher's.
    #[schemars(extend("readOnly" = true))]
    pub signing_key_id: String,
    /// What signatures are checked with, `whsec_…`: shown when it is new and never again. An extension of Usher's.
    #[schemars(extend("readOnly" = true))]
    pub signing_secret: Option<String>,
}

impl WireSubscription {
    /// As it is shown; `secret` where it is new.
    pub fn new(subscription: &Subscription, secret: Option<String>) -> Self {
        let owner = &subscription.owner;
        let app = owner.app.as_ref().map(|app| app.0.clone());
        Self {
            id: subscription.id.to_string(),
            resource: subscription.resource.clone(),
            change_type: ChangeType::names(&subscription.change_types),
            notification_url: subscription.notification_url.clone(),
            lifecycle_notification_url: subscription.lifecycle_url.clone(),
            client_state: None,
            expiration_date_time: time::write(subscription.expires_at),
            creator_id: owner.person.map(|person| person.to_string()).or_else(|| app.clone()),
            application_id: app,
            signing_key_id: key_id(subscription.secret_generation),
            signing_secret: secret,
        }
    }
}

/// How a secret is called in headers and in a subscription.
pub fn key_id(generation: u32) -> String {
    format!("k{generation}")
}

/// A delivery: what was sent to a subscription, or waits to be.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.notificationDelivery")]
pub struct NotificationDelivery {
    /// Its id: the `webhook-id` that it is sent under, however often.
    pub id: String,
    /// `change`, or the lifecycle event: `reauthorizationRequired`, `subscriptionRemoved` or `missed`.
    pub kind: String,
    /// Where it is.
    pub status: NotificationStatus,
    /// When it was written.
    pub created_date_time: String,
    /// When it was last tried; null of one that was not yet.
    pub last_attempt_date_time: Option<String>,
    /// When it is tried next; null of one that does not wait.
    pub next_attempt_date_time: Option<String>,
    /// How often it was tried.
    pub attempt_count: u32,
    /// What came of the last try, in a few words.
    pub answer: Option<String>,
    /// The body as it is sent, but for `clientState`.
    pub body: String,
}

/// Where a delivery is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.notificationStatus")]
pub enum NotificationStatus {
    /// It is still to be taken.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was given up.
    Dropped,
}

/// From which delivery on everything is sent again.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.replay")]
pub struct Replay {
    /// The id of that delivery, as the list of deliveries has it.
    pub from_delivery_id: String,
}

/// How many deliveries are sent again.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "usher.replayed")]
pub struct Replayed {
    /// How many.
    pub delivery_count: u64,
}

/// What a body asks for that makes a subscription.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    /// As it was sent.
    pub resource: String,
    /// What that names.
    pub watched: WatchedPath,
    /// None of them twice.
    pub change_types: Vec<ChangeType>,
    /// Where notifications go.
    pub notification_url: String,
    /// Where lifecycle notifications go.
    pub lifecycle_url: Option<String>,
    /// What the receiver knows a notification by.
    pub client_state: Option<ClientState>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What a resource names: whose, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedPath {
    /// The organizer.
    pub user: UserRef,
    /// Whose id a meeting's id holds, where it holds one.
    pub organizer: Option<PersonId>,
    /// What is watched.
    pub watched: Watched,
}

/// What a PATCH changes.
#[derive(Clone, Debug, Default)]
pub struct SubscriptionPatch {
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// Where notifications go.
    pub notification_url: Option<String>,
}

const URL_LIMIT: usize = 2_048;
const TYPES: &str = "`created`, `updated` and `deleted`, separated by commas";
const RESOURCES: &str = "`users/{userId}/onlineMeetings`, one meeting of it, its `registration` or `registration/registrants`, \
    or `users/{userId}/onlineMeetings/getAllRegistrations`";

impl NewSubscription {
    /// Reads a body and reports every fault of it.
    pub fn read(body: &Body, now: Timestamp) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut members = body.members(&mut problems);
        let resource = required(&mut members, "resource", 1_024);
        let watched = resource.as_deref().and_then(read_resource);
        if resource.is_some() && watched.is_none() {
            members.report("resource", ProblemCode::InvalidValue, format!("`resource` is {RESOURCES}"));
        }
        let change_types =
            required(&mut members, "changeType", 64).and_then(|text| read_types(&text, &mut members));
        let notification_url = required(&mut members, "notificationUrl", URL_LIMIT);
        let lifecycle_url = members.text("lifecycleNotificationUrl", URL_LIMIT).value();
        let client_state = members.text("clientState", 128).value().map(ClientState);
        let expires_at = read_end(&mut members, now);
        if expires_at.is_none() && !members.has("expirationDateTime") {
            let message = "`expirationDateTime` is missing: it is when the subscription ends";
            members.report("expirationDateTime", ProblemCode::Missing, message);
        }
        for name in ["includeResourceData", "encryptionCertificate"] {
            if members.any(name).is_some_and(|value| *value != Value::Bool(false)) {
                members.report(
                    name,
                    ProblemCode::InvalidValue,
                    format!(
                        "`{name}` is not served: notifications say what changed, and a request tells the rest"
                    ),
                );
            }
        }
        match (resource, watched, change_types, notification_url, expires_at) {
            (Some(resource), Some(watched), Some(change_types), Some(notification_url), Some(expires_at))
                if problems.is_empty() =>
            {
                Ok(Self {
                    resource,
                    watched,
                    change_types,
                    notification_url,
                    lifecycle_url,
                    client_state,
                    expires_at,
                })
            }
            _ => Err(problems),
        }
    }
}

impl SubscriptionPatch {
    /// Reads a PATCH: a subscription is renewed, and may be given another receiver.
    pub fn read(body: &Body, now: Timestamp) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut members = body.members(&mut problems);
        for name in ["resource", "changeType", "clientState", "lifecycleNotificationUrl"] {
            if members.has(name) {
                let message = format!("`{name}` cannot be changed: make another subscription");
                members.report(name, ProblemCode::NotUpdatable, message);
            }
        }
        let expires_at = read_end(&mut members, now);
        let notification_url = members.text("notificationUrl", URL_LIMIT).value();
        if problems.is_empty() { Ok(Self { expires_at, notification_url }) } else { Err(problems) }
    }
}

/// Reads a body that asks to send again; the number of the delivery of that subscription to begin with.
pub fn read_replay(body: &Body, subscription: &str) -> Result<i64, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut members = body.members(&mut problems);
    let from = required(&mut members, "fromDeliveryId", 128);
    let number = from.as_deref().and_then(|id| read_delivery_id(id, subscription));
    if from.is_some() && number.is_none() {
        let message = "`fromDeliveryId` is the `id` of a delivery of this subscription";
        members.report("fromDeliveryId", ProblemCode::InvalidId, message);
    }
    number.ok_or(problems)
}

/// The id of a delivery, under which it is sent.
pub fn write_delivery_id(subscription: &str, number: i64) -> String {
    format!("{subscription}.{number}")
}

fn read_delivery_id(id: &str, subscription: &str) -> Option<i64> {
    let number = id.strip_prefix(subscription)?.strip_prefix('.')?;
    number.parse().ok().filter(|number| *number > 0)
}

fn required(members: &mut Members<'_>, name: &str, limit: usize) -> Option<String> {
    match members.text(name, limit) {
        Given::Is(text) if !text.trim().is_empty() => Some(text),
        Given::Absent if members.has(name) => None,
        _ => {
            members.report(name, ProblemCode::Missing, format!("`{name}` is missing"));
            None
        }
    }
}

fn read_types(text: &str, members: &mut Members<'_>) -> Option<Vec<ChangeType>> {
    let mut types = Vec::new();
    for name in text.split(',').map(str::trim) {
        let known = ChangeType::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name));
        let Some(kind) = known else {
            members.report("changeType", ProblemCode::UnknownEnumMember, format!("`changeType` is {TYPES}"));
            return None;
        };
        if !types.contains(&kind) {
            types.push(kind);
        }
    }
    Some(types)
}

fn read_end(members: &mut Members<'_>, now: Timestamp) -> Option<Timestamp> {
    let at = members.instant("expirationDateTime").value()?;
    if may_end_at(at, now) {
        return Some(at);
    }
    let message = "`expirationDateTime` is in the future, and 43,200 minutes (30 days) away at most";
    members.report("expirationDateTime", ProblemCode::InvalidValue, message);
    None
}

/// What a resource names, in any of the spellings that a path may have.
fn read_resource(resource: &str) -> Option<WatchedPath> {
    let path = resource.split(['?', '#']).next()?.trim_start_matches('/');
    if path.len() != resource.trim_start_matches('/').len() {
        return None;
    }
    let of_all = path.trim_end_matches('/').rsplit_once('/').filter(|(_, last)| {
        let name = last.strip_prefix("microsoft.graph.").unwrap_or(last);
        name.strip_suffix("()").unwrap_or(name).eq_ignore_ascii_case("getAllRegistrations")
    });
    let read = GraphPath::read(of_all.map_or(path, |(above, _)| above)).ok()?;
    let meeting = match &read.meeting {
        None => None,
        Some(id) => Some(ids::read_meeting(id)?),
    };
    let watched = match (read.resource, of_all.is_some(), meeting) {
        (Resource::Meetings, true, None) => Watched::Registrations,
        (Resource::Meetings, false, None) => Watched::Meetings,
        (Resource::Meeting, false, Some((_, meeting))) => Watched::Meeting(meeting),
        (Resource::Registration, false, Some((_, meeting))) => Watched::Registration(meeting),
        (Resource::Registrants, false, Some((_, meeting))) => Watched::Registrants(meeting),
        _ => return None,
    };
    Some(WatchedPath { user: read.user, organizer: meeting.map(|(organizer, _)| organizer), watched })
}

/// The path of a resource, as notifications name it.
pub fn meeting_path(organizer: PersonId, meeting: MeetingId) -> String {
    format!("users/{organizer}/onlineMeetings/{}", ids::write_meeting(organizer, meeting))
}

/// What a notification says of what changed.
#[derive(Clone, Debug)]
pub struct Told {
    /// Graph's type of it.
    pub odata_type: &'static str,
    /// Its path.
    pub path: String,
    /// Its id.
    pub id: String,
    /// Its version, of what is still there.
    pub etag: Option<String>,
    /// How it changed.
    pub change_type: ChangeType,
}

/// The body of a notification of changes, in order.
pub fn write_notifications(subscription: &Subscription, told: &[Told]) -> String {
    let value: Vec<Value> = told
        .iter()
        .map(|told| {
            let mut data = json!({
                "@odata.type": told.odata_type,
                "@odata.id": told.path,
                "id": told.id,
            });
            if let Some(etag) = &told.etag {
                data["@odata.etag"] = json!(etag);
            }
            json!({
                "subscriptionId": subscription.id.to_string(),
                "clientState": client_state(subscription),
                "changeType": told.change_type.name(),
                "resource": told.path,
                "subscriptionExpirationDateTime": time::write(subscription.expires_at),
                "tenantId": subscription.owner.tenant.to_string(),
                "resourceData": data,
            })
        })
        .collect();
    json!({ "value": value }).to_string()
}

/// The body of a lifecycle notification.
pub fn write_lifecycle(subscription: &Subscription, event: LifecycleEvent) -> String {
    json!({"value": [{
        "lifecycleEvent": event.name(),
        "subscriptionId": subscription.id.to_string(),
        "resource": subscription.resource,
        "clientState": client_state(subscription),
        "subscriptionExpirationDateTime": time::write(subscription.expires_at),
        "tenantId": subscription.owner.tenant.to_string(),
        "organizationId": subscription.owner.tenant.to_string(),
    }]})
    .to_string()
}

fn client_state(subscription: &Subscription) -> Option<&str> {
    subscription.client_state.as_ref().map(|state| state.0.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn resources_are_read_as_paths_are() {
        let organizer = PersonId(Uuid::from_u128(7));
        let meeting = MeetingId(Uuid::from_u128(9));
        let id = ids::write_meeting(organizer, meeting);
        for (resource, expected) in [
            (format!("/users/{organizer}/onlineMeetings"), Some(Watched::Meetings)),
            ("me/onlinemeetings/".to_owned(), Some(Watched::Meetings)),
            (format!("users/{organizer}/onlineMeetings/getAllRegistrations()"), Some(Watched::Registrations)),
            (format!("me/onlineMeetings/{id}"), Some(Watched::Meeting(meeting))),
            (format!("me/onlineMeetings('{id}')/registration"), Some(Watched::Registration(meeting))),
            (format!("me/onlineMeetings/{id}/registration/registrants"), Some(Watched::Registrants(meeting))),
            (format!("me/onlineMeetings/{id}/registration/registrants?$filter=x"), None),
            (format!("me/onlineMeetings/{id}/registration/registrants/r"), None),
            (format!("me/onlineMeetings/{id}/getAllRegistrations"), None),
            ("me/onlineMeetings/nonsense/registration".to_owned(), None),
            ("me".to_owned(), None),
            ("subscriptions".to_owned(), None),
            ("https://usher.example/beta/me/onlineMeetings".to_owned(), None),
        ] {
            assert_eq!(read_resource(&resource).map(|read| read.watched), expected, "{resource}");
        }
    }

    #[test]
    fn every_fault_of_a_subscription_is_told() {
        let now = "2027-02-01T09:10:00Z".parse().unwrap();
        let body = json!({"resource": "me", "changeType": "created,moved", "clientState": "x".repeat(129),
            "expirationDateTime": "2027-03-04T09:10:00Z", "includeResourceData": true});
        let body = Body::read(body.to_string().as_bytes()).unwrap();

        let problems = NewSubscription::read(&body, now).unwrap_err();

        let targets: Vec<&str> = problems.iter().map(|problem| problem.target.as_str()).collect();
        let expected = [
            "resource",
            "changeType",
            "notificationUrl",
            "clientState",
            "expirationDateTime",
            "includeResourceData",
        ];
        assert_eq!(targets, expected);
    }

    #[test]
    fn a_delivery_is_known_by_its_subscription() {
        let id = write_delivery_id("s", 12);

        assert_eq!(read_delivery_id(&id, "s"), Some(12));
        assert_eq!(read_delivery_id(&id, "t"), None);
        assert_eq!(read_delivery_id("s.0", "s"), None);
    }
}
