//! Addresses in Graph's shapes. docs/graph-compat.md#ids-links-and-dates.

use domain::{Meeting, MeetingId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;

/// What .NET's encoder leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The four members of a personal link, in their order.
#[derive(Serialize)]
struct PersonalContext<'a> {
    #[serde(rename = "Tid")]
    tenant: String,
    #[serde(rename = "Oid")]
    organizer: String,
    prid: &'a str,
    #[serde(rename = "isPublic")]
    is_public: bool,
}

/// The two members of a meeting's own link.
#[derive(Serialize)]
struct MeetingContext {
    #[serde(rename = "Tid")]
    tenant: String,
    #[serde(rename = "Oid")]
    organizer: String,
}

/// The join link of one registrant. `prid` is the registrant's id as the caller knows it; `seal` makes the
/// link a capability.
pub fn personal_join(base: &str, meeting: &Meeting, prid: &str, is_public: bool, seal: &str) -> String {
    let context = PersonalContext {
        tenant: meeting.tenant.to_string(),
        organizer: meeting.organizer.to_string(),
        prid,
        is_public,
    };
    format!("{}&k={seal}", meetup_join(base, meeting.id, &context))
}

/// The join link of the meeting itself, which names nobody.
pub fn meeting_join(base: &str, meeting: &Meeting) -> String {
    let context =
        MeetingContext { tenant: meeting.tenant.to_string(), organizer: meeting.organizer.to_string() };
    meetup_join(base, meeting.id, &context)
}

/// The sign-up page of a built-in registration.
pub fn registration_page(public_url: &str, registration_id: &str, meeting: &Meeting) -> String {
    format!("{public_url}/registration/{registration_id}?mode=read&tenantId={}", meeting.tenant)
}

/// The meeting that a join link leads to, however often the link was percent-encoded on its way.
pub fn read_join(link: &str) -> Option<MeetingId> {
    let mut link = link.to_owned();
    for _ in 0..3 {
        let thread = link.split_once("/l/meetup-join/").and_then(|(_, rest)| rest.split(['/', '?']).next());
        if let Some(meeting) = thread.and_then(|thread| crate::ids::read_thread(&decode(thread)?)) {
            return Some(meeting);
        }
        link = decode(&link)?;
    }
    None
}

fn meetup_join(base: &str, meeting: MeetingId, context: &impl Serialize) -> String {
    let thread = encode(&crate::ids::write_thread(meeting));
    let context = serde_json::to_string(context).expect("strings and booleans always serialize");
    format!("{base}/l/meetup-join/{thread}/0?context={}", encode(&context))
}

/// Percent-encoding with lower-case digits, as the old service printed it.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for piece in utf8_percent_encode(text, UNRESERVED) {
        if piece.starts_with('%') {
            encoded.extend(piece.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            encoded.push_str(piece);
        }
    }
    encoded
}

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use domain::{MeetingSettings, PersonId, TenantId};
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn meeting() -> Meeting {
        Meeting {
            id: MeetingId(Uuid::from_u128(0x0c5a9d3e_8f42_4b6d_a1e7_5d20c934bf18)),
            tenant: TenantId(Uuid::from_u128(0x6f0d2c58_3b1e_4a77_9c24_8d51b0e7f3a2)),
            organizer: PersonId(Uuid::from_u128(0x2b9e61d4_70cf_4e0b_8a35_c1f7d92e4460)),
            created_at: Timestamp::UNIX_EPOCH,
            start_at: Timestamp::UNIX_EPOCH,
            end_at: Timestamp::UNIX_EPOCH,
            subject: None,
            join_url: None,
            join_meeting_id: String::new(),
            passcode: None,
            external_id: None,
            attendees: Vec::new(),
            settings: MeetingSettings::default(),
            version: 1,
        }
    }

    #[test]
    fn a_personal_link_is_spelled_as_the_old_service_spelled_it() {
        let link = personal_join("https://teams.microsoft.com", &meeting(), "ticket,1", true, "SEAL");

        assert_eq!(
            link,
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_MGM1YTlkM2UtOGY0Mi00YjZkLWExZTctNWQyMGM5MzRiZjE4%40thread.v2/0?context=%7b%22Tid%22%3a%226f0d2c58-3b1e-4a77-9c24-8d51b0e7f3a2%22%2c%22Oid%22%3a%222b9e61d4-70cf-4e0b-8a35-c1f7d92e4460%22%2c%22prid%22%3a%22ticket%2c1%22%2c%22isPublic%22%3atrue%7d&k=SEAL"
        );
    }

    #[test]
    fn a_join_link_is_read_however_often_it_was_encoded() {
        let link = meeting_join("https://usher.example", &meeting());
        let encoded = utf8_percent_encode(&link, UNRESERVED).to_string();

        assert_eq!(read_join(&link), Some(meeting().id));
        assert_eq!(read_join(&encoded), Some(meeting().id));
        assert_eq!(read_join("https://usher.example/elsewhere"), None);
    }
}
