//! Graph's paths. A path is split on `/` first and each segment is decoded by itself, so that ids may hold
//! `%2F`; names of resources are compared without case. docs/graph-compat.md#what-is-served.

use std::borrow::Cow;
use std::iter::once;

use domain::PersonId;
use domain::operation::Resource;
use percent_encoding::percent_decode_str;
use uuid::Uuid;

/// A path below `/beta` or `/v1.0`, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphPath {
    /// Whose resource.
    pub user: UserRef,
    /// Which resource.
    pub resource: Resource,
    /// The meeting's id, as it was sent.
    pub meeting: Option<String>,
    /// The question's, registrant's, attendance report's or subscription's id, as it was sent; of a function, its parameter.
    pub key: Option<String>,
    /// The kind of registration that a type-cast segment asks for.
    pub cast: Option<Cast>,
    /// Whether the items are to be counted, by `/$count` at the end.
    pub counts: bool,
}

/// Whose resource a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRef {
    /// `/me`
    Me,
    /// `/users/{object id}`
    Id(PersonId),
    /// `/users/{anything else}`: a user principal name, if anything.
    Name(String),
    /// Nobody's: what stands directly below the version.
    Nobody,
}

/// A type-cast segment behind `registration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// `microsoft.graph.meetingRegistration`
    BuiltIn,
    /// `microsoft.graph.externalMeetingRegistration`
    External,
}

/// Why a path is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathProblem {
    /// No resource is called so.
    UnknownSegment(String),
    /// The segment's percent-encoding does not hold UTF-8.
    Encoding,
}

impl GraphPath {
    /// Reads a path below the version, such as `/me/onlineMeetings`.
    pub fn read(path: &str) -> Result<Self, PathProblem> {
        let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let counts = segments.pop_if(|last| is(last, COUNT)).is_some();
        // No other of OData's own segments is served; an id may begin so when it is encoded.
        if let Some(system) = segments.iter().find(|segment| segment.starts_with('$')) {
            return Err(unknown(system));
        }
        let segments = segments
            .into_iter()
            .enumerate()
            .flat_map(|(n, segment)| {
                let (name, key) = if n < NAMES_WITH_KEYS { split_key(segment) } else { (segment, None) };
                once(name).chain(key)
            })
            .map(decode)
            .collect::<Result<Vec<_>, _>>()?;
        let segments: Vec<&str> = segments.iter().map(|segment| segment.as_ref()).collect();
        let path = Segments { rest: &segments }.read()?;
        if counts && !path.resource.is_counted() {
            return Err(unknown(COUNT));
        }
        Ok(GraphPath { counts, ..path })
    }
}

const COUNT: &str = "$count";

/// `users('…')` and `onlineMeetings('…')` stand among the first segments. Behind them stand ids, which may look
/// like anything.
const NAMES_WITH_KEYS: usize = 3;

/// `onlineMeetings('id')` is another spelling of `onlineMeetings/id`.
fn split_key(segment: &str) -> (&str, Option<&str>) {
    match segment.strip_suffix("')").and_then(|segment| segment.split_once("('")) {
        Some((name, key)) if is(name, "users") || is(name, "onlineMeetings") => (name, Some(key)),
        _ => (segment, None),
    }
}

/// Most segments are encoded nowhere, and need not be read byte by byte.
fn decode(segment: &str) -> Result<Cow<'_, str>, PathProblem> {
    let text = match segment.contains('%') {
        true => percent_decode_str(segment).decode_utf8().map_err(|_| PathProblem::Encoding)?,
        false => Cow::Borrowed(segment),
    };
    // No id of ours holds a NUL, and not every database could look one up.
    if text.contains('\0') { Err(PathProblem::Encoding) } else { Ok(text) }
}

struct Segments<'a> {
    rest: &'a [&'a str],
}

impl<'a> Segments<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn read(mut self) -> Result<GraphPath, PathProblem> {
        if self.rest.first().is_some_and(|first| is(first, "subscriptions")) {
            return self.read_subscription();
        }
        let user = match self.next() {
            Some(segment) if is(segment, "me") => UserRef::Me,
            Some(segment) if is(segment, "users") => {
                let id = self.next().ok_or_else(|| unknown("users"))?;
                Uuid::try_parse(id)
                    .map_or_else(|_| UserRef::Name(id.to_owned()), |id| UserRef::Id(PersonId(id)))
            }
            other => return Err(unknown(other.unwrap_or_default())),
        };
        let mut path =
            GraphPath { user, resource: Resource::User, meeting: None, key: None, cast: None, counts: false };
        match self.next() {
            None => Ok(path),
            Some(segment) if is(segment, "onlineMeetings") => {
                self.read_meeting(&mut path)?;
                self.end(path)
            }
            Some(other) => Err(unknown(other)),
        }
    }

    fn read_subscription(mut self) -> Result<GraphPath, PathProblem> {
        self.next();
        let key = self.next().map(str::to_owned);
        let resource = match (&key, self.next()) {
            (None, _) => Resource::Subscriptions,
            (Some(_), None) => Resource::Subscription,
            (Some(_), Some(name)) if is(name, "reauthorize") => Resource::Reauthorize,
            (Some(_), Some(name)) if is(name, "rotateSigningSecret") => Resource::RotateSigningSecret,
            (Some(_), Some(name)) if is(name, "deliveries") => Resource::Deliveries,
            (Some(_), Some(name)) if is(name, "replay") => Resource::Replay,
            (Some(_), Some(other)) => return Err(unknown(other)),
        };
        self.end(GraphPath { user: UserRef::Nobody, resource, meeting: None, key, cast: None, counts: false })
    }

    fn read_meeting(&mut self, path: &mut GraphPath) -> Result<(), PathProblem> {
        path.resource = Resource::Meetings;
        let Some(id) = self.next() else { return Ok(()) };
        if is(id.strip_prefix("microsoft.graph.").unwrap_or(id), "createOrGet") {
            path.resource = Resource::CreateOrGet;
            return Ok(());
        }
        if is_delta(id) {
            path.resource = Resource::MeetingsDelta;
            return Ok(());
        }
        path.meeting = Some(id.to_owned());
        path.resource = Resource::Meeting;
        match self.next() {
            None => Ok(()),
            Some(segment) if is(segment, "registration") => self.read_registration(path),
            Some(segment) if is(segment, "attendanceReports") => self.read_attendance(path),
            Some(other) => Err(unknown(other)),
        }
    }

    fn read_attendance(&mut self, path: &mut GraphPath) -> Result<(), PathProblem> {
        path.key = self.next().map(str::to_owned);
        path.resource = match (&path.key, self.next()) {
            (None, _) => Resource::AttendanceReports,
            (Some(_), None) => Resource::AttendanceReport,
            (Some(_), Some(segment)) if is(segment, "attendanceRecords") => Resource::AttendanceRecords,
            (Some(_), Some(other)) => return Err(unknown(other)),
        };
        Ok(())
    }

    fn read_registration(&mut self, path: &mut GraphPath) -> Result<(), PathProblem> {
        path.resource = Resource::Registration;
        let mut segment = self.next();
        path.cast = segment.and_then(read_cast);
        if path.cast.is_some() {
            segment = self.next();
        }
        if let Some(resource) = segment.and_then(|segment| read_call(segment, &mut path.key)) {
            path.resource = resource;
            return Ok(());
        }
        let (collection, item) = match segment {
            None => return Ok(()),
            Some(name) if is(name, "customQuestions") => (Resource::Questions, Resource::Question),
            Some(name) if is(name, "registrants") => (Resource::Registrants, Resource::Registrant),
            Some(other) => return Err(unknown(other)),
        };
        path.key = self.next().map(str::to_owned);
        path.resource = if path.key.is_some() { item } else { collection };
        if path.resource == Resource::Registrant && path.key.as_deref().is_some_and(is_delta) {
            path.key = None;
            path.resource = Resource::RegistrantsDelta;
        }
        if let (Resource::Registrant, [below]) = (path.resource, self.rest)
            && let Some(resource) = below_registrant(below)
        {
            path.resource = resource;
            self.rest = &[];
        }
        Ok(())
    }

    fn end(self, path: GraphPath) -> Result<GraphPath, PathProblem> {
        self.rest.first().map_or(Ok(path), |extra| Err(unknown(extra)))
    }
}

/// An action or function of a registration, with or without its namespace. The parameter of a function goes to `key`.
fn read_call(segment: &str, key: &mut Option<String>) -> Option<Resource> {
    let segment = segment.strip_prefix("microsoft.graph.").unwrap_or(segment);
    if is(segment, "enrollRegistrants") {
        return Some(Resource::EnrollMany);
    }
    if is(segment, "cancelRegistrants") {
        return Some(Resource::CancelMany);
    }
    let (name, parameters) = segment.strip_suffix(')')?.split_once('(')?;
    if !is(name, "exportRegistrants") {
        return None;
    }
    let (parameter, value) = parameters.split_once('=')?;
    let value = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''))?;
    *key = Some(value.to_owned()).filter(|_| parameter == "format");
    key.is_some().then_some(Resource::Export)
}

/// The letters of a registrant, or what is done to them; OData lets an action be called by its full name too.
fn below_registrant(segment: &str) -> Option<Resource> {
    if is(segment, "letters") {
        return Some(Resource::Letters);
    }
    let action = segment.strip_prefix("microsoft.graph.").unwrap_or(segment);
    [
        ("approve", Resource::Approve),
        ("reject", Resource::Reject),
        ("accept", Resource::Accept),
        ("cancel", Resource::Cancel),
    ]
    .into_iter()
    .find_map(|(name, resource)| is(action, name).then_some(resource))
}

fn read_cast(segment: &str) -> Option<Cast> {
    let name = segment.strip_prefix("microsoft.graph.")?;
    if is(name, "meetingRegistration") {
        Some(Cast::BuiltIn)
    } else if is(name, "externalMeetingRegistration") {
        Some(Cast::External)
    } else {
        None
    }
}

/// Graph's function, with and without its parentheses and namespace.
fn is_delta(segment: &str) -> bool {
    let name = segment.strip_prefix("microsoft.graph.").unwrap_or(segment);
    is(name.strip_suffix("()").unwrap_or(name), "delta")
}

fn is(segment: &str, name: &str) -> bool {
    segment.eq_ignore_ascii_case(name)
}

fn unknown(segment: &str) -> PathProblem {
    PathProblem::UnknownSegment(segment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, resource: Resource, meeting: Option<&str>, key: Option<&str>) {
        let read = GraphPath::read(path).unwrap();

        assert_eq!(
            (read.resource, read.meeting.as_deref(), read.key.as_deref()),
            (resource, meeting, key),
            "{path}"
        );
    }

    #[test]
    fn every_spelling_of_a_path_is_understood() {
        use Resource::*;
        check("/me", User, None, None);
        check("/me/onlineMeetings", Meetings, None, None);
        check("/me/onlinemeetings/", Meetings, None, None);
        check("/me/onlineMeetings/createOrGet", CreateOrGet, None, None);
        check("/me/onlineMeetings/MSo=", Meeting, Some("MSo="), None);
        check("/me/onlineMeetings/MSo%3D", Meeting, Some("MSo="), None);
        check("/me/onlineMeetings('MSo=')/registration", Registration, Some("MSo="), None);
        check(
            "/me/onlineMeetings/m/registration/microsoft.graph.meetingRegistration",
            Registration,
            Some("m"),
            None,
        );
        check("/me/onlineMeetings/m/registration/customQuestions", Questions, Some("m"), None);
        check(
            "/me/onlineMeetings/m/registration/microsoft.graph.meetingRegistration/customQuestions/q%2B=",
            Question,
            Some("m"),
            Some("q+="),
        );
        check("/me/onlineMeetings/m/registration/registrants/a,b%2Cc", Registrant, Some("m"), Some("a,b,c"));
        check(
            "/me/onlineMeetings/m/registration/registrants/ext%2F42%20a%3Fb+c",
            Registrant,
            Some("m"),
            Some("ext/42 a?b+c"),
        );
        check("/me/onlineMeetings/m/registration/registrants/r/Letters", Letters, Some("m"), Some("r"));
        check("/me/onlineMeetings/m/registration/registrants/r/approve", Approve, Some("m"), Some("r"));
        check("/me/onlineMeetings/m/registration/registrants/r/Reject", Reject, Some("m"), Some("r"));
        check("/me/onlineMeetings/m/registration/registrants/r/accept", Accept, Some("m"), Some("r"));
        check(
            "/me/onlineMeetings/m/registration/registrants/r/microsoft.graph.cancel",
            Cancel,
            Some("m"),
            Some("r"),
        );
        check("/me/onlineMeetings/delta", MeetingsDelta, None, None);
        check("/me/onlineMeetings/microsoft.graph.delta()", MeetingsDelta, None, None);
        check("/me/onlineMeetings/m/registration/registrants/delta()", RegistrantsDelta, Some("m"), None);
        check("/Subscriptions", Subscriptions, None, None);
        check("/subscriptions/s", Subscription, None, Some("s"));
        check("/subscriptions/s/deliveries", Deliveries, None, Some("s"));
        check("/me/onlineMeetings/m/registration/enrollRegistrants", EnrollMany, Some("m"), None);
        check(
            "/me/onlineMeetings/m/registration/microsoft.graph.cancelRegistrants",
            CancelMany,
            Some("m"),
            None,
        );
        for spelled in
            ["exportRegistrants(format='xlsx')", "microsoft.graph.exportregistrants(format=%27xlsx%27)"]
        {
            let path = format!("/me/onlineMeetings/m/registration/{spelled}");
            check(&path, Export, Some("m"), Some("xlsx"));
        }
        // An external system may call people what it likes.
        check(
            "/me/onlineMeetings/m/registration/registrants/enrollRegistrants",
            Registrant,
            Some("m"),
            Some("enrollRegistrants"),
        );
        check("/me/onlineMeetings/m/attendanceReports", AttendanceReports, Some("m"), None);
        check("/me/onlineMeetings/m/attendancereports/r", AttendanceReport, Some("m"), Some("r"));
        check(
            "/me/onlineMeetings/m/attendanceReports/r/attendanceRecords",
            AttendanceRecords,
            Some("m"),
            Some("r"),
        );
        check(
            "/me/onlineMeetings/m/registration/registrants/%24count",
            Registrant,
            Some("m"),
            Some("$count"),
        );
    }

    #[test]
    fn items_are_counted_where_a_list_is_short_or_kept_in_order() {
        for (path, counts) in [
            ("/me/onlineMeetings/m/registration/registrants/$count", true),
            ("/me/onlineMeetings/m/registration/customQuestions/$Count/", true),
            ("/me/onlineMeetings/m/registration/registrants/r/letters/$count", true),
            ("/me/onlineMeetings/m/attendanceReports/$count", true),
            ("/me/onlineMeetings/m/registration/registrants", false),
            ("/me/onlineMeetings/m/registration/registrants/%24count", false),
        ] {
            assert_eq!(GraphPath::read(path).map(|path| path.counts), Ok(counts), "{path}");
        }
    }

    #[test]
    fn users_are_named_by_object_id() {
        let id = "2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460";

        let by_id = GraphPath::read(&format!("/users/{id}/onlineMeetings")).unwrap();
        let by_name = GraphPath::read("/users/ines%40riverbend.example").unwrap();

        assert_eq!(by_id.user, UserRef::Id(PersonId(Uuid::try_parse(id).unwrap())));
        assert_eq!(by_name.user, UserRef::Name("ines@riverbend.example".to_owned()));
    }

    #[test]
    fn unknown_segments_are_named() {
        for (path, segment) in [
            ("", ""),
            ("/groups", "groups"),
            ("/users", "users"),
            ("/me/events", "events"),
            ("/subscriptions/s/others", "others"),
            ("/subscriptions/s/replay/x", "x"),
            ("/me/onlineMeetings/m/recordings", "recordings"),
            ("/me/onlineMeetings/m/registration/speakers", "speakers"),
            ("/me/onlineMeetings/m/registration/enrollRegistrants/x", "x"),
            ("/me/onlineMeetings/m/registration/exportRegistrants", "exportRegistrants"),
            ("/me/onlineMeetings/m/registration/exportRegistrants(as='csv')", "exportRegistrants(as='csv')"),
            (
                "/me/onlineMeetings/m/registration/exportRegistrants(format=csv)",
                "exportRegistrants(format=csv)",
            ),
            ("/me/onlineMeetings/m/registration/registrants/r/x", "x"),
            ("/me/onlineMeetings/m/registration/registrants/r/letters/x", "letters"),
            ("/me/onlineMeetings/m/registration/customQuestions/q/letters", "letters"),
            ("/me/onlineMeetings/m/attendanceReports/r/x", "x"),
            ("/me/onlineMeetings/m/attendanceReports/r/attendanceRecords/x", "x"),
            ("/me/onlineMeetings/m/registration/registrants/r/$count", "$count"),
            ("/me/onlineMeetings/$count", "$count"),
            ("/me/$count", "$count"),
            ("/me/onlineMeetings/m/registration/registrants/$value", "$value"),
            ("/me/onlineMeetings/m/registration/registrants/$count/r", "$count"),
            (
                "/me/onlineMeetings/m/registration/microsoft.graph.meetingRegistrationBase",
                "microsoft.graph.meetingRegistrationBase",
            ),
        ] {
            assert_eq!(GraphPath::read(path), Err(PathProblem::UnknownSegment(segment.to_owned())), "{path}");
        }
        assert_eq!(GraphPath::read("/users/%ff"), Err(PathProblem::Encoding));
        assert_eq!(GraphPath::read("/users/a%00b"), Err(PathProblem::Encoding));
    }
}
