// External registration: another system keeps the list and gets each person's link. Seed documents 001, 003, 004.
import assert from "node:assert/strict";
import { contextOf } from "../lib/demo.mjs";
import { answered, raw, refused } from "../lib/graph.mjs";
import { isGuid, isPersonalLink } from "../lib/shapes.mjs";
import { freshExternal, freshMeeting, mine, registrant, stranger, theirs } from "./fresh.mjs";

const KIND = "#microsoft.graph.externalMeetingRegistrant";
const IDS = ["9d96988d-a66a-46ce-aad7-0b245615b297", "crm/7731 a?b#ü", "a,b", "x+y=", "100%", "%2F", "'quoted'", "*", "a\\b;c:d@e&f", "日本"];

export async function external(run) {
  const { demo, check, organizer, colleague, app } = run;
  const facts = { tenantId: demo.tenantId, organizerId: demo.organizer.id };

  await check("seed 001 as printed is no JSON", async () => {
    const meeting = await freshMeeting(run);
    const seed = '{\n  "@odata.type": "#microsoft.graph.externalMeetingRegistration",\n  "allowedRegistrant": "everyone",\n}';
    await refused(() => organizer.api(mine(meeting)).post(seed), 400);
    await refused(() => organizer.api(mine(meeting)).get(), 404);
  });

  for (const audience of ["everyone", "organization"]) {
    const { meeting, registration } = await freshExternal(run, audience);
    const path = `${mine(meeting)}/registrants`;
    const context = contextOf(demo, meeting.id, "registration/registrants/$entity");
    const person = audience === "organization" ? { tenantId: demo.tenantId, userId: demo.colleague.id } : {};
    const links = new Map();

    await check(`an external registration for ${audience} has its own shape`, async () => {
      isGuid(registration.id);
      const expected = {
        "@odata.context": contextOf(demo, meeting.id, "registration/$entity"),
        "@odata.type": "#microsoft.graph.externalMeetingRegistration",
        id: registration.id,
        allowedRegistrant: audience,
      };
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(registration[name], value, name);
      for (const [client, where] of [[organizer, mine(meeting)], [app, theirs(run, meeting)], [organizer, `${mine(meeting)}/microsoft.graph.externalMeetingRegistration`]]) {
        const read = await answered(client, 200, () => client.api(where).get());
        for (const [name, value] of Object.entries(expected)) assert.deepEqual(read[name], value, name);
      }
    });

    for (const id of audience === "everyone" ? IDS : IDS.slice(0, 4)) {
      await check(`${audience}: the registrant \`${id}\` is enrolled, found and removed`, async () => {
        const made = await answered(organizer, 200, () => organizer.api(path).post({ "@odata.type": KIND, id, ...person }));
        assert.equal(made["@odata.context"], context);
        assert.equal(made["@odata.type"], KIND);
        assert.equal(made.id, id);
        assert.equal(made.userId, person.userId ?? null);
        assert.equal(made.tenantId, person.tenantId ?? null);
        isPersonalLink(made.joinWebUrl, { ...facts, registrantId: id, isPublic: audience === "everyone" });
        links.set(id, made.joinWebUrl);

        const again = await answered(organizer, 200, () => organizer.api(path).post({ "@odata.type": KIND, id, ...person }));
        assert.equal(again.joinWebUrl, made.joinWebUrl, "the same id again gets the same link");

        const read = await organizer.api(`${path}/${encodeURIComponent(id)}`).get();
        assert.equal(read.id, id);
        assert.equal(read["@odata.type"], KIND);

        const listed = (await organizer.api(path).get()).value.filter((row) => row.id === id);
        assert.equal(listed.length, 1, "listed once");
        assert.equal(listed[0].joinWebUrl, made.joinWebUrl);
        assert.equal(listed[0].userId, person.userId ?? null);
        assert.equal(listed[0].tenantId, person.tenantId ?? null);

        const gate = await fetch(made.joinWebUrl, { redirect: "manual" });
        assert.ok([200, 302, 303, 307].includes(gate.status), `the link is known: ${gate.status}`);

        await answered(organizer, 204, () => organizer.api(`${path}/${encodeURIComponent(id)}`).delete());
        await refused(() => organizer.api(`${path}/${encodeURIComponent(id)}`).delete(), 404);
        assert.ok(!(await organizer.api(path).get()).value.some((row) => row.id === id), "removed rows are not listed");
      });
    }

    await check(`${audience}: who was removed comes back with a fresh link`, async () => {
      const [id, old] = [...links][0];
      const made = await organizer.api(path).post({ "@odata.type": KIND, id, ...person });
      assert.equal(made.id, id);
      assert.notEqual(made.joinWebUrl, old);
      const dead = await fetch(old, { redirect: "manual" });
      assert.ok(dead.status === 200 || (dead.status >= 400 && dead.status < 500), `the old link lets nobody in: ${dead.status}`);
    });

    await check(`${audience}: the application enrols, lists and removes`, async () => {
      const there = `${theirs(run, meeting)}/registrants`;
      const made = await answered(app, 200, () => app.api(there).post({ "@odata.type": KIND, id: "by-app", ...person }));
      assert.equal(made.id, "by-app");
      const list = await answered(app, 200, () => app.api(there).get());
      assert.equal(list["@odata.context"], contextOf(demo, meeting.id, "registration/registrants"));
      assert.ok(list.value.every((row) => row["@odata.type"] === KIND));
      await answered(app, 204, () => app.api(`${there}/by-app`).delete());
    });
  }

  const { meeting } = await freshExternal(run, "everyone");
  const path = `${mine(meeting)}/registrants`;

  await check("ids that differ in a sign are different people, raw or encoded in the path", async () => {
    for (const id of ["x y=", "x+y=", "X+Y="]) await organizer.api(path).post({ "@odata.type": KIND, id });
    const removed = await raw(demo, demo.organizer.token, "DELETE", `/beta${path}/x+y=`);
    assert.equal(removed.status, 204, "`+` and `=` stand for themselves in a path");
    assert.deepEqual((await organizer.api(path).get()).value.map(({ id }) => id).sort(), ["X+Y=", "x y="]);
    await answered(organizer, 204, () => organizer.api(`${path}/x%20y%3D`).delete());
  });

  await check("person's ids sent where everyone may are not kept", async () => {
    const made = await organizer.api(path).post({ "@odata.type": KIND, id: "extra", tenantId: demo.tenantId, userId: demo.colleague.id });
    assert.equal(made.userId, null);
    assert.equal(made.tenantId, null);
  });

  await check("an id of 256 characters is taken, a longer one refused", async () => {
    const long = "ö".repeat(256);
    assert.equal((await organizer.api(path).post({ "@odata.type": KIND, id: long })).id, long);
    await refused(() => organizer.api(path).post({ "@odata.type": KIND, id: `${long}x` }), 400, { inner: "tooLong", target: "id" });
  });

  await check("no id, and an empty one, are refused", async () => {
    await refused(() => organizer.api(path).post({ "@odata.type": KIND }), 400, { target: "id" });
    await refused(() => organizer.api(path).post({ "@odata.type": KIND, id: "" }), 400, { target: "id" });
    await refused(() => organizer.api(path).post({ "@odata.type": KIND, id: 7 }), 400, { target: "id" });
  });

  await check("a registrant of the built-in kind is refused", () =>
    refused(() => organizer.api(path).post(registrant(stranger())), 400));

  await check("nobody but the organizer enrols here", () =>
    refused(() => colleague.api(`${theirs(run, meeting)}/registrants`).post({ "@odata.type": KIND, id: "x" }), [403, 404]));

  await check("where the organisation may, the person must be named", async () => {
    const { meeting: other } = await freshExternal(run, "organization");
    await refused(() => organizer.api(`${mine(other)}/registrants`).post({ "@odata.type": KIND, id: "x" }), 400);
    await refused(
      () => organizer.api(`${mine(other)}/registrants`).post({ "@odata.type": KIND, id: "x", tenantId: "nonsense", userId: demo.colleague.id }),
      400,
    );
  });

  await check("a second registration of the other kind is refused", () =>
    refused(() => organizer.api(mine(meeting)).post({ allowedRegistrant: "everyone" }), [400, 409]));

  await check("an external registration is deleted, by the application too", async () => {
    await answered(organizer, 204, () => organizer.api(mine(meeting)).delete());
    await refused(() => organizer.api(path).get(), 404);
    const { meeting: other } = await freshExternal(run, "everyone");
    await answered(app, 204, () => app.api(theirs(run, other)).delete());
  });
}
