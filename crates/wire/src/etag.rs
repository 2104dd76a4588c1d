//! Versions of what is shown, and what a request says of the version it means: `@odata.etag`, `If-Match`,
//! `If-None-Match`. RFC 9110 section 8.8.
//!
//! All of them are weak: a look at the sign-up page or another name in the directory is no other version.

use domain::{Meeting, Person, Question, Refusal, Registrant, Registration, RegistrationKind, Standing};
use sha2::{Digest, Sha256};

/// A meeting's.
pub fn of_meeting(meeting: &Meeting) -> String {
    weak(&meeting.version.to_string())
}

/// A registration's. One that was deleted and made again is another one.
pub fn of_registration(registration: &Registration) -> String {
    weak(&format!("{}.{}", registration.id.0.simple(), registration.version))
}

/// A question's: made of what it says, because its registration counts the changes of all of them.
pub fn of_question(question: &Question) -> String {
    let mut hash = Hash::default();
    hash.text(question.display_name.as_deref().unwrap_or_default());
    hash.text(question.input.kind().name());
    hash.text(if question.is_required { "required" } else { "" });
    question.input.options().iter().for_each(|option| hash.text(option));
    hash.tag()
}

/// A registrant's: made of what can change, the texts of the questions they answered included.
pub fn of_registrant(registration: &Registration, registrant: &Registrant) -> String {
    let questions = match &registration.kind {
        RegistrationKind::BuiltIn(built_in) => built_in.questions.as_slice(),
        RegistrationKind::External => &[],
    };
    let mut hash = Hash::default();
    hash.text(&registrant.id.to_string());
    hash.text(&registrant.generation.to_string());
    hash.text(registrant.status());
    match &registrant.person {
        Some(Person::Named { named, .. }) => {
            hash.text(&named.first_name);
            hash.text(&named.last_name);
        }
        Some(Person::External { .. }) => hash.text("known"),
        None => hash.text(""),
    }
    if let Standing::Offered { expires_at } = registrant.standing {
        hash.text(&expires_at.to_string());
    }
    if let Some(time_zone) = &registrant.time_zone {
        hash.text(time_zone);
    }
    for answer in &registrant.answers {
        let question = questions.iter().find(|question| question.id == answer.question);
        hash.text(question.and_then(|question| question.display_name.as_deref()).unwrap_or_default());
        hash.text(&answer.value);
    }
    hash.tag()
}

#[derive(Default)]
struct Hash(Sha256);

impl Hash {
    /// With its length before it, so that two texts are never taken for other two.
    fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text);
    }

    fn tag(self) -> String {
        weak(&self.0.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }
}

fn weak(opaque: &str) -> String {
    format!("W/\"{opaque}\"")
}

/// What a request says of the version it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    only: Option<Tags>,
    unless: Option<Tags>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    Any,
    OneOf(Vec<String>),
}

impl Conditions {
    /// Reads the values of `If-Match` and of `If-None-Match`; `None` where the header was not sent.
    pub fn read(only: Option<&str>, unless: Option<&str>) -> Self {
        Self { only: only.map(Tags::read), unless: unless.map(Tags::read) }
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.only.is_none() && self.unless.is_none()
    }

    /// Whether what has this version may be changed; `None` where there is nothing yet.
    pub fn allow_change(&self, tag: Option<&str>) -> Result<(), Refusal> {
        let is_excluded = self.unless.as_ref().is_some_and(|unless| unless.hold(tag));
        if is_excluded { Err(Refusal::PreconditionFailed) } else { self.allow(tag) }
    }

    /// Whether what has this version is what is asked for.
    pub fn allow(&self, tag: Option<&str>) -> Result<(), Refusal> {
        let is_meant = self.only.as_ref().is_none_or(|only| only.hold(tag));
        if is_meant { Ok(()) } else { Err(Refusal::PreconditionFailed) }
    }

    /// Whether whoever asks has this version already.
    pub fn know(&self, tag: &str) -> bool {
        self.unless.as_ref().is_some_and(|unless| unless.hold(Some(tag)))
    }
}

impl Tags {
    fn read(text: &str) -> Self {
        let tags: Vec<String> = text.split(',').map(|tag| opaque(tag).to_owned()).collect();
        if tags.iter().any(|tag| tag == "*") { Self::Any } else { Self::OneOf(tags) }
    }

    fn hold(&self, tag: Option<&str>) -> bool {
        match (self, tag) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::OneOf(tags), Some(tag)) => tags.iter().any(|known| known == opaque(tag)),
        }
    }
}

/// What stands between the quotes. Clients that leave them out, or the `W/`, are understood: none of our versions could
/// be mistaken for another by that.
fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_whatever_stands_around_it() {
        for (only, unless, tag, may_change, is_known) in [
            (None, None, Some("W/\"5\""), true, false),
            (None, None, None, true, false),
            (Some("W/\"5\""), None, Some("W/\"5\""), true, false),
            (Some("\"5\""), None, Some("W/\"5\""), true, false),
            (Some("5"), None, Some("W/\"5\""), true, false),
            (Some("W/\"4\", W/\"5\""), None, Some("W/\"5\""), true, false),
            (Some("W/\"4\""), None, Some("W/\"5\""), false, false),
            (Some(""), None, Some("W/\"5\""), false, false),
            (Some("*"), None, Some("W/\"5\""), true, false),
            (Some("*"), None, None, false, false),
            (None, Some("*"), None, true, false),
            (None, Some("*"), Some("W/\"5\""), false, true),
            (None, Some("W/\"5\""), Some("W/\"5\""), false, true),
            (None, Some("W/\"4\""), Some("W/\"5\""), true, false),
        ] {
            let conditions = Conditions::read(only, unless);
            assert_eq!(conditions.allow_change(tag).is_ok(), may_change, "{only:?} {unless:?} {tag:?}");
            assert_eq!(tag.is_some_and(|tag| conditions.know(tag)), is_known, "{only:?} {unless:?} {tag:?}");
        }
    }
}
