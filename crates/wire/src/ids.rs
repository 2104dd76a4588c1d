//! The ids that leave the house (docs/graph-compat.md#ids-links-and-dates): their shapes are Graph's, and each carries
//! what is needed to reach its row in one look-up.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use domain::{MeetingId, PersonId, QuestionId, RegistrantId, RegistrationId, TenantId};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// Of an id as text, in bytes.
const LENGTH: usize = Hyphenated::LENGTH;

/// The two parts of a registration or registrant id that the old service used for the site and web of its
/// list. They have no meaning here and are the same in every id: they only keep Graph's shape.
const FILLER: [Uuid; 2] = [
    Uuid::from_u128(0x7573_6865_7200_4000_8000_0000_0000_0001),
    Uuid::from_u128(0x7573_6865_7200_4000_8000_0000_0000_0002),
];

/// What a registration or registrant id of a built-in registration names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrationKey {
    /// The organisation.
    pub tenant: TenantId,
    /// The meeting.
    pub meeting: MeetingId,
    /// The organizer of the meeting.
    pub organizer: PersonId,
    /// The registration.
    pub registration: RegistrationId,
}

/// `1*{organizer}*0**{thread}` in base64.
pub fn write_meeting(organizer: PersonId, meeting: MeetingId) -> String {
    STANDARD.encode(["1*", text_of(organizer.0, &mut [0; LENGTH]), "*0**", &write_thread(meeting)].concat())
}

/// Reads what [`write_meeting`] wrote, padded or not.
pub fn read_meeting(id: &str) -> Option<(PersonId, MeetingId)> {
    let text = String::from_utf8(STANDARD_NO_PAD.decode(id.trim_end_matches('=')).ok()?).ok()?;
    let (organizer, thread) = text.strip_prefix("1*")?.split_once("*0**")?;
    Some((PersonId(Uuid::try_parse(organizer).ok()?), read_thread(thread)?))
}

/// `19:meeting_{base64 of the meeting's id as text}@thread.v2`.
pub fn write_thread(meeting: MeetingId) -> String {
    let inner = STANDARD.encode(text_of(meeting.0, &mut [0; LENGTH]));
    ["19:meeting_", &inner, "@thread.v2"].concat()
}

/// Reads what [`write_thread`] wrote.
pub fn read_thread(thread: &str) -> Option<MeetingId> {
    let inner = thread.strip_prefix("19:meeting_")?.strip_suffix("@thread.v2")?;
    let text = String::from_utf8(STANDARD.decode(inner).ok()?).ok()?;
    Uuid::try_parse(&text).ok().map(MeetingId)
}

/// Six comma-joined GUIDs: tenant, meeting, organizer, registration and two fillers.
pub fn write_registration(key: &RegistrationKey) -> String {
    join_guids(&[key.tenant.0, key.meeting.0, key.organizer.0, key.registration.0, FILLER[0], FILLER[1]])
}

/// Reads what [`write_registration`] wrote.
pub fn read_registration(id: &str) -> Option<RegistrationKey> {
    let [tenant, meeting, organizer, registration, a, b] = split_guids(id)?;
    ([a, b] == FILLER).then_some(RegistrationKey {
        tenant: TenantId(tenant),
        meeting: MeetingId(meeting),
        organizer: PersonId(organizer),
        registration: RegistrationId(registration),
    })
}

/// Seven comma-joined GUIDs; the first three are those of the registration.
pub fn write_registrant(key: &RegistrationKey, registrant: RegistrantId) -> String {
    join_guids(&[
        key.tenant.0,
        key.meeting.0,
        key.organizer.0,
        key.registration.0,
        FILLER[0],
        FILLER[1],
        registrant.0,
    ])
}

/// Reads what [`write_registrant`] wrote.
pub fn read_registrant(id: &str) -> Option<(RegistrationKey, RegistrantId)> {
    let [tenant, meeting, organizer, registration, a, b, registrant] = split_guids(id)?;
    let key = RegistrationKey {
        tenant: TenantId(tenant),
        meeting: MeetingId(meeting),
        organizer: PersonId(organizer),
        registration: RegistrationId(registration),
    };
    ([a, b] == FILLER).then_some((key, RegistrantId(registrant)))
}

/// `1#{question}#{meeting}` in base64; as long as the old service's, and ending in `=`.
pub fn write_question(meeting: MeetingId, question: QuestionId) -> String {
    STANDARD.encode(format!("1#{question}#{}", meeting.0.simple()))
}

/// Reads what [`write_question`] wrote for a question of that meeting; `None` for any other.
pub fn read_question(meeting: MeetingId, id: &str) -> Option<QuestionId> {
    let text = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
    let (question, of) = text.strip_prefix("1#")?.split_once('#')?;
    (Uuid::try_parse(of).ok()? == meeting.0).then(|| Uuid::try_parse(question).ok().map(QuestionId))?
}

/// Every answer about a meeting holds its id, so it is written where it does not cost memory.
fn text_of(id: Uuid, buffer: &mut [u8; LENGTH]) -> &str {
    id.hyphenated().encode_lower(buffer)
}

/// Unpadded base64url of the bytes in .NET's order: the first three fields little-endian.
fn join_guids(guids: &[Uuid]) -> String {
    let parts: Vec<String> = guids.iter().map(|guid| URL_SAFE_NO_PAD.encode(guid.to_bytes_le())).collect();
    parts.join(",")
}

fn split_guids<const N: usize>(id: &str) -> Option<[Uuid; N]> {
    let guid = |part: &str| {
        let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(part).ok()?.try_into().ok()?;
        Some(Uuid::from_bytes_le(bytes))
    };
    let parts: Vec<Uuid> = id.split(',').map(guid).collect::<Option<_>>()?;
    parts.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> RegistrationKey {
        RegistrationKey {
            tenant: TenantId(Uuid::from_u128(0x6f0d2c58_3b1e_4a77_9c24_8d51b0e7f3a2)),
            meeting: MeetingId(Uuid::from_u128(0x0c5a9d3e_8f42_4b6d_a1e7_5d20c9340000)),
            organizer: PersonId(Uuid::from_u128(0x2b9e61d4_70cf_4e0b_8a35_c1f7d92e4460)),
            registration: RegistrationId(Uuid::from_u128(7)),
        }
    }

    #[test]
    fn a_meeting_id_has_the_shape_that_tools_met() {
        let id = write_meeting(key().organizer, key().meeting);

        assert!(
            id.starts_with("MSoyYjllNjFkNC03MGNmLTRlMGItOGEzNS1jMWY3ZDkyZTQ0NjAqMCoqMTk6bWVldGluZ1"),
            "{id}"
        );
        assert_eq!(read_meeting(&id), Some((key().organizer, key().meeting)));
        for broken in ["", "MSo=", "not base64", &id[1..], &id[..id.len() - 8]] {
            assert_eq!(read_meeting(broken), None, "{broken}");
        }
    }

    #[test]
    fn registration_and_registrant_ids_are_comma_joined_guids() {
        let registration = write_registration(&key());
        let registrant = write_registrant(&key(), RegistrantId(Uuid::from_u128(9)));

        assert_eq!(registration.len(), 137, "six parts of 22 and five commas");
        assert_eq!(
            registration.split(',').next(),
            Some("WCwNbx47d0qcJI1RsOfzog"),
            "the tenant in .NET's byte order"
        );
        assert_eq!(
            registration.split(',').take(3).collect::<Vec<_>>(),
            registrant.split(',').take(3).collect::<Vec<_>>()
        );
        assert_eq!(read_registration(&registration), Some(key()));
        assert_eq!(read_registrant(&registrant), Some((key(), RegistrantId(Uuid::from_u128(9)))));
        assert_eq!(read_registration(&registrant), None);
        assert_eq!(read_registrant(&registration), None);
    }

    #[test]
    fn a_question_id_belongs_to_its_meeting() {
        let question = QuestionId(Uuid::from_u128(5));
        let id = write_question(key().meeting, question);

        assert_eq!(id.len(), 96);
        assert!(id.ends_with('='));
        assert_eq!(read_question(key().meeting, &id), Some(question));
        assert_eq!(read_question(MeetingId(Uuid::from_u128(1)), &id), None);
    }
}
