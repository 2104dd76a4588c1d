// Many people in one request, and their list as a file: actions and a function beside Graph's own. docs/bulk.md.
import assert from "node:assert/strict";
import { answered, refused } from "../lib/graph.mjs";
import { freshExternal, freshMeeting, mine, builtIn, registrant, stranger, theirs } from "./fresh.mjs";

export async function many(run) {
  const { check, organizer, colleague, app } = run;

  await check("many are enrolled, listed as a file and canceled, each with a result", async () => {
    const meeting = await freshMeeting(run);
    await organizer.api(mine(meeting)).post(builtIn("everyone"));
    const people = Array.from({ length: 30 }, () => stranger());
    const registrants = people.map((person, at) => ({ ...registrant(person), idempotencyKey: `line ${at}` }));
    registrants[7].email = "nobody";
    const first = await answered(app, 200, () => app.api(`${theirs(run, meeting)}/enrollRegistrants`).post({ registrants }));
    assert.equal(first.value[7].error.target, "registrants/7/email");
    const placed = first.value.filter(({ status }) => status === "registered");
    assert.equal(placed.length, 29);
    const again = await organizer.api(`${mine(meeting)}/microsoft.graph.enrollRegistrants`).post({ registrants: [registrants[0]] });
    assert.deepEqual([again.value[0].id, again.value[0].wasRegistered], [first.value[0].id, true]);

    const file = await (await organizer.api(`${mine(meeting)}/exportRegistrants(format='csv')`).getStream().then((stream) => new Response(stream))).text();
    assert.equal(file.trimEnd().split("\r\n").length, 30);

    const rows = placed.map(({ id }) => ({ id }));
    const canceled = await organizer.api(`${mine(meeting)}/cancelRegistrants`).post({ registrants: rows });
    assert.ok(canceled.value.every(({ status }) => status === "canceled"));
  });

  await check("an external system enrols many and keeps their links", async () => {
    const { meeting } = await freshExternal(run, "everyone");
    const registrants = [{ id: "crm/1" }, { id: "enrollRegistrants" }];
    const { value } = await app.api(`${theirs(run, meeting)}/enrollRegistrants`).post({ registrants });
    assert.ok(value.every(({ joinWebUrl }) => joinWebUrl.startsWith("http")));
    // What a registrant is called is never taken for an action.
    await answered(organizer, 204, () => organizer.api(`${mine(meeting)}/registrants/enrollRegistrants`).delete());
  });

  await check("many are the organizer's alone", async () => {
    const meeting = await freshMeeting(run);
    await organizer.api(mine(meeting)).post(builtIn("everyone"));
    await refused(() => colleague.api(`${theirs(run, meeting)}/enrollRegistrants`).post({ registrants: [registrant(stranger())] }), 403);
    await refused(() => colleague.api(`${theirs(run, meeting)}/exportRegistrants(format='csv')`).get(), 403);
  });
}
