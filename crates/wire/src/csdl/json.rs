//! CSDL JSON, OData 4.01.

use serde_json::{Map, Value, json};

use super::{Action, Bound, CONTAINER, Model, NAMESPACE, Path, Property, Type, VOCABULARIES};

/// The model in CSDL JSON.
pub fn write(model: &Model) -> Value {
    let mut schema = Map::new();
    for of_type in &model.types {
        schema.insert(of_type.name.clone(), write_type(of_type));
    }
    for (name, members) in &model.enumerations {
        let mut written = json!({"$Kind": "EnumType"});
        for (value, member) in members.iter().enumerate() {
            written[member.as_str()] = json!(value);
        }
        schema.insert(name.clone(), written);
    }
    for action in &model.actions {
        // One of the same name, on something else, stands beside it.
        let same = schema.entry(action.name.clone()).or_insert_with(|| json!([]));
        if let Some(same) = same.as_array_mut() {
            same.push(write_action(action));
        }
    }
    let user = format!("{NAMESPACE}.user");
    let mut container = json!({
        "$Kind": "EntityContainer",
        "users": {"$Collection": true, "$Type": user},
        "me": {"$Type": user},
    });
    for (name, of) in &model.sets {
        container[name.as_str()] = json!({"$Collection": true, "$Type": of});
    }
    schema.insert(CONTAINER.to_owned(), container);
    let mut targets = Map::new();
    let of_people = ["users", "me"].map(|set| (set, &model.paths));
    let others = model.set_paths.iter().map(|(set, paths)| (set.as_str(), paths));
    for (set, paths) in of_people.into_iter().chain(others) {
        let restrictions = json!({"@Org.OData.Capabilities.V1.NavigationRestrictions": {
            "RestrictedProperties": paths.iter().map(write_path).collect::<Vec<_>>()
        }});
        targets.insert(format!("{NAMESPACE}.{CONTAINER}/{set}"), restrictions);
    }
    schema.insert("$Annotations".to_owned(), Value::Object(targets));
    let references =
        VOCABULARIES.map(|name| (super::xml::address_of(name), json!({"$Include": [{"$Namespace": name}]})));
    json!({
        "$Version": "4.0",
        "$Reference": Value::Object(references.into_iter().collect()),
        "$EntityContainer": format!("{NAMESPACE}.{CONTAINER}"),
        NAMESPACE: schema,
    })
}

fn write_type(of_type: &Type) -> Value {
    let mut written = json!({"$Kind": if of_type.is_entity { "EntityType" } else { "ComplexType" }});
    if let Some(base) = &of_type.base {
        written["$BaseType"] = json!(format!("{NAMESPACE}.{base}"));
    } else if of_type.is_entity {
        written["$Key"] = json!(["id"]);
    }
    if of_type.is_abstract {
        written["$Abstract"] = json!(true);
    }
    if let Some(description) = &of_type.description {
        written["@Org.OData.Core.V1.Description"] = json!(description);
    }
    for property in &of_type.properties {
        written[property.name.as_str()] = write_property(property);
    }
    written
}

fn write_property(property: &Property) -> Value {
    let mut written = json!({});
    if property.is_navigation {
        written["$Kind"] = json!("NavigationProperty");
        written["$ContainsTarget"] = json!(true);
    }
    if property.is_collection {
        written["$Collection"] = json!(true);
    }
    if property.of != "Edm.String" {
        written["$Type"] = json!(property.of);
    }
    if property.is_nullable {
        written["$Nullable"] = json!(true);
    }
    if property.is_read_only {
        written["@Org.OData.Core.V1.Computed"] = json!(true);
    }
    if let Some(description) = &property.description {
        written["@Org.OData.Core.V1.Description"] = json!(description);
    }
    written
}

fn write_action(action: &Action) -> Value {
    let mut own = write_bound(&action.on);
    own.shift_insert(0, "$Name".to_owned(), json!("bindingParameter"));
    let others = action.parameters.iter().map(|parameter| {
        let mut written = write_property(parameter);
        if let Some(facets) = written.as_object_mut() {
            facets.retain(|name, _| name.starts_with('$'));
            facets.shift_insert(0, "$Name".to_owned(), json!(parameter.name));
        }
        written
    });
    let mut written = json!({
        "$Kind": action.kind,
        "$IsBound": true,
        "$Parameter": std::iter::once(Value::Object(own)).chain(others).collect::<Vec<_>>(),
    });
    if let Some(gives) = &action.gives {
        written["$ReturnType"] = Value::Object(write_bound(gives));
    }
    written
}

fn write_bound(bound: &Bound) -> Map<String, Value> {
    let mut written = Map::new();
    if bound.is_collection {
        written.insert("$Collection".to_owned(), json!(true));
    }
    written.insert("$Type".to_owned(), json!(bound.of));
    written
}

fn write_path(path: &Path) -> Value {
    let mut written = json!({"NavigationProperty": path.names});
    for (restrictions, word, may) in path.abilities() {
        written[restrictions] = json!({word: may});
    }
    written
}
