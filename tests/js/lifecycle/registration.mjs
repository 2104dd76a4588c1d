// A built-in registration from creation to deletion. Seed document 000.
import assert from "node:assert/strict";
import { contextOf, YEAR } from "../lib/demo.mjs";
import { answered, refused } from "../lib/graph.mjs";
import { page } from "../lib/mailbox.mjs";
import { isRegistrationId } from "../lib/shapes.mjs";
import { builtIn, freshMeeting, freshRegistration, mine, theirs } from "./fresh.mjs";

/** The first seed's sample as printed, faults included. */
const SEED_000 = `{
  "subject":"Microsoft Ignite",
  "description": "Join us November 2–4, 2021 to explore the latest tools, training sessions, technical expertise, networking opportunities, and more.",
  "startDateTime":"2021-11-02T08:00:00Z",
  "endDateTime":"2021-11-02T04:00:00Z",
  "allowedRegistrant": "everyone",
  "speakers: [
    {
      "displayName": "Satya Nadella",
      "bio": "Chairman and Chief Executive Officer, Microsoft"
    },
    {
      "displayName": "Scott Guthrie",
      "bio": "EVP, Cloud and AI Group, Microsoft"
    }
  ],
  "customQuestions": [
    {
      "displayName": "Are you a developer?",
      "answerInputType": "radioButton",
      "answerOptions": [ "Yes", "No" ],
      "isRequired": true
    },
    {
      "displayName": "Where did you hear about us?",
      "answerInputType": "text",
      "isRequired": false
    }
  ]
}`;
const QUOTE_MENDED = SEED_000.replace('"speakers:', '"speakers":');
const DATES_MENDED = QUOTE_MENDED.replaceAll("2021-11-02T", `${YEAR}-11-02T`).replace("T04:00:00Z", "T14:00:00Z");

export async function registration(run) {
  const { demo, check, organizer, app } = run;
  const meeting = await freshMeeting(run);
  const path = mine(meeting);
  const context = (tail) => contextOf(demo, meeting.id, tail);
  const sent = JSON.parse(DATES_MENDED);
  let created;

  await check("a meeting without a registration has none to show", () => refused(() => organizer.api(path).get(), 404));

  await check("seed 000 as printed is no JSON", () => refused(() => organizer.api(path).post(SEED_000), 400));

  await check("seed 000 with its quote mended ends before it starts", () =>
    refused(() => organizer.api(path).post(QUOTE_MENDED), 400, { inner: "endNotAfterStart", target: "endDateTime" }));

  await check("a refused registration leaves nothing behind", () => refused(() => organizer.api(path).get(), 404));

  await check("seed 000 with its dates mended creates a registration", async () => {
    created = await answered(organizer, 201, () => organizer.api(path).post(DATES_MENDED));
    const { id, registrationPageWebUrl, ...rest } = created;
    isRegistrationId(id, demo.tenantId);
    assert.equal(registrationPageWebUrl, `${demo.baseUrl}/registration/${id}?mode=read&tenantId=${demo.tenantId}`);
    const { customQuestions, ...echoed } = sent;
    assertHas(rest, {
      "@odata.context": context("registration/$entity"),
      "@odata.type": "#microsoft.graph.meetingRegistration",
      ...echoed,
      registrationPageViewCount: null,
    });
    assert.equal(rest.customQuestions, undefined, "questions are not echoed");
  });

  await check("the registration is read back, counted views and all", async () => {
    const read = await answered(organizer, 200, () => organizer.api(path).get());
    const { registrationPageViewCount, ...rest } = created;
    assertHas(read, rest);
    assert.ok(Number.isInteger(read.registrationPageViewCount), `${read.registrationPageViewCount}`);
    assert.equal(read.customQuestions, undefined);
  });

  await check("every spelling of the path leads there", async () => {
    for (const [client, spelling] of [
      [organizer, `${path}/microsoft.graph.meetingRegistration`],
      [organizer, theirs(run, meeting)],
      [organizer, path.replace("onlineMeetings", "onlinemeetings")],
      [organizer, `/me/onlineMeetings('${meeting.id}')/registration`],
      [organizer, path.replace(meeting.id, encodeURIComponent(meeting.id))],
      [app, theirs(run, meeting)],
    ]) {
      assert.equal((await client.api(spelling).get()).id, created.id, spelling);
    }
  });

  for (const expand of ["customQuestions", "microsoft.graph.meetingRegistration/customQuestions", "microsoft.graph.meetingRegistration%2FcustomQuestions"]) {
    await check(`$expand=${expand} brings the questions`, async () => {
      const read = await answered(organizer, 200, () => organizer.api(path).expand(expand).get());
      assert.equal(read["@odata.context"], context("registration(microsoft.graph.meetingRegistration/customQuestions())/$entity"));
      assert.deepEqual(
        read.customQuestions.map(({ displayName, isRequired, answerInputType, answerOptions }) => ({ displayName, isRequired, answerInputType, answerOptions })),
        sent.customQuestions.map((question) => ({ answerOptions: [], ...question })).map(({ displayName, isRequired, answerInputType, answerOptions }) => ({ displayName, isRequired, answerInputType, answerOptions })),
      );
    });
  }

  await check("an unknown $expand is refused", () => refused(() => organizer.api(path).expand("nothing").get(), 400));

  await check("the registration page shows the registration", async () => {
    const html = await page(created.registrationPageWebUrl);
    for (const words of [sent.subject, "Satya Nadella", "Are you a developer?"]) assert.ok(html.includes(words), words);
  });

  await check("a view of the page is counted", async () => {
    const before = (await organizer.api(path).get()).registrationPageViewCount;
    // Programs that name themselves are not counted.
    await page(created.registrationPageWebUrl);
    await fetch(created.registrationPageWebUrl, { headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0" } });
    // Views may be counted in bulk, a moment later.
    for (let tries = 0; (await organizer.api(path).get()).registrationPageViewCount <= before; tries += 1) {
      assert.ok(tries < 60, `still ${before}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });

  await check("a change keeps what it does not name", async () => {
    const change = { subject: "Microsoft Ignite – moved", startDateTime: `${YEAR}-11-03T08:00:00-08:00`, endDateTime: `${YEAR}-11-03T09:00:00-08:00` };
    const changed = await answered(organizer, 200, () => organizer.api(path).patch(change));
    assertHas(changed, {
      "@odata.context": context("registration/$entity"),
      "@odata.type": "#microsoft.graph.meetingRegistration",
      id: created.id,
      subject: change.subject,
      description: sent.description,
      startDateTime: `${YEAR}-11-03T16:00:00Z`,
      endDateTime: `${YEAR}-11-03T17:00:00Z`,
      speakers: sent.speakers,
      registrationPageViewCount: null,
    });
  });

  await check("speakers are replaced as a whole, and null clears", async () => {
    const speakers = [{ displayName: "Bram Oyelaran", bio: null }];
    const changed = await organizer.api(path).patch({ speakers, description: null });
    assert.deepEqual(changed.speakers, speakers);
    assert.equal(changed.description, null);
    assert.deepEqual((await organizer.api(path).patch({ speakers: [] })).speakers, []);
  });

  await check("a whole object sent back changes what was changed in it", async () => {
    const read = await organizer.api(path).expand("customQuestions").get();
    read.subject = "Sent back whole";
    const changed = await answered(organizer, 200, () => organizer.api(path).patch(read));
    assert.equal(changed.subject, "Sent back whole");
    assert.equal(changed.id, created.id);
    const again = await organizer.api(path).expand("customQuestions").get();
    assert.deepEqual(again.customQuestions, read.customQuestions);
    assert.equal(again.subject, "Sent back whole");
  });

  await check("the audience cannot be changed", () =>
    refused(() => organizer.api(path).patch({ allowedRegistrant: "organization" }), 400, { inner: "notUpdatable", target: "allowedRegistrant" }));

  await check("a change may not end before it starts", () =>
    refused(() => organizer.api(path).patch({ endDateTime: `${YEAR}-01-01T00:00:00Z` }), 400, { inner: "endNotAfterStart" }));

  await check("a second registration is refused", () =>
    refused(() => organizer.api(path).post(builtIn("everyone")), 409, { inner: "registrationExists" }));

  await check("a deleted registration is gone, and another gets its own id", async () => {
    await answered(organizer, 204, () => organizer.api(path).delete());
    await refused(() => organizer.api(path).get(), 404);
    await refused(() => organizer.api(path).delete(), 404);
    const next = await answered(organizer, 201, () => organizer.api(path).post(builtIn("organization")));
    assert.notEqual(next.id, created.id);
    assert.equal(next.allowedRegistrant, "organization");
  });

  await check("a change where nothing is creates", async () => {
    const other = await freshMeeting(run);
    const made = await answered(organizer, 201, () => organizer.api(mine(other)).patch(builtIn("everyone")));
    assert.equal((await organizer.api(mine(other)).get()).id, made.id);
  });

  await check("the application creates, changes and deletes for the organizer", async () => {
    const other = await freshMeeting(run);
    const there = theirs(run, other);
    await answered(app, 201, () => app.api(there).post(builtIn("everyone")));
    assert.equal((await answered(app, 200, () => app.api(there).patch({ subject: "By the application" }))).subject, "By the application");
    await answered(app, 204, () => app.api(there).delete());
  });

  await check("text of any kind comes back to the letter", async () => {
    const subject = " 🛶 Łódź \\ \"quoted\" <b>&amp;</b> \u202eRTL ";
    const { meeting: other } = await freshRegistration(run, "everyone");
    const changed = await organizer.api(mine(other)).patch({ subject, description: "one\ntwo\tthree" });
    assert.equal(changed.subject, subject);
    assert.equal((await organizer.api(mine(other)).get()).description, "one\ntwo\tthree");
  });
}

/** That an object has these members with these values; others may be there too. */
function assertHas(actual, expected) {
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(actual[name], value, name);
}
