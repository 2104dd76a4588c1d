//! What changed, in the words of a notification: where it is found, its id and its version.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::change::{Change, ChangeType, Subject};
use domain::subscription::Subscription;
use domain::{MeetingId, Person, Registrant, RegistrantId, RegistrationKind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::{Fault, Hosted, Store};
use wire::etag;
use wire::ids::{RegistrationKey, write_meeting, write_registrant, write_registration};
use wire::subscription::{Told, meeting_path};

/// Tells of the changes, in order. Of whom nothing can be found nothing is told.
pub(super) async fn tell(
    store: &Store,
    subscription: &Subscription,
    changes: &[&Change],
) -> Result<Vec<Told>, Fault> {
    let mut told = Vec::with_capacity(changes.len());
    let mut hosted: HashMap<MeetingId, Option<Hosted>> = HashMap::new();
    for change in changes {
        if let Entry::Vacant(unseen) = hosted.entry(change.meeting) {
            unseen.insert(store.find_hosted(change.meeting).await?);
        }
    }
    let registrants = find_registrants(store, subscription, changes).await?;
    for change in changes {
        let teller =
            Teller { subscription, change, hosted: hosted.get(&change.meeting).and_then(Option::as_ref) };
        told.extend(match change.subject {
            Subject::Meeting => Some(teller.meeting()),
            Subject::Registration => teller.registration(),
            Subject::Registrant => change
                .registrant
                .and_then(|id| registrants.get(&id))
                .map(|registrant| teller.registrant(registrant)),
        });
    }
    Ok(told)
}

async fn find_registrants(
    store: &Store,
    subscription: &Subscription,
    changes: &[&Change],
) -> Result<HashMap<RegistrantId, Registrant>, Fault> {
    let mut ids: Vec<RegistrantId> = changes.iter().filter_map(|change| change.registrant).collect();
    ids.sort_unstable();
    ids.dedup();
    let Some(meeting) = subscription.watched.meeting().filter(|_| !ids.is_empty()) else {
        return Ok(HashMap::new());
    };
    let found = store.find_registrants(meeting, &ids).await?;
    Ok(found.into_iter().map(|registrant| (registrant.id, registrant)).collect())
}

struct Teller<'t> {
    subscription: &'t Subscription,
    change: &'t Change,
    /// `None` of a meeting that was deleted.
    hosted: Option<&'t Hosted>,
}

impl Teller<'_> {
    fn path(&self) -> String {
        meeting_path(self.subscription.organizer, self.change.meeting)
    }

    fn told(&self, odata_type: &'static str, path: String, id: String, etag: Option<String>) -> Told {
        let is_gone = self.change.change_type == ChangeType::Deleted;
        let etag = etag.filter(|_| !is_gone);
        Told { odata_type, path, id, etag, change_type: self.change.change_type }
    }

    fn key(&self, registration: domain::RegistrationId) -> RegistrationKey {
        RegistrationKey {
            tenant: self.subscription.owner.tenant,
            meeting: self.change.meeting,
            organizer: self.subscription.organizer,
            registration,
        }
    }

    fn meeting(&self) -> Told {
        let id = write_meeting(self.subscription.organizer, self.change.meeting);
        let etag = self.hosted.map(|hosted| etag::of_meeting(&hosted.meeting));
        self.told("#microsoft.graph.onlineMeeting", self.path(), id, etag)
    }

    fn registration(&self) -> Option<Told> {
        let id = self.change.registration?;
        let live = self.hosted.and_then(|hosted| hosted.registration.as_ref()).filter(|live| live.id == id);
        let odata_type = match live.map(|live| &live.kind) {
            Some(RegistrationKind::BuiltIn(_)) => "#microsoft.graph.meetingRegistration",
            Some(RegistrationKind::External) => "#microsoft.graph.externalMeetingRegistration",
            None => "#microsoft.graph.meetingRegistrationBase",
        };
        let path = format!("{}/registration", self.path());
        Some(self.told(odata_type, path, write_registration(&self.key(id)), live.map(etag::of_registration)))
    }

    fn registrant(&self, registrant: &Registrant) -> Told {
        let (odata_type, id) = match &registrant.person {
            Some(Person::External { external_id, .. }) => {
                ("#microsoft.graph.externalMeetingRegistrant", external_id.clone())
            }
            Some(Person::Named { .. }) | None => (
                "#microsoft.graph.meetingRegistrant",
                write_registrant(&self.key(registrant.registration), registrant.id),
            ),
        };
        let segment = match &registrant.person {
            Some(Person::External { .. }) => utf8_percent_encode(&id, NON_ALPHANUMERIC).to_string(),
            _ => id.clone(),
        };
        let live = self.hosted.and_then(|hosted| hosted.registration.as_ref());
        let live = live.filter(|live| live.id == registrant.registration);
        let etag = live.map(|live| etag::of_registrant(live, registrant));
        self.told(odata_type, format!("{}/registration/registrants/{segment}", self.path()), id, etag)
    }
}
