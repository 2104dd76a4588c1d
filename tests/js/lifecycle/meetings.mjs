// The meetings that registrations hang on.
import assert from "node:assert/strict";
import { unique, YEAR } from "../lib/demo.mjs";
import { answered, refused } from "../lib/graph.mjs";
import { isInstant, isMeetingId, readJoinLink } from "../lib/shapes.mjs";
import { END, freshRegistration, START, WORDS } from "./fresh.mjs";

export async function meetings(run) {
  const { demo, check, organizer, app } = run;
  let meeting;

  await check("a meeting is created", async () => {
    meeting = await answered(organizer, 201, () =>
      organizer.api("/me/onlineMeetings").post({
        subject: "Flow in small streams – a clinic",
        startDateTime: `${YEAR}-03-09T13:00:00+02:00`,
        endDateTime: `${YEAR}-03-09T16:30:00.0000000+02:00`,
      }));
    assert.equal(meeting["@odata.context"], `${demo.baseUrl}/beta/$metadata#users('${demo.organizer.id}')/onlineMeetings/$entity`);
    isMeetingId(meeting.id, demo.organizer.id);
    assert.equal(meeting.subject, "Flow in small streams – a clinic");
    assert.equal(meeting.startDateTime, START);
    assert.equal(meeting.endDateTime, END);
    isInstant(meeting.creationDateTime);
    const { thread, context } = readJoinLink(meeting.joinWebUrl);
    assert.deepEqual(context, { Tid: demo.tenantId, Oid: demo.organizer.id });
    assert.ok(Buffer.from(meeting.id, "base64").toString().endsWith(thread), "the id names the thread of the link");
    assert.match(meeting.joinMeetingIdSettings.joinMeetingId, /^\d+$/);
  });

  await check("createOrGet creates once and then finds", async () => {
    const body = { externalId: unique("crm"), startDateTime: START, endDateTime: END, subject: "Found again" };
    const first = await answered(organizer, 201, () => organizer.api("/me/onlineMeetings/createOrGet").post(body));
    const second = await answered(organizer, 200, () => organizer.api("/me/onlineMeetings/createOrGet").post(body));
    assert.equal(second.id, first.id);
    assert.equal(second.joinWebUrl, first.joinWebUrl);
    const read = await organizer.api(`/me/onlineMeetings/${first.id}`).get();
    assert.equal(read.externalId ?? body.externalId, body.externalId);
  });

  await check("createOrGet without dates takes an hour from now", async () => {
    const made = await organizer.api("/me/onlineMeetings/createOrGet").post({ externalId: unique("crm"), subject: "Now" });
    assert.equal(Date.parse(made.endDateTime) - Date.parse(made.startDateTime), 3_600_000);
    assert.ok(Math.abs(Date.parse(made.startDateTime) - Date.now()) < 120_000, made.startDateTime);
  });

  await check("createOrGet wants no end without a start, and none before it", async () => {
    const post = (body) => () => organizer.api("/me/onlineMeetings/createOrGet").post({ externalId: unique("crm"), ...body });
    await refused(post({ endDateTime: END }), 400);
    await refused(post({ startDateTime: END, endDateTime: START }), 400);
  });

  await check("a meeting is read by the organizer and by the application", async () => {
    const read = await answered(organizer, 200, () => organizer.api(`/me/onlineMeetings/${meeting.id}`).get());
    assert.equal(read.joinWebUrl, meeting.joinWebUrl);
    const other = await app.api(`/users/${demo.organizer.id}/onlineMeetings/${meeting.id}`).get();
    assert.equal(other.id, meeting.id);
  });

  await check("a meeting is found by its join link", async () => {
    // The documentation encodes the whole link once more inside the quotes.
    const filter = `JoinWebUrl eq '${encodeURIComponent(meeting.joinWebUrl)}'`;
    const found = await answered(organizer, 200, () => organizer.api("/me/onlineMeetings").filter(filter).get());
    assert.deepEqual(found.value.map((one) => one.id), [meeting.id]);
    assert.equal(found["@odata.context"], `${demo.baseUrl}/beta/$metadata#users('${demo.organizer.id}')/onlineMeetings`);
  });

  await check("a meeting is found by its number", async () => {
    const filter = `joinMeetingIdSettings/joinMeetingId eq '${meeting.joinMeetingIdSettings.joinMeetingId}'`;
    const found = await app.api(`/users/${demo.organizer.id}/onlineMeetings`).filter(filter).get();
    assert.deepEqual(found.value.map((one) => one.id), [meeting.id]);
  });

  await check("a meeting shows its registration if that is expanded", async () => {
    const { meeting: other, registration } = await freshRegistration(run, "everyone", [WORDS]);
    const get = (expand) => answered(organizer, 200, () => organizer.api(`/me/onlineMeetings/${other.id}`).select("id").expand(expand).get());
    const read = await get("registration($expand=customQuestions)");
    assert.deepEqual([read.id, read.registration.id, read.registration.customQuestions[0].displayName], [other.id, registration.id, WORDS.displayName]);
    assert.equal((await get("registration")).registration.customQuestions, undefined);
    const none = await organizer.api(`/me/onlineMeetings/${meeting.id}`).expand("registration").get();
    assert.deepEqual([none.subject, none.registration], [meeting.subject, null]);
  });

  await check("another filter is refused", () =>
    refused(() => organizer.api("/me/onlineMeetings").filter("subject eq 'x'").get(), 400));

  await check("a meeting is changed", async () => {
    const change = { subject: "Flow in small streams, 2", startDateTime: `${YEAR}-03-10T11:00:00Z`, endDateTime: `${YEAR}-03-10T12:00:00.5Z` };
    const changed = await answered(organizer, 200, () => organizer.api(`/me/onlineMeetings/${meeting.id}`).patch(change));
    const read = await organizer.api(`/me/onlineMeetings/${meeting.id}`).get();
    for (const one of [changed, read]) {
      assert.equal(one.id, meeting.id);
      for (const [name, value] of Object.entries(change)) assert.equal(one[name], value, name);
      assert.equal(one.joinWebUrl, meeting.joinWebUrl);
    }
  });

  await check("a meeting that ends before it starts is refused", () =>
    refused(() => organizer.api("/me/onlineMeetings").post({ startDateTime: END, endDateTime: START }), 400, {
      inner: "endNotAfterStart",
      target: "endDateTime",
    }));

  await check("a deleted meeting is gone", async () => {
    await answered(organizer, 204, () => organizer.api(`/me/onlineMeetings/${meeting.id}`).delete());
    await refused(() => organizer.api(`/me/onlineMeetings/${meeting.id}`).get(), 404);
  });
}
