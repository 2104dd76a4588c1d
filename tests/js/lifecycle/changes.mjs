// What subscribers are told, and what is kept of it: a server of our own takes it. docs/change-notifications.md.
import assert from "node:assert/strict";
import { unique } from "../lib/demo.mjs";
import { answered, refused } from "../lib/graph.mjs";
import { awaited } from "../lib/patience.mjs";
import { Receiver, signature } from "../lib/receiver.mjs";
import { isInstant } from "../lib/shapes.mjs";
import { freshExternal, freshMeeting, freshRegistration, inFuture, mine, registrant, stranger } from "./fresh.mjs";
import { subscription, theirs, ticket } from "./fresh.mjs";

export async function changes(run) {
  for (const part of [telling, failing, ending]) {
    // One for each, so that what comes late to one part is not taken for what the next one waits for.
    const receiver = await Receiver.open();
    await part(run, receiver).finally(() => receiver.close());
  }
}

/** The log of a subscription, once as many deliveries as that were tried. */
async function deliveries(client, id, count) {
  const { value } = await awaited(
    () => client.api(`/subscriptions/${id}/deliveries`).get(),
    ({ value }) => value.filter(({ lastAttemptDateTime }) => lastAttemptDateTime).length >= count,
    ({ value }) => `of ${value.length} deliveries fewer than ${count} were tried`,
  );
  return value;
}

async function telling(run, receiver) {
  const { check, organizer, app } = run;
  const { meeting } = await freshRegistration(run, "everyone");
  const list = `${mine(meeting)}/registrants`;
  const enrol = () => app.api(`${theirs(run, meeting)}/registrants`).post(registrant(stranger()));
  const made = await organizer.api("/subscriptions").post(subscription(receiver, meeting));
  const one = `/subscriptions/${made.id}`;
  let told = [];

  await check("who comes, is changed and leaves is told in that order, signed", async () => {
    await enrol();
    const [row] = (await organizer.api(list).get()).value;
    // One after the other: what changes at once comes in one delivery, and the log is to have three.
    const [created] = await receiver.notifications(1);
    await organizer.api(`${list}/${row.id}`).patch({ firstName: "Odile-Marie" });
    const [updated] = await receiver.notifications(1);
    await organizer.api(`${list}/${row.id}/cancel`).post({ reason: "The boat is full" });
    told = [created, updated, ...(await receiver.notifications(1))];
    assert.deepEqual(told.map(({ changeType }) => changeType), ["created", "updated", "deleted"]);
    for (const { delivery, ...item } of told) {
      assert.deepEqual([item.subscriptionId, item.clientState], [made.id, "between us"]);
      assert.equal(item.resourceData["@odata.type"], "#microsoft.graph.meetingRegistrant");
      assert.equal(item.resourceData.id, row.id);
      assert.equal(delivery.path, "/told");
      assert.equal(delivery.headers["webhook-key-id"], "k1");
      assert.equal(delivery.headers["webhook-signature"], signature(delivery, made.signingSecret));
      const other = { ...delivery, body: Buffer.concat([delivery.body, Buffer.from(" ")]) };
      assert.notEqual(delivery.headers["webhook-signature"], signature(other, made.signingSecret), "another body");
    }
  });

  await check("a notification names what is to be asked for, and nobody", async () => {
    const read = await organizer.api(`/${told[0].resourceData["@odata.id"]}`).get();
    assert.equal(read.status, "canceled");
    assert.equal(read.firstName, "Odile-Marie");
    for (const { delivery } of told) assert.ok(!delivery.body.toString().includes(read.email));
  });

  await check("the log has what was sent, and under which id", async () => {
    const log = await deliveries(organizer, made.id, 3);
    assert.deepEqual(log.map(({ id }) => id), told.map(({ delivery }) => delivery.headers["webhook-id"]));
    for (const [at, row] of log.entries()) {
      assert.deepEqual([row.kind, row.status, row.attemptCount, row.nextAttemptDateTime], ["change", "delivered", 1, null]);
      isInstant(row.createdDateTime);
      isInstant(row.lastAttemptDateTime);
      assert.match(row.answer, /202/);
      assert.ok(!row.body.includes("between us"), "what only sender and receiver know");
      assert.equal(JSON.parse(row.body).value[0].changeType, told[at].changeType);
    }
  });

  await check("the log is asked as other lists are", async () => {
    const log = () => organizer.api(`${one}/deliveries`);
    const first = told[0].delivery.headers["webhook-id"];
    const page = await log().top(2).count(true).get();
    assert.deepEqual([page.value.length, page["@odata.count"]], [2, 3]);
    const rest = await organizer.api(page["@odata.nextLink"].slice(`${run.demo.baseUrl}/beta`.length)).get();
    assert.deepEqual([rest.value.length, rest["@odata.nextLink"]], [1, undefined]);
    assert.equal((await log().orderby("createdDateTime desc").get()).value.at(-1).id, first);
    assert.deepEqual((await log().filter("status eq 'waiting'").get()).value, []);
    assert.equal(Number(await organizer.api(`${one}/deliveries/$count`).filter("attemptCount eq 1").get()), 3);
    await refused(() => log().filter("body eq 'x'").get(), 400, { inner: "unsupportedQuery", target: "$filter" });
  });

  await check("from a delivery on everything is sent again, to the byte", async () => {
    const key = unique("key");
    const [, second, third] = told.map(({ delivery }) => delivery);
    const replay = (id) => organizer.api(`${one}/replay`).header("Idempotency-Key", key).post({ fromDeliveryId: id });
    const answer = await answered(organizer, 202, () => replay(second.headers["webhook-id"]));
    assert.equal(answer.deliveryCount, 2);
    for (const before of [second, third]) {
      const again = await receiver.next();
      assert.equal(again.headers["webhook-id"], before.headers["webhook-id"]);
      assert.deepEqual(again.body, before.body);
      assert.equal(again.headers["webhook-signature"], signature(again, made.signingSecret));
    }
    await answered(organizer, 202, () => replay(second.headers["webhook-id"]));
    const wrong = () => organizer.api(`${one}/replay`).post({ fromDeliveryId: "yesterday" });
    await refused(wrong, 400, { inner: "invalidId", target: "fromDeliveryId" });
  });

  await check("another secret signs beside the one before", async () => {
    const rotated = await answered(organizer, 200, () => organizer.api(`${one}/rotateSigningSecret`).post());
    assert.equal(rotated.signingKeyId, "k2");
    assert.notEqual(rotated.signingSecret, made.signingSecret);
    const again = await organizer.api(`${one}/rotateSigningSecret`).post();
    assert.equal(again.signingSecret, rotated.signingSecret, "asked again within the day, it is the same");
    await enrol();
    // Had a replay under its key been done twice, its deliveries would come now, before this one.
    const [{ changeType, delivery }] = await receiver.notifications(1);
    assert.equal(changeType, "created");
    const both = [rotated, made].map(({ signingSecret }) => signature(delivery, signingSecret));
    assert.equal(delivery.headers["webhook-signature"], both.join(" "));
    assert.equal(delivery.headers["webhook-key-id"], "k2 k1");
  });
  await organizer.api(one).delete();
}

async function failing(run, receiver) {
  const { check, organizer } = run;
  const { meeting } = await freshExternal(run, "everyone");
  const { id } = await organizer.api("/subscriptions").post(subscription(receiver, meeting));
  receiver.status = 503;

  await check("what the receiver does not take waits, and the log says why", async () => {
    await organizer.api(`${mine(meeting)}/registrants`).post(ticket("crm/1"));
    const [{ delivery }] = await receiver.notifications(1);
    const [row] = await deliveries(organizer, id, 1);
    assert.deepEqual([row.id, row.status], [delivery.headers["webhook-id"], "waiting"]);
    assert.match(row.answer, /503/);
    assert.ok(Date.parse(row.nextAttemptDateTime) > Date.parse(row.lastAttemptDateTime), JSON.stringify(row));
  });
  await organizer.api(`/subscriptions/${id}`).delete();
}

async function ending(run, receiver) {
  const { check, organizer } = run;
  const lifecycleNotificationUrl = receiver.address("/life");
  const removal = async (id) => {
    for (;;) {
      const { delivery, ...item } = (await receiver.notifications(1))[0];
      assert.deepEqual([delivery.path, item.subscriptionId, item.clientState], ["/life", id, "between us"]);
      if (item.lifecycleEvent === "subscriptionRemoved") return;
      // One that lives as short as here may or may not be warned before its end.
      assert.equal(item.lifecycleEvent, "reauthorizationRequired");
    }
  };

  await check("one that ended is renewed late, and tells what happened meanwhile", async () => {
    const { meeting } = await freshExternal(run, "everyone");
    const list = `${mine(meeting)}/registrants`;
    const { id } = await organizer.api("/subscriptions").post(subscription(receiver, meeting, { lifecycleNotificationUrl }));
    await organizer.api(`/subscriptions/${id}`).patch({ expirationDateTime: inFuture(2) });
    await removal(id);
    await organizer.api(list).post(ticket("crm/1"));
    assert.ok(Date.parse((await organizer.api(`/subscriptions/${id}`).get()).expirationDateTime) < Date.now());
    await answered(organizer, 200, () => organizer.api(`/subscriptions/${id}`).patch({ expirationDateTime: inFuture(86_400) }));
    await organizer.api(list).post(ticket("crm/2"));
    const told = await receiver.notifications(2);
    assert.deepEqual(told.map(({ resourceData }) => resourceData.id), ["crm/1", "crm/2"]);
    await organizer.api(`/subscriptions/${id}`).delete();
  });

  await check("the end of a meeting is told, and is the end of what was subscribed to it", async () => {
    const meeting = await freshMeeting(run);
    const resource = `me/onlineMeetings/${meeting.id}`;
    const { id } = await organizer.api("/subscriptions").post(subscription(receiver, meeting, { resource, lifecycleNotificationUrl }));
    await organizer.api(`/me/onlineMeetings/${meeting.id}`).patch({ subject: "Reading two rivers" });
    const [updated] = await receiver.notifications(1);
    assert.deepEqual([updated.changeType, updated.resourceData.id], ["updated", meeting.id]);
    assert.equal(updated.resourceData["@odata.type"], "#microsoft.graph.onlineMeeting");
    await organizer.api(`/me/onlineMeetings/${meeting.id}`).delete();
    const [deleted] = await receiver.notifications(1);
    assert.deepEqual([deleted.changeType, deleted.resourceData["@odata.etag"]], ["deleted", undefined]);
    await removal(id);
  });
}
