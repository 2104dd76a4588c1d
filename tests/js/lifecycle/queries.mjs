// What a list is asked for: whom, in which order, how many.
import assert from "node:assert/strict";
import { refused } from "../lib/graph.mjs";
import { freshRegistration, mine, registrant, stranger, theirs } from "./fresh.mjs";

export async function queries(run) {
  const { check, organizer, app } = run;
  const { meeting } = await freshRegistration(run, "everyone");
  const people = [["Odile", "Marchetti"], ["Bram", "O'Yelaran"], ["Zoë", "Abara"]].map(([one, other]) => stranger(one, other));
  for (const person of people) await app.api(`${theirs(run, meeting)}/registrants`).post(registrant(person));
  const list = () => organizer.api(`${mine(meeting)}/registrants`);
  const names = async (request) => (await request.get()).value.map(({ firstName }) => firstName);

  await check("a list is filtered, searched and ordered", async () => {
    assert.deepEqual(await names(list().filter(`email eq '${people[2].mail}'`)), ["Zoë"]);
    assert.deepEqual(await names(list().filter("lastName eq 'O''Yelaran'")), ["Bram"]);
    assert.deepEqual(await names(list().search('"marchetti"')), ["Odile"]);
    assert.deepEqual(await names(list().orderby("lastName")), ["Zoë", "Odile", "Bram"]);
    assert.deepEqual(await names(list().orderby("lastName").skip(1).top(1)), ["Odile"]);
  });

  await check("the number alone is a number", async () => {
    assert.equal(Number(await organizer.api(`${mine(meeting)}/registrants/$count`).get()), people.length);
  });

  await check("a filter that says nothing is refused", () =>
    refused(() => list().filter("shoeSize eq 4").get(), 400, { target: "$filter" }));
}
