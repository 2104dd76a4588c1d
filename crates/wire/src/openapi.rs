//! The OpenAPI 3.1 document of what is served, made from the list of operations and the wire's own types.

use domain::Operation;
use domain::operation::{Method, Resource};
use domain::permission::{Edition, permission};
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use crate::attendance::{AttendanceRecord, MeetingAttendanceReport};
use crate::csdl::is_instant;
use crate::delta::Delta;
use crate::error::ErrorBody;
use crate::letter::RegistrantLetter;
use crate::many::{CancelRegistrants, EnrollRegistrants, RegistrantResult};
use crate::meeting::OnlineMeeting;
use crate::parameters::{may_be_minimal, parameters, tells_unchanged};
use crate::question::MeetingRegistrationQuestion;
use crate::registrant::{AnyRegistrant, Reason};
use crate::registration::AnyRegistration;
use crate::subscription::{NotificationDelivery, Replay, Replayed, WireSubscription};
use crate::user::User;
use crate::{Collection, Entity, Tagged, beside, example};

/// The document for a server at `public_url`, under the permission table in force.
pub fn document(public_url: &str, edition: Edition) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for operation in Operation::ALL {
        let described = describe(operation, edition, &mut schemas);
        for (prefix, is_served) in prefixes(operation) {
            if !is_served {
                continue;
            }
            let path = format!("{prefix}{}", operation.resource().template());
            let mut described = described.clone();
            let first = prefix.split('/').nth(1);
            let tail = first.map(|first| format!("-{first}")).unwrap_or_default();
            let is_me = prefix == "/me";
            described["operationId"] = json!(format!("{}{tail}", operation.name()));
            described["parameters"] = parameters(operation, is_me, false);
            if !operation.counting_options().is_empty() {
                let counting = json!({"get": describe_counting(&described, operation, is_me)});
                paths.insert(format!("{path}/$count"), counting);
            }
            let entry = paths.entry(path).or_insert_with(|| json!({}));
            entry[operation.method().name().to_ascii_lowercase()] = described;
        }
    }
    paths.insert("/$batch".to_owned(), json!({"post": beside::describe_batch(&mut schemas)}));
    paths.insert("/$metadata".to_owned(), json!({"get": beside::describe_metadata()}));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Usher",
            "version": "beta",
            "description": "Meeting registration in the words of Microsoft Graph (beta).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        },
        "servers": [{"url": format!("{public_url}/beta")}, {"url": format!("{public_url}/v1.0")}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": entities(schemas.take_definitions(true)),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        }
    })
}

/// Shapes that stand for bodies and answers alike, so no member is required by them: a body leaves out what we give, an
/// answer what `$select` does not name. Of what a body may have, null counts as left out. Instants are told from other
/// texts.
fn entities(mut definitions: Map<String, Value>) -> Map<String, Value> {
    fn loosen(shape: &mut Value, is_sent: bool) {
        match shape {
            Value::Object(members) => {
                if members.get("required").is_some_and(Value::is_array) {
                    members.shift_remove("required");
                }
                if let Some(Value::Object(properties)) = members.get_mut("properties") {
                    for (name, property) in properties {
                        if is_instant(name) {
                            property["format"] = json!("date-time");
                        }
                        if is_sent && !name.starts_with('@') && property["readOnly"] != true {
                            allow_null(property);
                        }
                    }
                }
                members.values_mut().for_each(|shape| loosen(shape, is_sent));
            }
            Value::Array(items) => items.iter_mut().for_each(|shape| loosen(shape, is_sent)),
            _ => {}
        }
    }
    for (name, definition) in &mut definitions {
        loosen(definition, name.starts_with("microsoft.graph."));
    }
    definitions
}

fn allow_null(property: &mut Value) {
    if let Some(reference) = property.as_object_mut().and_then(|members| members.shift_remove("$ref")) {
        property["anyOf"] = json!([{"$ref": reference}, {"type": "null"}]);
    } else if let Some(name) = property["type"].as_str().map(str::to_owned) {
        property["type"] = json!([name, "null"]);
        if let Some(members) = property.get_mut("enum").and_then(Value::as_array_mut) {
            members.push(Value::Null);
        }
    }
}

/// What may stand before the path of an operation, and whether it is served there.
fn prefixes(operation: Operation) -> [(&'static str, bool); 3] {
    [("/me", operation.on_me()), ("/users/{userId}", operation.on_users()), ("", operation.on_root())]
}

/// The path of an operation as the reference shows it: with both beginnings where it has both.
pub fn path_for_people(operation: Operation) -> String {
    let below = operation.resource().template();
    if operation.on_root() {
        return below.to_owned();
    }
    match (operation.on_me(), operation.on_users()) {
        (true, false) => format!("/me{below}"),
        (false, _) => format!("/users/{{userId}}{below}"),
        (true, true) => format!("/me{below} or /users/{{userId}}{below}"),
    }
}

fn describe(operation: Operation, edition: Edition, schemas: &mut SchemaGenerator) -> Value {
    let row = permission(operation, edition);
    let delegated: Vec<&str> = row.delegated.iter().map(|scope| scope.name()).collect();
    let application: Vec<&str> = row.application.iter().map(|role| role.name()).collect();
    let mut described = json!({
        "summary": operation.summary(),
        "description": format!(
            "Delegated permissions: {}. Application permissions: {}.",
            or_none(&delegated),
            or_none(&application)
        ),
        "tags": [tag(operation.resource())],
        "responses": responses(operation, schemas),
    });
    if let Some(schema) = request_schema(operation, schemas) {
        let mut content = json!({"schema": schema});
        if let Some(example) = example::body(operation) {
            content["example"] = example;
        }
        let is_required = !operation.resource().is_action_on_registrant();
        described["requestBody"] = json!({"required": is_required, "content": {"application/json": content}});
    }
    described
}

/// The same list, of which only the length is told.
fn describe_counting(listing: &Value, operation: Operation, is_me: bool) -> Value {
    let mut described = listing.clone();
    described["summary"] = json!(format!("Count: {}", operation.summary().to_lowercase()));
    described["operationId"] =
        json!(format!("{}-count", listing["operationId"].as_str().unwrap_or_default()));
    described["parameters"] = parameters(operation, is_me, true);
    described["responses"]["200"] = json!({
        "description": "How many items there are.",
        "content": {"text/plain": {"schema": {"type": "integer"}}}
    });
    described
}

fn or_none(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(" or ") }
}

fn tag(resource: Resource) -> &'static str {
    match resource {
        Resource::User => "users",
        Resource::Meetings | Resource::CreateOrGet | Resource::Meeting | Resource::MeetingsDelta => {
            "onlineMeetings"
        }
        Resource::Registration => "registration",
        Resource::Questions | Resource::Question => "customQuestions",
        Resource::EnrollMany
        | Resource::CancelMany
        | Resource::Export
        | Resource::Registrants
        | Resource::Registrant
        | Resource::Approve
        | Resource::Reject
        | Resource::Accept
        | Resource::Cancel
        | Resource::Letters
        | Resource::RegistrantsDelta => "registrants",
        Resource::Subscriptions
        | Resource::Subscription
        | Resource::Reauthorize
        | Resource::RotateSigningSecret
        | Resource::Deliveries
        | Resource::Replay => "subscriptions",
        Resource::AttendanceReports | Resource::AttendanceReport | Resource::AttendanceRecords => {
            "attendanceReports"
        }
    }
}

fn responses(operation: Operation, schemas: &mut SchemaGenerator) -> Value {
    let error = json!({"application/json": {"schema": schemas.subschema_for::<ErrorBody>()}});
    let success = match response_schema(operation, schemas) {
        _ if operation == Operation::ExportRegistrants => json!({
            "description": "The file.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"schema": {}},
            }
        }),
        Some(schema) => {
            json!({"description": "Success.", "content": {"application/json": {"schema": schema}}})
        }
        None => json!({"description": "Done; no body."}),
    };
    let mut responses = json!({
        "400": {"description": "The request is at fault; `target` and `innerError.code` say where.", "content": error},
        "401": {"description": "The token proves nothing.", "content": error},
        "403": {"description": "The caller may not.", "content": error},
        "404": {"description": "Not there, or not the caller's to know of.", "content": error},
        "default": {"description": "Any other error.", "content": error},
    });
    responses[operation.success().to_string()] = success.clone();
    match operation {
        Operation::CreateOrGetMeeting => responses["200"] = success,
        Operation::UpdateRegistration => responses["201"] = success,
        _ => {}
    }
    if may_be_minimal(operation) {
        responses["204"] = json!({"description": "Done; `Prefer: return=minimal` asked for no body."});
    }
    if tells_unchanged(operation) {
        responses["304"] =
            json!({"description": "What is there has the version that the client has; no body."});
    }
    match operation.method() {
        Method::Patch | Method::Delete => {
            responses["412"] =
                json!({"description": "What is there is of another version.", "content": error});
        }
        Method::Post => {
            responses["422"] =
                json!({"description": "The idempotency key was used for another request.", "content": error});
        }
        Method::Get => {}
    }
    if operation.resource().is_delta() {
        responses["410"] = json!({"description": "What changed since then is no longer known: begin anew.", "content": error});
    }
    let may_conflict = operation.resource().is_action_on_registrant();
    if may_conflict {
        responses["412"] = json!({"description": "What is there is of another version.", "content": error});
    }
    if may_conflict
        || matches!(
            operation,
            Operation::CreateRegistration | Operation::EnrollRegistrant | Operation::UpdateRegistrant
        )
    {
        responses["409"] =
            json!({"description": "The state says no; `innerError.code` says why.", "content": error});
    }
    responses
}

fn response_schema(operation: Operation, schemas: &mut SchemaGenerator) -> Option<Value> {
    let schema = match operation {
        Operation::GetMe | Operation::GetUser => schemas.subschema_for::<Entity<User>>(),
        Operation::CreateMeeting
        | Operation::CreateOrGetMeeting
        | Operation::GetMeeting
        | Operation::UpdateMeeting => schemas.subschema_for::<Entity<OnlineMeeting>>(),
        Operation::FindMeetings => schemas.subschema_for::<Collection<Tagged<OnlineMeeting>>>(),
        Operation::CreateRegistration | Operation::GetRegistration | Operation::UpdateRegistration => {
            schemas.subschema_for::<Entity<AnyRegistration>>()
        }
        Operation::ListQuestions => {
            schemas.subschema_for::<Collection<Tagged<MeetingRegistrationQuestion>>>()
        }
        Operation::CreateQuestion | Operation::GetQuestion | Operation::UpdateQuestion => {
            schemas.subschema_for::<Entity<MeetingRegistrationQuestion>>()
        }
        Operation::EnrollRegistrant
        | Operation::GetRegistrant
        | Operation::UpdateRegistrant
        | Operation::ApproveRegistrant
        | Operation::RejectRegistrant
        | Operation::AcceptOffer => schemas.subschema_for::<Entity<AnyRegistrant>>(),
        Operation::EnrollRegistrants | Operation::CancelRegistrants => {
            schemas.subschema_for::<Collection<RegistrantResult>>()
        }
        Operation::ListRegistrants => schemas.subschema_for::<Collection<Tagged<AnyRegistrant>>>(),
        Operation::ListLetters => schemas.subschema_for::<Collection<RegistrantLetter>>(),
        Operation::ListAttendanceReports => schemas.subschema_for::<Collection<MeetingAttendanceReport>>(),
        Operation::GetAttendanceReport => schemas.subschema_for::<Entity<MeetingAttendanceReport>>(),
        Operation::ListAttendanceRecords => schemas.subschema_for::<Collection<AttendanceRecord>>(),
        Operation::DeltaMeetings => schemas.subschema_for::<Delta<Tagged<OnlineMeeting>>>(),
        Operation::DeltaRegistrants => schemas.subschema_for::<Delta<Tagged<AnyRegistrant>>>(),
        Operation::CreateSubscription
        | Operation::GetSubscription
        | Operation::UpdateSubscription
        | Operation::RotateSigningSecret => schemas.subschema_for::<Entity<WireSubscription>>(),
        Operation::ListSubscriptions => schemas.subschema_for::<Collection<WireSubscription>>(),
        Operation::ListDeliveries => schemas.subschema_for::<Collection<NotificationDelivery>>(),
        Operation::ReplayDeliveries => schemas.subschema_for::<Entity<Replayed>>(),
        Operation::DeleteMeeting
        | Operation::DeleteRegistration
        | Operation::DeleteQuestion
        | Operation::CancelForReason
        | Operation::DeleteSubscription
        | Operation::ReauthorizeSubscription
        | Operation::CancelRegistrant
        | Operation::ExportRegistrants => return None,
    };
    Some(schema.to_value())
}

/// A body is a representation of the entity, as Graph has it: read-only members are ignored, and no member
/// is needed by its shape alone.
fn request_schema(operation: Operation, schemas: &mut SchemaGenerator) -> Option<Value> {
    let schema = match operation {
        Operation::CreateMeeting | Operation::CreateOrGetMeeting | Operation::UpdateMeeting => {
            schemas.subschema_for::<OnlineMeeting>()
        }
        Operation::CreateRegistration | Operation::UpdateRegistration => {
            schemas.subschema_for::<AnyRegistration>()
        }
        Operation::CreateQuestion | Operation::UpdateQuestion => {
            schemas.subschema_for::<MeetingRegistrationQuestion>()
        }
        Operation::EnrollRegistrant | Operation::UpdateRegistrant => schemas.subschema_for::<AnyRegistrant>(),
        Operation::RejectRegistrant | Operation::CancelForReason => schemas.subschema_for::<Reason>(),
        Operation::ApproveRegistrant | Operation::AcceptOffer => return None,
        Operation::CreateSubscription | Operation::UpdateSubscription => {
            schemas.subschema_for::<WireSubscription>()
        }
        Operation::ReplayDeliveries => schemas.subschema_for::<Replay>(),
        Operation::EnrollRegistrants => schemas.subschema_for::<EnrollRegistrants>(),
        Operation::CancelRegistrants => schemas.subschema_for::<CancelRegistrants>(),
        Operation::GetMe
        | Operation::GetUser
        | Operation::GetMeeting
        | Operation::FindMeetings
        | Operation::DeleteMeeting
        | Operation::GetRegistration
        | Operation::DeleteRegistration
        | Operation::ListQuestions
        | Operation::GetQuestion
        | Operation::DeleteQuestion
        | Operation::ExportRegistrants
        | Operation::ListRegistrants
        | Operation::GetRegistrant
        | Operation::CancelRegistrant
        | Operation::ListLetters
        | Operation::ListAttendanceReports
        | Operation::GetAttendanceReport
        | Operation::ListAttendanceRecords
        | Operation::DeltaMeetings
        | Operation::DeltaRegistrants
        | Operation::ListSubscriptions
        | Operation::GetSubscription
        | Operation::DeleteSubscription
        | Operation::ReauthorizeSubscription
        | Operation::RotateSigningSecret
        | Operation::ListDeliveries => return None,
    };
    Some(schema.to_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_described_on_every_path_it_is_served_on() {
        let document = document("https://usher.example", Edition::Strict);

        for operation in Operation::ALL {
            for (prefix, is_served) in prefixes(operation) {
                let path = format!("{prefix}{}", operation.resource().template());
                let described = &document["paths"][&path][operation.method().name().to_ascii_lowercase()];
                let is_it = described["summary"] == operation.summary();
                assert_eq!(is_it, is_served, "{operation:?} on {path}");
            }
        }
    }

    #[test]
    fn every_reference_in_the_document_leads_somewhere() {
        let document = document("https://usher.example", Edition::Strict);
        let mut references = Vec::new();
        collect(&document, &mut references);

        assert!(references.len() > 20);
        for reference in references {
            assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
        }
    }

    /// A strict client holds what it sends against the document: the members we give are not its to send.
    #[test]
    fn no_member_is_required_of_a_body() {
        let document = document("https://usher.example", Edition::Strict);
        let schemas = document["components"]["schemas"].to_string();

        assert!(schemas.contains("\"@odata.type\""));
        assert!(!schemas.contains("\"required\":["), "{schemas}");
    }

    fn collect(value: &Value, references: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    references.push(reference.clone());
                }
                members.values().for_each(|value| collect(value, references));
            }
            Value::Array(items) => items.iter().for_each(|value| collect(value, references)),
            _ => {}
        }
    }
}
