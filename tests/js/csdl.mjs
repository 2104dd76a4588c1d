// Reads a CSDL XML document from standard input with a reader that is not ours, and prints what it found as one line of
// JSON. The checks and their count go to standard error.
//
//   node csdl.mjs < metadata.xml
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import edmx from "@sap-ux/edmx-parser";
import { Checks } from "./lib/checks.mjs";

const checks = new Checks(console.error);
const read = await checks.check("it can be read", () => edmx.parse(readFileSync(0, "utf8")));
const { schema, version } = read ?? { schema: {} };

const types = [...(schema.entityTypes ?? []), ...(schema.complexTypes ?? [])];
const properties = (type) => type.entityProperties ?? type.properties;
const known = new Set([...types, ...(schema.enumTypes ?? [])].map((type) => type.fullyQualifiedName));
const single = (name) => name.replace(/^Collection\((.*)\)$/, "$1");

await checks.check("it is a document of OData 4.0 with types", () => {
  assert.equal(version, "4.0");
  assert.ok(types.length > 5);
});
await checks.check("every type that is named is there, or OData's own", () => {
  const named = types.flatMap((type) => [
    ...properties(type).map((property) => property.type),
    ...type.navigationProperties.map((way) => way.targetTypeName),
  ]);
  named.push(...schema.actions.flatMap((action) => [action.sourceType, ...(action.returnType ? [action.returnType] : []), ...action.parameters.map(({ type }) => type)]));
  named.push(...[...schema.entitySets, ...schema.singletons].map((set) => set.entityTypeName));
  // What gives nothing names nothing.
  for (const name of named.filter((name) => name !== "" && name !== undefined).map(single)) assert.ok(known.has(name) || /^Edm\.(String|Boolean|Int32|Int64|DateTimeOffset|Stream)$/.test(name), name);
});
await checks.check("no name is there twice", () => {
  for (const type of types) {
    const names = [...properties(type), ...type.navigationProperties].map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, type.name);
  }
});

const restricted = (target) =>
  schema.annotations.serviceFile
    .find((list) => list.target === target)
    .annotations[0].record.propertyValues[0].value.Collection.map(({ propertyValues: [way, ...restrictions] }) => [
      way.value.NavigationPropertyPath,
      restrictions.map(({ value }) => value.Record.propertyValues[0]).filter(({ value }) => value.Bool).map(({ name }) => name),
    ]);
const found = await checks.check("paths say what can be done on them", () => ({
  types: Object.fromEntries(types.map((type) => [type.name, {
    isEntity: type._type === "EntityType",
    keys: (type.keys ?? []).map(({ name }) => name),
    properties: Object.fromEntries(properties(type).map(({ name, type: of, nullable }) => [name, { of, nullable }])),
    ways: Object.fromEntries(type.navigationProperties.map((way) => [way.name, { of: way.targetTypeName, isCollection: way.isCollection }])),
  }])),
  enumerations: Object.fromEntries(schema.enumTypes.map(({ name, members }) => [name, members.map((member) => member.name)])),
  actions: schema.actions.map(({ name, sourceType }) => [name, sourceType]),
  users: Object.fromEntries(restricted("microsoft.graph.GraphService/users")),
  me: Object.fromEntries(restricted("microsoft.graph.GraphService/me")),
  sets: Object.fromEntries(schema.entitySets.map(({ name, entityTypeName }) => [name, entityTypeName])),
  subscriptions: Object.fromEntries(restricted("microsoft.graph.GraphService/subscriptions")),
}));

console.log(JSON.stringify(found));
checks.finish();
