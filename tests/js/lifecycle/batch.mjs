// Several requests in one, put together and taken apart by the client's own classes.
import assert from "node:assert/strict";
import graph from "@microsoft/microsoft-graph-client";
import { contextOf } from "../lib/demo.mjs";
import { answered, raw, refused } from "../lib/graph.mjs";
import { builtIn, freshMeeting, mine, registrant, stranger, theirs } from "./fresh.mjs";

const { BatchRequestContent, BatchResponseContent } = graph;
const JSON_TYPE = { "Content-Type": "application/json" };

export async function batch(run) {
  const { demo, check, organizer, app } = run;
  // The client wants whole addresses here, and sends what stands behind the host.
  const post = (path, body) =>
    new Request(`${demo.baseUrl}/beta${path}`, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) });
  const plain = (path, method = "GET") => new Request(`${demo.baseUrl}/beta${path}`, { method });
  const send = async (client, steps) => {
    const content = await new BatchRequestContent(steps).getContent();
    return new BatchResponseContent(await answered(client, 200, () => client.api("/$batch").post(content)));
  };

  await check("a batch of steps that wait for each other runs in that order", async () => {
    const meeting = await freshMeeting(run);
    const person = stranger();
    const done = await send(organizer, [
      { id: "1", request: post(mine(meeting), builtIn("everyone")) },
      { id: "2", request: post(`${theirs(run, meeting)}/registrants`, registrant(person)), dependsOn: ["1"] },
      { id: "3", request: plain(`${mine(meeting)}/registrants`), dependsOn: ["2"] },
      { id: "4", request: plain(mine(meeting), "DELETE"), dependsOn: ["3"] },
    ]);
    assert.equal(done.getResponseById("1").status, 201);
    const list = await done.getResponseById("3").json();
    assert.equal(list["@odata.context"], contextOf(demo, meeting.id, "registration/registrants"));
    assert.deepEqual(list.value.map(({ email }) => email), [person.mail]);
    assert.equal(done.getResponseById("4").status, 204);
    assert.equal(await done.getResponseById("4").text(), "");
    await refused(() => organizer.api(mine(meeting)).get(), 404);
  });

  await check("twenty people enrol in one batch", async () => {
    const meeting = await freshMeeting(run);
    await organizer.api(mine(meeting)).post(builtIn("everyone"));
    const people = Array.from({ length: 20 }, () => stranger());
    const done = await send(app, people.map((person, at) => (
      { id: String(at), request: post(`${theirs(run, meeting)}/registrants`, registrant(person)) })));
    for (const [, answer] of done.getResponses()) assert.equal(answer.status, 200);
    const list = await organizer.api(`${mine(meeting)}/registrants`).get();
    assert.deepEqual(list.value.map(({ email }) => email).sort(), people.map(({ mail }) => mail).sort());
  });

  await check("one step that fails takes with it what depends on it, and nothing else", async () => {
    const meeting = await freshMeeting(run);
    // More than the client's own class puts together, which wants all steps to depend on the same one.
    const requests = [
      { id: "bad", method: "POST", url: mine(meeting), headers: JSON_TYPE, body: {} },
      { id: "worse", method: "GET", url: mine(meeting), dependsOn: ["bad"] },
      { id: "good", method: "GET", url: `/me/onlineMeetings/${meeting.id}` },
    ];
    const done = new BatchResponseContent(await organizer.api("/$batch").post({ requests }));
    assert.equal(done.getResponseById("bad").status, 400);
    assert.equal((await done.getResponseById("bad").json()).error.innerError.code, "memberMissing");
    assert.equal(done.getResponseById("worse").status, 424);
    assert.equal((await done.getResponseById("worse").json()).error.code, "FailedDependency");
    assert.equal((await done.getResponseById("good").json()).id, meeting.id);
  });

  await check("a batch whose steps do not fit together is refused whole", async () => {
    const step = (id, dependsOn) => ({ id, method: "GET", url: "/me", dependsOn });
    for (const [requests, inner, target] of [
      [Array.from({ length: 21 }, (_, at) => step(String(at))), "tooLong", "requests"],
      [[step("a"), step("A")], "invalidBatch", "requests/1/id"],
      [[step("a", ["b"])], "invalidBatch", "requests/0/dependsOn"],
      [[step("a", ["b"]), step("b", ["a"])], "invalidBatch", "requests/0/dependsOn"],
    ]) {
      await refused(() => organizer.api("/$batch").post({ requests }), 400, { inner, target });
    }
    const broken = await raw(demo, demo.organizer.token, "POST", "/beta/$batch", { body: "{", headers: JSON_TYPE });
    assert.equal(broken.status, 400);
    const nobody = await raw(demo, undefined, "POST", "/beta/$batch", { body: '{"requests":[]}', headers: JSON_TYPE });
    assert.equal(nobody.status, 401);
  });
}
