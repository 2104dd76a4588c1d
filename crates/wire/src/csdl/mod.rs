//! `$metadata`: what is served, in OData's own description language. Made of the same types and the same list of operations
//! as the OpenAPI document; `xml.rs` and `json.rs` write the two forms of it.

mod json;
mod xml;

use std::collections::BTreeMap;

use domain::operation::{Method, Operation, QueryOption, Resource};
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};

use crate::attendance::{AttendanceRecord, MeetingAttendanceReport};
use crate::letter::RegistrantLetter;
use crate::many::{NewRegistrant, ROWS, RegistrantResult, RegistrantToCancel};
use crate::meeting::OnlineMeeting;
use crate::question::MeetingRegistrationQuestion;
use crate::registrant::AnyRegistrant;
use crate::registration::AnyRegistration;
use crate::subscription::{NotificationDelivery, Replayed, WireSubscription};
use crate::user::User;

pub use json::write as write_json;
pub use xml::write as write_xml;

const NAMESPACE: &str = "microsoft.graph";
const CONTAINER: &str = "GraphService";
/// Vocabularies that annotations come from.
const VOCABULARIES: [&str; 2] = ["Org.OData.Capabilities.V1", "Org.OData.Core.V1"];

/// What is served.
#[derive(Clone, Debug)]
pub struct Model {
    types: Vec<Type>,
    enumerations: BTreeMap<String, Vec<String>>,
    /// What can be done below a person, by the path of names that leads there.
    paths: Vec<Path>,
    actions: Vec<Action>,
    /// Lists that stand beside people, each with what it is of.
    sets: Vec<(String, String)>,
    /// The same of what stands below those, by the list that it begins with.
    set_paths: Vec<(String, Vec<Path>)>,
}

/// Where navigation leads.
#[derive(Clone, Debug)]
struct Path {
    names: String,
    methods: Vec<Method>,
    /// The options that its `GET` takes, where it is a list that can be asked about.
    options: &'static [QueryOption],
}

impl Path {
    /// What can be done there, each by the term of its restriction and the word in it.
    fn abilities(&self) -> Vec<(&'static str, &'static str, bool)> {
        let methods = [
            ("ReadRestrictions", "Readable", Method::Get),
            ("InsertRestrictions", "Insertable", Method::Post),
            ("UpdateRestrictions", "Updatable", Method::Patch),
            ("DeleteRestrictions", "Deletable", Method::Delete),
        ];
        let options = [
            ("FilterRestrictions", "Filterable", QueryOption::Filter),
            ("SearchRestrictions", "Searchable", QueryOption::Search),
            ("SortRestrictions", "Sortable", QueryOption::OrderBy),
        ];
        let methods = methods.map(|(term, word, method)| (term, word, self.methods.contains(&method)));
        let options = options.map(|(term, word, option)| (term, word, self.options.contains(&option)));
        let told = usize::from(!self.options.is_empty()) * options.len();
        methods.into_iter().chain(options.into_iter().take(told)).collect()
    }
}

/// A structured type, without its namespace.
#[derive(Clone, Debug)]
struct Type {
    name: String,
    description: Option<String>,
    base: Option<String>,
    is_entity: bool,
    is_abstract: bool,
    properties: Vec<Property>,
}

#[derive(Clone, Debug, PartialEq)]
struct Property {
    name: String,
    description: Option<String>,
    /// With its namespace.
    of: String,
    is_collection: bool,
    is_nullable: bool,
    is_read_only: bool,
    /// Leads to entities.
    is_navigation: bool,
}

/// Something that can be done to an entity or a list of them, or asked of them.
#[derive(Clone, Debug)]
struct Action {
    name: String,
    /// `Action`, or `Function` where nothing changes.
    kind: &'static str,
    on: Bound,
    parameters: Vec<Property>,
    /// What comes of it; `None` where nothing does.
    gives: Option<Bound>,
}

/// What something is done to, or what comes of it: a type with its namespace.
#[derive(Clone, Debug)]
struct Bound {
    of: String,
    is_collection: bool,
}

impl Model {
    /// The model of what is served.
    pub fn new() -> Self {
        let mut schemas = SchemaSettings::draft2020_12().into_generator();
        let entities: Vec<(Resource, String)> =
            Resource::ALL.into_iter().map(|resource| (resource, entity_of(resource, &mut schemas))).collect();
        let definitions = schemas.take_definitions(true);
        let mut model = Self {
            types: Vec::new(),
            enumerations: BTreeMap::new(),
            paths: Vec::new(),
            actions: Vec::new(),
            sets: Vec::new(),
            set_paths: Vec::new(),
        };
        for (name, schema) in &definitions {
            let Some(name) = bare(name) else { continue };
            match members_of(schema) {
                Some(members) => {
                    model.enumerations.insert(name.to_owned(), with_sentinel(members));
                }
                None => {
                    let of_type = model.read_type(name, schema);
                    model.types.push(of_type);
                }
            }
        }
        model.give_bases(&definitions);
        model.mark_entities(&entities);
        model.lead_to_resources(&entities);
        model
    }

    fn find(&mut self, name: &str) -> Option<&mut Type> {
        self.types.iter_mut().find(|found| found.name == name)
    }

    fn read_type(&mut self, name: &str, schema: &Value) -> Type {
        let members = schema["properties"].as_object().into_iter().flatten();
        let shown = members.filter(|(name, _)| !name.starts_with('@'));
        let properties = shown.map(|(name, schema)| self.read_property(name, schema)).collect();
        Type {
            name: name.to_owned(),
            description: text(schema, "description"),
            base: None,
            is_entity: false,
            is_abstract: false,
            properties,
        }
    }

    fn read_property(&mut self, name: &str, schema: &Value) -> Property {
        let kinds = kinds(schema);
        let is_collection = kinds.contains(&"array");
        let inner = if is_collection { &schema["items"] } else { schema };
        Property {
            name: name.to_owned(),
            description: text(schema, "description"),
            of: self.type_of(name, inner),
            is_collection,
            is_nullable: kinds.contains(&"null") && !is_collection,
            is_read_only: schema["readOnly"] == true,
            is_navigation: false,
        }
    }

    /// A type by its full name: one of ours, one of the enumerations, or one of OData's.
    fn type_of(&mut self, name: &str, schema: &Value) -> String {
        if let Some(of) = schema["x-ms-enum"]["name"].as_str() {
            let members = members_of(schema).unwrap_or_default();
            self.enumerations.insert(of.to_owned(), with_sentinel(members));
            return format!("{NAMESPACE}.{of}");
        }
        let alternatives = schema["anyOf"].as_array().into_iter().flatten();
        let reference = std::iter::once(schema).chain(alternatives).find_map(|one| one["$ref"].as_str());
        if let Some(reference) = reference {
            let name = reference.rsplit('/').next().unwrap_or_default();
            return format!("{NAMESPACE}.{}", bare(name).unwrap_or(name));
        }
        let format = schema["format"].as_str().unwrap_or_default();
        let kind = kinds(schema).into_iter().find(|kind| *kind != "null").unwrap_or("string");
        match kind {
            "boolean" => "Edm.Boolean",
            "integer" if format == "int64" => "Edm.Int64",
            "integer" => "Edm.Int32",
            _ if is_instant(name) => "Edm.DateTimeOffset",
            _ => "Edm.String",
        }
        .to_owned()
    }

    /// What is one of several types is their base, with what all of them have.
    fn give_bases(&mut self, definitions: &Map<String, Value>) {
        for (name, schema) in definitions {
            let (Some(base), Some(kinds)) = (bare(name), schema["anyOf"].as_array()) else { continue };
            let kinds: Vec<&str> =
                kinds.iter().filter_map(|kind| bare(kind["$ref"].as_str()?.rsplit('/').next()?)).collect();
            let of_all: Vec<Vec<Property>> =
                kinds.iter().filter_map(|kind| self.find(kind).map(|kind| kind.properties.clone())).collect();
            let Some((first, others)) = of_all.split_first() else { continue };
            let is_shared = |property: &Property| {
                others.iter().all(|other| other.iter().any(|found| found.name == property.name))
            };
            let shared: Vec<Property> =
                first.iter().filter(|property| is_shared(property)).cloned().collect();
            for kind in kinds {
                if let Some(kind) = self.find(kind) {
                    kind.base = Some(base.to_owned());
                    kind.properties.retain(|property| shared.iter().all(|other| other.name != property.name));
                }
            }
            if let Some(base) = self.find(base) {
                base.is_abstract = true;
                base.properties = shared;
            }
        }
    }

    /// Entities are what resources are, and what these are bases of. What holds entities leads to them.
    fn mark_entities(&mut self, resources: &[(Resource, String)]) {
        let named = |name: &str| {
            resources.iter().any(|(resource, entity)| entity == name && *resource != Resource::Replay)
        };
        for of_type in &mut self.types {
            of_type.is_entity = named(&of_type.name) || of_type.base.as_deref().is_some_and(named);
        }
        let entities: Vec<String> = self
            .types
            .iter()
            .filter(|of_type| of_type.is_entity)
            .map(|of_type| format!("{NAMESPACE}.{}", of_type.name))
            .collect();
        for property in self.types.iter_mut().flat_map(|of_type| &mut of_type.properties) {
            property.is_navigation = entities.contains(&property.of);
            // What may be done to what it leads to is said with the path that leads there.
            property.is_read_only &= !property.is_navigation;
        }
    }

    /// Each path is a way from one entity to another, or something to be done.
    fn lead_to_resources(&mut self, resources: &[(Resource, String)]) {
        for (resource, entity) in resources {
            let template = resource.template();
            let Some((parent, name)) = template.rsplit_once('/').filter(|(_, name)| !name.starts_with('{'))
            else {
                continue;
            };
            let is_list = Operation::ALL.into_iter().any(|operation| {
                operation.resource() == *resource && operation.name().ends_with("-list")
                    || resources.iter().any(|(other, _)| {
                        other.template().strip_prefix(template).is_some_and(|rest| rest.starts_with("/{"))
                    })
            });
            let above = resources.iter().find(|(other, _)| other.template() == parent);
            let Some((_, above)) = above else { continue };
            if is_call(*resource) {
                self.add_action(*resource, name, entity, above);
                continue;
            }
            if *resource == Resource::Subscriptions {
                self.sets.push((name.to_owned(), format!("{NAMESPACE}.{entity}")));
                continue;
            }
            let (methods, options) = (methods_on(template), options_of(*resource));
            match names_of(template).split_once('/') {
                Some((set, below)) if resource.is_at_root() => {
                    let path = Path { names: below.to_owned(), methods, options };
                    self.set_paths.push((set.to_owned(), vec![path]));
                }
                _ => self.paths.push(Path { names: names_of(template), methods, options }),
            }
            let is_there = self
                .types
                .iter()
                .filter(|of_type| of_type.name == *above || of_type.base.as_deref() == Some(above))
                .any(|of_type| of_type.properties.iter().any(|property| property.name == name));
            if let Some(above) = self.find(above).filter(|_| !is_there) {
                above.properties.push(Property {
                    name: name.to_owned(),
                    description: None,
                    of: format!("{NAMESPACE}.{entity}"),
                    is_collection: is_list,
                    is_nullable: !is_list,
                    is_read_only: false,
                    is_navigation: true,
                });
            }
        }
    }

    fn add_action(&mut self, resource: Resource, name: &str, entity: &str, above: &str) {
        let bound = |of: &str, is_collection| Bound { of: format!("{NAMESPACE}.{of}"), is_collection };
        let parameter = |name: &str, of: &str, is_collection| Property {
            name: name.to_owned(),
            description: None,
            of: of.to_owned(),
            is_collection,
            is_nullable: false,
            is_read_only: false,
            is_navigation: false,
        };
        let row = |of: &str| parameter(ROWS, &format!("{NAMESPACE}.{of}"), true);
        let results = Some(bound("registrantResult", true));
        let reason = Property { is_nullable: true, ..parameter("reason", "Edm.String", false) };
        let (on, parameters, gives) = match resource {
            Resource::EnrollMany => (bound(entity, false), vec![row("newRegistrant")], results),
            Resource::CancelMany => (bound(entity, false), vec![row("registrantToCancel")], results),
            Resource::Export => {
                let file = Bound { of: "Edm.Stream".to_owned(), is_collection: false };
                (bound(entity, false), vec![parameter("format", "Edm.String", false)], Some(file))
            }
            Resource::CreateOrGet => {
                (bound(entity, true), self.what_is_new(entity), Some(bound(entity, false)))
            }
            Resource::Replay => {
                let from = parameter("fromDeliveryId", "Edm.String", false);
                (bound(above, false), vec![from], Some(bound(entity, false)))
            }
            // Whoever turns somebody down, or cancels them, may say why.
            Resource::Reject => (bound(above, false), vec![reason], Some(bound(entity, false))),
            Resource::Cancel => (bound(above, false), vec![reason], None),
            Resource::Reauthorize => (bound(above, false), Vec::new(), None),
            _ if resource.is_delta() => (bound(entity, true), Vec::new(), Some(bound(entity, true))),
            _ => (bound(above, false), Vec::new(), Some(bound(entity, false))),
        };
        let is_function = resource.is_delta() || resource == Resource::Export;
        let kind = if is_function { "Function" } else { "Action" };
        let name = name.split('(').next().unwrap_or_default().to_owned();
        self.actions.push(Action { name, kind, on, parameters, gives });
    }

    /// What a new entity may say.
    fn what_is_new(&mut self, entity: &str) -> Vec<Property> {
        let properties = self.find(entity).map(|found| found.properties.clone()).unwrap_or_default();
        properties
            .into_iter()
            .filter(|property| !property.is_read_only && !property.is_navigation)
            .map(|property| Property { is_nullable: property.name != "externalId", ..property })
            .collect()
    }
}

impl Default for Model {
    fn default() -> Self {
        Self::new()
    }
}

/// Graph calls every instant so.
pub(crate) fn is_instant(name: &str) -> bool {
    name.ends_with("DateTime")
}

/// The entity that a resource is, or has a list of. Exhaustive on purpose: a new resource is described.
fn entity_of(resource: Resource, schemas: &mut SchemaGenerator) -> String {
    fn named<T: JsonSchema>(schemas: &mut SchemaGenerator) -> String {
        schemas.subschema_for::<T>();
        bare(&T::schema_name()).unwrap_or_default().to_owned()
    }
    match resource {
        Resource::User => named::<User>(schemas),
        Resource::Meetings | Resource::CreateOrGet | Resource::Meeting | Resource::MeetingsDelta => {
            named::<OnlineMeeting>(schemas)
        }
        Resource::Registration => named::<AnyRegistration>(schemas),
        Resource::EnrollMany | Resource::CancelMany | Resource::Export => {
            named::<NewRegistrant>(schemas);
            named::<RegistrantToCancel>(schemas);
            named::<RegistrantResult>(schemas);
            named::<AnyRegistration>(schemas)
        }
        Resource::Questions | Resource::Question => named::<MeetingRegistrationQuestion>(schemas),
        Resource::Registrants
        | Resource::Approve
        | Resource::Reject
        | Resource::Accept
        | Resource::Cancel
        | Resource::Registrant
        | Resource::RegistrantsDelta => named::<AnyRegistrant>(schemas),
        Resource::Subscriptions
        | Resource::Subscription
        | Resource::Reauthorize
        | Resource::RotateSigningSecret => named::<WireSubscription>(schemas),
        Resource::Deliveries => named::<NotificationDelivery>(schemas),
        Resource::Replay => named::<Replayed>(schemas),
        Resource::Letters => named::<RegistrantLetter>(schemas),
        Resource::AttendanceReports | Resource::AttendanceReport => named::<MeetingAttendanceReport>(schemas),
        Resource::AttendanceRecords => named::<AttendanceRecord>(schemas),
    }
}

/// Whether it is something to be done, and no place.
fn is_call(resource: Resource) -> bool {
    resource.is_action() || resource.is_delta() || resource == Resource::Export
}

/// The name without the namespace; `None` of what is no type by itself. Extensions stand among Graph's own.
fn bare(name: &str) -> Option<&str> {
    ["microsoft.graph.", "usher."].into_iter().find_map(|namespace| name.strip_prefix(namespace))
}

/// The names of an enumeration; `None` of any other schema.
fn members_of(schema: &Value) -> Option<Vec<String>> {
    let listed =
        schema["enum"].as_array().map(|names| names.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    let described = || schema["oneOf"].as_array()?.iter().map(|one| one["const"].as_str()).collect();
    let names: Vec<&str> = listed.or_else(described)?;
    Some(names.into_iter().map(str::to_owned).collect())
}

/// It ends every enumeration of Graph that may grow.
fn with_sentinel(mut members: Vec<String>) -> Vec<String> {
    members.push("unknownFutureValue".to_owned());
    members
}

fn text(schema: &Value, member: &str) -> Option<String> {
    schema[member].as_str().map(str::to_owned)
}

/// The JSON types that a schema allows, `null` among them.
fn kinds(schema: &Value) -> Vec<&str> {
    let alternatives = schema["anyOf"].as_array().into_iter().flatten();
    std::iter::once(schema)
        .chain(alternatives)
        .flat_map(|one| match &one["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// `onlineMeetings/registration` of `/onlineMeetings/{meetingId}/registration`.
fn names_of(template: &str) -> String {
    let names = template.split('/').filter(|segment| !segment.is_empty() && !segment.starts_with('{'));
    names.collect::<Vec<_>>().join("/")
}

/// What can be done there, to the list and to its items.
fn methods_on(template: &str) -> Vec<Method> {
    let names = names_of(template);
    let is_there = |operation: &Operation| {
        !is_call(operation.resource()) && names_of(operation.resource().template()) == names
    };
    Operation::ALL.into_iter().filter(is_there).map(Operation::method).collect()
}

/// The options by which a list can be asked about.
fn options_of(resource: Resource) -> &'static [QueryOption] {
    let options = resource.operation(Method::Get, false).map(Operation::query_options).unwrap_or_default();
    if options.contains(&QueryOption::Filter) { options } else { &[] }
}
