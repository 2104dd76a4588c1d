// Requests that must be refused, and how.
import assert from "node:assert/strict";
import { YEAR } from "../lib/demo.mjs";
import { connect, raw, refused } from "../lib/graph.mjs";
import { builtIn, freshMeeting, freshRegistration, mine, registrant, stranger, theirs } from "./fresh.mjs";

const TYPE_MESSAGE =
  "Invalid request. Provide microsoft.graph.meetingRegistration or microsoft.graph.externalMeetingRegistration in request body.";
const JSON_MESSAGE =
  "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";

/** A well-formed meeting id of another organizer, another organisation. */
const FOREIGN_MEETING = Buffer.from(
  `1*2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460*0**19:meeting_${Buffer.from("0c5a9d3e-8f42-4b6d-a1e7-5d20c9340000").toString("base64")}@thread.v2`,
).toString("base64");

/** Well-formed ids of another organisation, from a public sample. */
const FOREIGN_REGISTRANT =
  "gWWckDBR6UOI8_yzWCzeNw,6pAAiSU1bkGqzLnbHG_muA,bzLh6uR-5EGYsCvtvIvs6Q,E4jbleVFdE6BDf6ei3YBOA,KvXQzK4zfU-5LQj_ZLWgow,A7_SArco00S-Qr707l0vBA,UFakyZrk1K9vBacExW1muA";
const FOREIGN_PERSON = "16664f75-11dc-4870-bec6-38c1aaa81431";

export async function refusals(run) {
  const { demo, check, organizer, colleague, app, nobody } = run;
  const meeting = await freshMeeting(run);
  const path = mine(meeting);
  const post = (body) => () => organizer.api(path).post(body);

  for (const [name, body, facts] of [
    ["an end before its start", builtIn("everyone", { endDateTime: `${YEAR}-03-09T10:00:00Z` }), { inner: "endNotAfterStart", target: "endDateTime" }],
    ["an end at its start", builtIn("everyone", { endDateTime: `${YEAR}-03-09T11:00:00Z` }), { inner: "endNotAfterStart", target: "endDateTime" }],
    ["the sentinel for an audience", builtIn("unknownFutureValue"), { inner: "unknownEnumMember", target: "allowedRegistrant" }],
    ["an unknown audience", builtIn("friends"), { inner: "unknownEnumMember", target: "allowedRegistrant" }],
    ["a number for an audience", builtIn(0), { target: "allowedRegistrant" }],
    ["no audience", { ...builtIn("everyone"), allowedRegistrant: undefined }, { inner: "memberMissing", target: "allowedRegistrant" }],
    ["a date that is none", builtIn("everyone", { startDateTime: "2021-11-02T016:00:00Z" }), { inner: "invalidValue", target: "startDateTime" }],
    ["a choice without options", builtIn("everyone", { customQuestions: [{ displayName: "Pick", answerInputType: "radioButton" }] }), { inner: "invalidOptions" }],
    ["a text where a list belongs", builtIn("everyone", { speakers: "Ines" }), { inner: "invalidValue", target: "speakers" }],
    ["a subject too long", builtIn("everyone", { subject: "x".repeat(5000) }), { inner: "tooLong", target: "subject" }],
    ["an array for a body", [], {}],
    ["a text for a body", '"everyone"', {}],
  ]) {
    await check(`a registration with ${name} is refused`, () => refused(post(body), 400, facts));
  }

  for (const type of ["#microsoft.graph.meetingRegistrationBase", "#microsoft.graph.event", "#microsoft.graph.externalMeetingRegistrationX", "nonsense"]) {
    await check(`a registration of the type \`${type}\` is refused with the known message`, async () => {
      const body = await refused(post({ "@odata.type": type, allowedRegistrant: "everyone" }), 400, { inner: "registrationType" });
      assert.equal(body.message, TYPE_MESSAGE);
    });
  }

  await check("an external registration with built-in members alone is not mistaken for one", () =>
    refused(post({ "@odata.type": "#microsoft.graph.externalMeetingRegistration" }), 400, { inner: "memberMissing", target: "allowedRegistrant" }));

  for (const [name, body] of [["half a body", '{"allowedRegistrant":'], ["a trailing comma", '{"allowedRegistrant":"everyone",}'], ["an empty body", ""]]) {
    await check(`${name} is refused with the known message`, async () => {
      const answer = await raw(demo, demo.organizer.token, "POST", `/beta${path}`, { body, headers: { "Content-Type": "application/json" } });
      assert.equal(answer.status, 400);
      assert.equal(answer.json?.error.message, JSON_MESSAGE);
    });
  }

  await check("a body that does not say it is JSON is refused with the known message", async () => {
    const answer = await raw(demo, demo.organizer.token, "POST", `/beta${path}`, {
      body: new Blob([JSON.stringify(builtIn("everyone"))]),
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.json?.error.message, JSON_MESSAGE);
  });

  await check("bytes that are no UTF-8 are refused", async () => {
    const answer = await raw(demo, demo.organizer.token, "POST", `/beta${path}`, {
      body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      headers: { "Content-Type": "application/json" },
    });
    assert.equal(answer.status, 400);
    assert.ok(answer.json?.error.code);
  });

  await check("after all that, the meeting still has no registration", () => refused(() => organizer.api(path).get(), 404));

  await check("no token: 401 with the known message", async () => {
    const body = await refused(() => nobody.api("/me").get(), 401);
    assert.equal(body.message, "Access token is empty.");
    assert.match(nobody.last.headers.get("www-authenticate") ?? "", /^Bearer/);
  });

  for (const [name, token] of [
    ["a word", "nonsense"],
    ["an unsigned token", unsigned(demo.organizer.token)],
    ["a token with another's signature", grafted(demo.organizer.token, demo.colleague.token)],
    ["a token with its subject changed", changed(demo.organizer.token, { oid: demo.colleague.id })],
  ]) {
    await check(`${name} is no token: 401`, () => refused(() => connect(demo, token).api(`/me/onlineMeetings/${meeting.id}`).get(), 401));
  }

  await check("an unknown path of any kind is refused in Graph's way", async () => {
    for (const where of ["/me/nothing", `${path}/nothing`, `/me/onlineMeetings/${meeting.id}/registration/registrants/a/b`]) {
      await refused(() => organizer.api(where).get(), [400, 404]);
    }
  });

  await check("a verb that is not offered is refused in Graph's way", async () => {
    const answer = await raw(demo, demo.organizer.token, "PUT", `/beta${path}`, { body: "{}", headers: { "Content-Type": "application/json" } });
    assert.equal(answer.status, 405);
    assert.ok(answer.json?.error.code, answer.text);
    assert.ok(answer.headers.get("allow"), "Allow says what is offered");
  });

  await check("ids of another organisation are not found", async () => {
    await refused(() => organizer.api(`/me/onlineMeetings/${FOREIGN_MEETING}/registration`).get(), 404);
    await refused(() => app.api(`/users/${demo.organizer.id}/onlineMeetings/${FOREIGN_MEETING}/registration`).get(), 404);
    await refused(() => app.api(`/users/${FOREIGN_PERSON}/onlineMeetings/${FOREIGN_MEETING}/registration`).get(), [403, 404]);
    await refused(() => app.api(`/users/${FOREIGN_PERSON}/onlineMeetings/${meeting.id}`).get(), [403, 404]);
    const { meeting: own } = await freshRegistration(run, "everyone");
    await refused(() => organizer.api(`${mine(own)}/registrants/${FOREIGN_REGISTRANT}`).get(), 404);
    await refused(() => app.api(`${theirs(run, own)}/registrants/${FOREIGN_REGISTRANT}`).delete(), 404);
  });

  await check("ids that are none are refused", async () => {
    for (const id of ["MSpkYzE3Njc0Yy04MWQ5LTRhZGItYmZ", "nonsense", "1", "%00", "../me"]) {
      await refused(() => organizer.api(`/me/onlineMeetings/${encodeURIComponent(id)}/registration`).get(), [400, 404]);
    }
    const { meeting: own } = await freshRegistration(run, "everyone");
    for (const id of ["nonsense", "a,b,c,d,e,f,g", "%2F"]) {
      await refused(() => organizer.api(`${mine(own)}/registrants/${encodeURIComponent(id)}`).get(), [400, 404]);
      await refused(() => organizer.api(`${mine(own)}/customQuestions/${encodeURIComponent(id)}`).get(), [400, 404]);
    }
  });

  await check("what is not there stays 404, whatever the condition", async () => {
    for (const condition of [{ "If-None-Match": "*" }, { "If-None-Match": '"1"' }]) {
      const answer = await raw(demo, demo.organizer.token, "GET", `/beta${path}`, { headers: condition });
      assert.equal(answer.status, 404);
      assert.equal(answer.json?.error.code, "NotFound");
    }
  });

  await check("a question of one meeting is not found under another", async () => {
    const one = await freshRegistration(run, "everyone", [{ displayName: "Mine?", answerInputType: "text" }]);
    const other = await freshRegistration(run, "everyone");
    const [question] = (await organizer.api(`${mine(one.meeting)}/customQuestions`).get()).value;
    await refused(() => organizer.api(`${mine(other.meeting)}/customQuestions/${question.id}`).get(), [400, 404]);
    await refused(() => organizer.api(`${mine(other.meeting)}/customQuestions/${question.id}`).delete(), [400, 404]);
    assert.equal((await organizer.api(`${mine(one.meeting)}/customQuestions`).get()).value.length, 1);
  });

  await check("a colleague does not run the organizer's meeting", async () => {
    const { meeting: own } = await freshRegistration(run, "everyone");
    const there = theirs(run, own);
    for (const act of [
      () => colleague.api(there).get(),
      () => colleague.api(there).patch({ subject: "Mine now" }),
      () => colleague.api(there).delete(),
      () => colleague.api(`${there}/registrants`).get(),
      () => colleague.api(`${there}/customQuestions`).post({ displayName: "?", answerInputType: "text" }),
      () => colleague.api(`/users/${demo.organizer.id}/onlineMeetings/${own.id}`).delete(),
      () => colleague.api(`/me/onlineMeetings/${own.id}/registration`).get(),
    ]) {
      await refused(act, [403, 404]);
    }
    assert.equal((await organizer.api(mine(own)).get()).subject, builtIn("everyone").subject);
  });

  await check("an application acts only where a policy lets it", () =>
    refused(() => app.api(`/users/${demo.colleague.id}/onlineMeetings`).post({ subject: "x" }), [400, 403]));

  await check("enrolling where no registration is: 404", () =>
    refused(() => app.api(`${theirs(run, meeting)}/registrants`).post(registrant(stranger())), 404));

  await check("enrolling after the end is refused", async () => {
    const start = new Date(Date.now() - 7_200_000).toISOString();
    const end = new Date(Date.now() - 3_600_000).toISOString();
    const { meeting: over } = await freshRegistration(run, "everyone");
    await organizer.api(mine(over)).patch({ startDateTime: start, endDateTime: end });
    await refused(() => app.api(`${theirs(run, over)}/registrants`).post(registrant(stranger())), 400);
  });
}

const part = (token, at) => JSON.parse(Buffer.from(token.split(".")[at], "base64url").toString("utf8"));
const sealed = (object) => Buffer.from(JSON.stringify(object)).toString("base64url");

/** The claims of a token under the algorithm `none`. */
function unsigned(token) {
  return `${sealed({ alg: "none", typ: "JWT" })}.${token.split(".")[1]}.`;
}

/** One token's claims with another's signature. */
function grafted(token, other) {
  return `${token.split(".").slice(0, 2).join(".")}.${other.split(".")[2]}`;
}

/** A token with claims changed after it was signed. */
function changed(token, claims) {
  const [head, , signature] = token.split(".");
  return `${head}.${sealed({ ...part(token, 1), ...claims })}.${signature}`;
}
