//! CSDL XML, OData 4.0: the form that tools have read for longest.

use super::{Action, Bound, CONTAINER, Model, NAMESPACE, Path, Property, Type, VOCABULARIES};

/// The model in CSDL XML.
pub fn write(model: &Model) -> String {
    let mut xml = Xml::default();
    xml.0.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xml.open("edmx:Edmx", &[("Version", "4.0"), ("xmlns:edmx", "http://docs.oasis-open.org/odata/ns/edmx")]);
    for name in VOCABULARIES {
        xml.open("edmx:Reference", &[("Uri", &address_of(name))]);
        xml.empty("edmx:Include", &[("Namespace", name)]);
        xml.close("edmx:Reference");
    }
    xml.open("edmx:DataServices", &[]);
    xml.open("Schema", &[("Namespace", NAMESPACE), ("xmlns", "http://docs.oasis-open.org/odata/ns/edm")]);
    for (name, members) in &model.enumerations {
        xml.open("EnumType", &[("Name", name)]);
        for (value, member) in members.iter().enumerate() {
            xml.empty("Member", &[("Name", member), ("Value", &value.to_string())]);
        }
        xml.close("EnumType");
    }
    model.types.iter().for_each(|of_type| write_type(&mut xml, of_type));
    model.actions.iter().for_each(|action| write_action(&mut xml, action));
    let user = format!("{NAMESPACE}.user");
    xml.open("EntityContainer", &[("Name", CONTAINER)]);
    xml.empty("EntitySet", &[("Name", "users"), ("EntityType", &user)]);
    xml.empty("Singleton", &[("Name", "me"), ("Type", &user)]);
    for (name, of) in &model.sets {
        xml.empty("EntitySet", &[("Name", name), ("EntityType", of)]);
    }
    xml.close("EntityContainer");
    for set in ["users", "me"] {
        write_paths(&mut xml, &format!("{NAMESPACE}.{CONTAINER}/{set}"), &model.paths);
    }
    for (set, paths) in &model.set_paths {
        write_paths(&mut xml, &format!("{NAMESPACE}.{CONTAINER}/{set}"), paths);
    }
    for name in ["Schema", "edmx:DataServices", "edmx:Edmx"] {
        xml.close(name);
    }
    xml.0
}

/// Where a vocabulary is published.
pub(super) fn address_of(vocabulary: &str) -> String {
    format!("https://oasis-tcs.github.io/odata-vocabularies/vocabularies/{vocabulary}.xml")
}

fn write_type(xml: &mut Xml, of_type: &Type) {
    let element = if of_type.is_entity { "EntityType" } else { "ComplexType" };
    let base = of_type.base.as_ref().map(|base| format!("{NAMESPACE}.{base}"));
    let mut attributes = vec![("Name", of_type.name.as_str())];
    attributes.extend(base.as_deref().map(|base| ("BaseType", base)));
    attributes.extend(of_type.is_abstract.then_some(("Abstract", "true")));
    xml.open(element, &attributes);
    if of_type.is_entity && of_type.base.is_none() {
        xml.open("Key", &[]);
        xml.empty("PropertyRef", &[("Name", "id")]);
        xml.close("Key");
    }
    of_type.properties.iter().for_each(|property| write_property(xml, property));
    describe(xml, of_type.description.as_deref());
    xml.close(element);
}

fn write_property(xml: &mut Xml, property: &Property) {
    let of = full_type(property);
    let mut attributes = vec![("Name", property.name.as_str()), ("Type", of.as_str())];
    let element = if property.is_navigation {
        attributes.push(("ContainsTarget", "true"));
        "NavigationProperty"
    } else {
        "Property"
    };
    if !(property.is_nullable || property.is_navigation && property.is_collection) {
        attributes.push(("Nullable", "false"));
    }
    xml.open(element, &attributes);
    if property.is_read_only {
        xml.empty("Annotation", &[("Term", "Org.OData.Core.V1.Computed"), ("Bool", "true")]);
    }
    describe(xml, property.description.as_deref());
    xml.close(element);
}

fn full_type(property: &Property) -> String {
    if property.is_collection { format!("Collection({})", property.of) } else { property.of.clone() }
}

fn describe(xml: &mut Xml, description: Option<&str>) {
    if let Some(text) = description {
        xml.empty("Annotation", &[("Term", "Org.OData.Core.V1.Description"), ("String", text)]);
    }
}

fn write_action(xml: &mut Xml, action: &Action) {
    xml.open(action.kind, &[("Name", &action.name), ("IsBound", "true")]);
    let on = full_bound(&action.on);
    xml.empty("Parameter", &[("Name", "bindingParameter"), ("Type", &on), ("Nullable", "false")]);
    for parameter in &action.parameters {
        let of = full_type(parameter);
        let mut attributes = vec![("Name", parameter.name.as_str()), ("Type", of.as_str())];
        attributes.extend((!parameter.is_nullable).then_some(("Nullable", "false")));
        xml.empty("Parameter", &attributes);
    }
    if let Some(gives) = &action.gives {
        xml.empty("ReturnType", &[("Type", &full_bound(gives)), ("Nullable", "false")]);
    }
    xml.close(action.kind);
}

fn full_bound(bound: &Bound) -> String {
    if bound.is_collection { format!("Collection({})", bound.of) } else { bound.of.clone() }
}

/// What can be done on each path. This is where a registration is said to be made by a POST: navigation to one entity
/// alone does not say so.
fn write_paths(xml: &mut Xml, target: &str, paths: &[Path]) {
    xml.open("Annotations", &[("Target", target)]);
    xml.open("Annotation", &[("Term", "Org.OData.Capabilities.V1.NavigationRestrictions")]);
    xml.open("Record", &[]);
    xml.open("PropertyValue", &[("Property", "RestrictedProperties")]);
    xml.open("Collection", &[]);
    for path in paths {
        xml.open("Record", &[]);
        xml.empty(
            "PropertyValue",
            &[("Property", "NavigationProperty"), ("NavigationPropertyPath", &path.names)],
        );
        for (restrictions, property, may) in path.abilities() {
            let may = if may { "true" } else { "false" };
            xml.open("PropertyValue", &[("Property", restrictions)]);
            xml.open("Record", &[]);
            xml.empty("PropertyValue", &[("Property", property), ("Bool", may)]);
            xml.close("Record");
            xml.close("PropertyValue");
        }
        xml.close("Record");
    }
    for name in ["Collection", "PropertyValue", "Record", "Annotation", "Annotations"] {
        xml.close(name);
    }
}

/// Elements and attributes; there is no text between them.
#[derive(Default)]
struct Xml(String);

impl Xml {
    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.0.push('>');
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.0.push_str("/>");
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.0.push('<');
        self.0.push_str(name);
        for (name, value) in attributes {
            let value = value
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('"', "&quot;")
                .replace('\n', "&#10;");
            self.0.push_str(&format!(" {name}=\"{value}\""));
        }
    }
}
