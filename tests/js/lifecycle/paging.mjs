// Lists that come in pages. An extension of ours: the service never documented it.
import assert from "node:assert/strict";
import graph from "@microsoft/microsoft-graph-client";
import { contextOf } from "../lib/demo.mjs";
import { answered, connectThroughTls, raw, refused } from "../lib/graph.mjs";
import { freshRegistration, mine, registrant, stranger, theirs } from "./fresh.mjs";

const { PageIterator } = graph;
const PEOPLE = 5;

export async function paging(run) {
  const { demo, check, organizer, app } = run;
  const { meeting } = await freshRegistration(run, "everyone");
  const path = `${mine(meeting)}/registrants`;

  await check("an empty list is an empty list", async () => {
    const list = await answered(organizer, 200, () => organizer.api(path).get());
    assert.deepEqual(list, { "@odata.context": contextOf(demo, meeting.id, "registration/registrants"), value: [] });
  });

  const mails = [];
  for (let at = 0; at < PEOPLE; at += 1) {
    const person = stranger("Odile", `Marchetti ${at}`);
    await app.api(`${theirs(run, meeting)}/registrants`).post(registrant(person));
    mails.push(person.mail);
  }

  await check("a bare list has everybody, in order of arrival", async () => {
    const list = await organizer.api(path).get();
    assert.deepEqual(list.value.map(({ email }) => email), mails);
    assert.ok(!("@odata.nextLink" in list), "no nextLink, not even null");
  });

  await check("pages of one lead to everybody", async () => {
    const found = [];
    // The client takes no http address, so it gets the path of the link.
    for (let next = `${path}?$top=1`; next !== undefined; ) {
      const page = await answered(organizer, 200, () => organizer.api(next).get());
      assert.equal(page["@odata.context"], contextOf(demo, meeting.id, "registration/registrants"));
      assert.equal(page.value.length, 1);
      found.push(...page.value);
      const link = page["@odata.nextLink"];
      if (link !== undefined) {
        assert.ok(link.startsWith(`${demo.baseUrl}/beta/`), `absolute: ${link}`);
        assert.match(link, /[?&](\$|%24)top=1(&|$)/);
        assert.match(link, /[?&](\$|%24)skiptoken=/);
      }
      next = link?.slice(`${demo.baseUrl}/beta`.length);
      assert.ok(found.length <= PEOPLE, "pages come to an end");
    }
    assert.deepEqual(found.map(({ email }) => email), mails);
    assert.equal(new Set(found.map(({ id }) => id)).size, PEOPLE);
  });

  await check("the client's own PageIterator reaches everybody", async () => {
    const client = connectThroughTls(demo, demo.organizer.token);
    const found = [];
    const first = await client.api(path).top(2).get();
    const pages = new PageIterator(client, first, (row) => found.push(row.email) > 0);
    await pages.iterate();
    assert.ok(pages.isComplete());
    assert.deepEqual(found, mails);
  });

  await check("a link is followed as it is, and with its dollars encoded", async () => {
    const page = await organizer.api(path).top(2).get();
    const link = page["@odata.nextLink"].slice(demo.baseUrl.length);
    for (const spelling of [link, link.replaceAll("$", "%24"), link.replaceAll("%24", "$")]) {
      const next = await raw(demo, demo.organizer.token, "GET", spelling, { headers: { Accept: "*/*" } });
      assert.deepEqual(next.json?.value.map(({ email }) => email), mails.slice(2, 4), spelling);
    }
  });

  await check("$count=true counts all, not the page", async () => {
    const page = await organizer.api(path).top(2).count(true).get();
    assert.equal(page["@odata.count"], PEOPLE);
    assert.equal(page.value.length, 2);
  });

  await check("a filter is served, and never passed over", async () => {
    for (const [filter, expected] of [[`email eq '${mails[3]}'`, [mails[3]]], ["status eq 'canceled'", []]]) {
      const list = await organizer.api(path).filter(filter).get();
      assert.deepEqual(list.value.map(({ email }) => email), expected, filter);
    }
  });

  await check("options that are not served are refused, not ignored", async () => {
    for (const query of ["$top=0", "$top=x", "$orderby=phone", "$skiptoken=nonsense"]) {
      await refused(() => organizer.api(`${path}?${query}`).get(), 400);
    }
  });
}
