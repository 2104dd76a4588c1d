// What changed since the last time, followed by the client's own PageIterator. docs/change-notifications.md.
import assert from "node:assert/strict";
import graph from "@microsoft/microsoft-graph-client";
import { contextOf } from "../lib/demo.mjs";
import { answered, connectThroughTls, refused } from "../lib/graph.mjs";
import { awaited } from "../lib/patience.mjs";
import { freshExternal, freshMeeting, freshRegistration, mine, registrant, stranger, theirs, ticket } from "./fresh.mjs";

const { PageIterator } = graph;

export async function delta(run) {
  const { demo, check, organizer, colleague, app, nobody } = run;
  // The iterator follows https links alone.
  const client = connectThroughTls(demo, demo.organizer.token);

  /** Everything behind a path or link, and the link that a later question begins with. */
  const follow = async (link) => {
    const items = [];
    const first = await client.api(link).get();
    const pages = new PageIterator(client, first, (item) => items.push(item) > 0);
    await pages.iterate();
    assert.ok(pages.getDeltaLink(), "the last page has a deltaLink");
    return { items, link: pages.getDeltaLink(), isPaged: "@odata.nextLink" in first };
  };
  const ids = (items) => items.map(({ id }) => id);

  const { meeting } = await freshRegistration(run, "everyone");
  const list = `${mine(meeting)}/registrants`;
  const enrol = async (givenName) => {
    const person = stranger(givenName);
    await app.api(`${theirs(run, meeting)}/registrants`).post(registrant(person));
    return (await client.api(list).filter(`email eq '${person.mail}'`).get()).value[0];
  };
  const [odile, bram, mirja] = [await enrol("Odile"), await enrol("Bram"), await enrol("Mirja")];
  let round;

  await check("the first round lists who is there, page by page", async () => {
    round = await follow(`${list}/delta?$top=2`);
    assert.ok(round.isPaged);
    assert.deepEqual(round.items, [odile, bram, mirja], "as the list has them");
    const page = await answered(organizer, 200, () => organizer.api(`${list}/delta`).get());
    assert.equal(page["@odata.context"], contextOf(demo, meeting.id, "registration/registrants/$delta"));
  });

  await check("where nothing changed there is nothing", async () => {
    round = await follow(round.link);
    assert.deepEqual(round.items, []);
  });

  await check("who came, was changed and left is told, each as it is now", async () => {
    const zoe = await enrol("Zoë");
    const changed = await organizer.api(`${list}/${bram.id}`).patch({ firstName: "Abraham" });
    await organizer.api(`${list}/${odile.id}/cancel`).post({ reason: "The boat is full" });
    round = await follow(round.link);
    const of = (id) => round.items.filter((item) => item.id === id);
    assert.deepEqual(new Set(ids(round.items)), new Set([zoe.id, bram.id, odile.id]));
    assert.deepEqual(of(zoe.id)[0], zoe);
    assert.deepEqual([of(bram.id)[0].firstName, of(bram.id)[0]["@odata.etag"]], ["Abraham", changed["@odata.etag"]]);
    for (const gone of of(odile.id)) assert.deepEqual(gone, { id: odile.id, "@removed": { reason: "changed" } });
    assert.equal((await organizer.api(`${list}/${odile.id}`).get()).status, "canceled", "`changed`: it can still be read");
    assert.deepEqual((await follow(round.link)).items, []);
  });

  await check("a first round has nobody who left", async () => {
    assert.ok(!ids((await follow(`${list}/delta`)).items).includes(odile.id));
  });

  await check("whoever knows the list begins with what comes next, and says which members", async () => {
    const latest = await follow(`${list}/delta?$deltatoken=latest&$select=id,lastName`);
    assert.deepEqual(latest.items, []);
    const nils = await enrol("Nils");
    const [{ "@odata.etag": tag, "@odata.type": type, ...item }, ...more] = (await follow(latest.link)).items;
    assert.deepEqual([item, more], [{ id: nils.id, lastName: nils.lastName }, []]);
  });

  await check("external registrants are gone by the id that their system gave them", async () => {
    const { meeting: fair } = await freshExternal(run, "everyone");
    const path = `${mine(fair)}/registrants`;
    await organizer.api(path).post(ticket("crm/4711"));
    const { items, link } = await follow(`${path}/delta`);
    assert.deepEqual(ids(items), ["crm/4711"]);
    await organizer.api(`${path}/crm%2F4711`).delete();
    assert.deepEqual((await follow(link)).items, [{ id: "crm/4711", "@removed": { reason: "deleted" } }]);
  });

  await check("meetings are followed in the same way", async () => {
    const [kept, dropped] = [await freshMeeting(run), await freshMeeting(run)];
    const first = await follow("/me/onlineMeetings/delta?$top=50");
    for (const { id } of [kept, dropped]) assert.ok(ids(first.items).includes(id), "the first round has both");
    await organizer.api(`/me/onlineMeetings/${kept.id}`).patch({ subject: "Reading two rivers" });
    await organizer.api(`/me/onlineMeetings/${dropped.id}`).delete();
    const made = await freshMeeting(run);
    // What changed shows up within a second or two, and something may come twice.
    const seen = new Map();
    let { link } = first;
    await awaited(
      async () => {
        const next = await follow(link);
        link = next.link;
        for (const item of next.items) seen.set(item.id, item);
      },
      () => seen.get(kept.id)?.subject === "Reading two rivers" && seen.get(dropped.id)?.["@removed"] && seen.has(made.id),
      () => `what is known: ${JSON.stringify([kept, dropped, made].map(({ id }) => seen.get(id)))}`,
    );
    assert.deepEqual(seen.get(dropped.id), { id: dropped.id, "@removed": { reason: "deleted" } });
    assert.equal(seen.get(made.id).subject, made.subject);
  });

  await check("a token is good for what it was made for", async () => {
    const { meeting: other } = await freshRegistration(run, "everyone");
    const ask = (path, token) => () => organizer.api(`${path}/delta`).query({ $deltatoken: token }).get();
    const token = new URL(round.link).searchParams.get("$deltatoken");
    await answered(organizer, 200, ask(list, token));
    for (const path of [`${mine(other)}/registrants`, "/me/onlineMeetings"]) {
      await refused(ask(path, token), 410, { inner: "resyncRequired", code: "syncStateNotFound" });
    }
    await refused(ask(list, `${token}x`), 400, { inner: "unsupportedQuery", target: "$deltatoken" });
  });

  await check("another registration on the meeting asks to begin anew", async () => {
    const { meeting: again } = await freshExternal(run, "everyone");
    const path = `${mine(again)}/registrants/delta`;
    const { link } = await follow(path);
    await organizer.api(mine(again)).delete();
    await refused(() => client.api(link).get(), 404, { inner: "registrationNotFound" });
    await organizer.api(mine(again)).post({ allowedRegistrant: "everyone" });
    await refused(() => client.api(link).get(), 410, { inner: "resyncRequired", code: "syncStateNotFound" });
    assert.deepEqual((await follow(path)).items, []);
  });

  await check("what changed is the organizer's, and an application's for them", async () => {
    const all = `${theirs(run, meeting)}/registrants/delta`;
    assert.equal((await answered(app, 200, () => app.api(all).get())).value.length, 4);
    await answered(app, 200, () => app.api(`/users/${demo.organizer.id}/onlineMeetings/delta`).top(1).get());
    await refused(() => colleague.api(all).get(), 403, { inner: "notOrganizer" });
    await refused(() => nobody.api(all).get(), 401);
  });
}
