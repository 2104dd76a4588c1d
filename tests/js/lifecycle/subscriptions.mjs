// Subscriptions: made, read, renewed and ended, each its maker's alone. docs/change-notifications.md.
import assert from "node:assert/strict";
import { unique } from "../lib/demo.mjs";
import { answered, refused } from "../lib/graph.mjs";
import { Receiver } from "../lib/receiver.mjs";
import { isGuid } from "../lib/shapes.mjs";
import { freshExternal, inFuture, subscription } from "./fresh.mjs";

const DAY = 86_400;

export async function subscriptions(run) {
  const receiver = await Receiver.open();
  await subscribing(run, receiver).finally(() => receiver.close());
}

async function subscribing(run, receiver) {
  const { demo, check, organizer, colleague, app, nobody } = run;
  const { meeting } = await freshExternal(run, "everyone");
  const body = subscription(receiver, meeting, { lifecycleNotificationUrl: receiver.address("/life") });
  const post = (sent, client = organizer) => client.api("/subscriptions").post(sent);
  let made;

  await check("the client subscribes, and both addresses prove that they want to be told", async () => {
    made = await answered(organizer, 201, () => post(body));
    isGuid(made.id);
    assert.equal(made["@odata.context"], `${demo.baseUrl}/beta/$metadata#subscriptions/$entity`);
    for (const name of ["resource", "changeType", "notificationUrl", "lifecycleNotificationUrl"]) assert.equal(made[name], body[name]);
    assert.equal(Date.parse(made.expirationDateTime), Date.parse(body.expirationDateTime));
    assert.deepEqual([made.clientState, made.creatorId, made.signingKeyId], [null, demo.organizer.id, "k1"]);
    assert.match(made.signingSecret, /^whsec_[A-Za-z0-9+/]+=*$/);
    assert.deepEqual(receiver.asked, ["/told", "/life"]);
  });

  for (const member of ["notificationUrl", "lifecycleNotificationUrl"]) {
    for (const [name, address] of [["that does not prove it", receiver.address("/deaf")], ["that is private", "https://10.0.0.1/"]]) {
      await check(`a ${member} ${name} is refused`, () =>
        refused(() => post({ ...body, [member]: address }), 400, {
          code: "ValidationError",
          inner: "receiverNotValidated",
          target: member,
        }));
    }
  }

  await check("every fault of a subscription is told at once", async () => {
    const wrong = { ...body, resource: "me/events", changeType: "renamed", expirationDateTime: inFuture(31 * DAY) };
    const { details } = await refused(() => post(wrong), 400);
    assert.deepEqual(details.map(({ target }) => target).sort(), ["changeType", "expirationDateTime", "resource"]);
    await refused(() => post({ ...body, notificationUrl: undefined }), 400, { inner: "memberMissing", target: "notificationUrl" });
  });

  await check("everything that can be watched can be subscribed to, by an application too", async () => {
    const of = `users/${demo.organizer.id}/onlineMeetings`;
    for (const resource of [of, `${of}/getAllRegistrations`, `${of}/${meeting.id}`, `${of}/${meeting.id}/registration`]) {
      const { id, resource: watched } = await answered(app, 201, () => post({ ...body, resource }, app));
      assert.equal(watched, resource);
      await answered(app, 204, () => app.api(`/subscriptions/${id}`).delete());
    }
    await refused(() => post({ ...body, resource: "me/onlineMeetings" }, app), 403, { inner: "meNeedsPerson" });
    await refused(() => post({ ...body, resource: `${of}/${meeting.id}` }, colleague), 403, { inner: "notOrganizer" });
  });

  await check("a subscription is read, found in the list, and shows its secret no more", async () => {
    const read = await answered(organizer, 200, () => organizer.api(`/subscriptions/${made.id}`).get());
    assert.deepEqual(read, { ...made, signingSecret: null });
    const list = () => organizer.api("/subscriptions").filter(`endswith(resource,'${meeting.id}/registration/registrants')`);
    assert.deepEqual((await list().get()).value.map(({ id }) => id), [made.id]);
    assert.equal(Number(await organizer.api("/subscriptions/$count").filter(`id eq '${made.id}'`).get()), 1);
    assert.equal((await organizer.api(`/subscriptions/${made.id}`).version("v1.0").get()).id, made.id);
  });

  await check("a subscription is renewed, and its other members stay what they are", async () => {
    const change = { expirationDateTime: inFuture(29 * DAY), notificationUrl: receiver.address("/moved") };
    receiver.asked = [];
    const renewed = await answered(organizer, 200, () => organizer.api(`/subscriptions/${made.id}`).patch(change));
    assert.equal(Date.parse(renewed.expirationDateTime), Date.parse(change.expirationDateTime));
    assert.deepEqual([renewed.notificationUrl, renewed.resource], [change.notificationUrl, made.resource]);
    assert.deepEqual(receiver.asked, ["/moved"], "another address proves itself in turn");
    for (const [member, value] of [["resource", "me/onlineMeetings"], ["changeType", "created"], ["clientState", "x"]]) {
      await refused(() => organizer.api(`/subscriptions/${made.id}`).patch({ [member]: value }), 400, {
        inner: "notUpdatable",
        target: member,
      });
    }
  });

  await check("whoever may still see it is asked for nothing more, and the end stays", async () => {
    const before = await organizer.api(`/subscriptions/${made.id}`).get();
    await answered(organizer, 204, () => organizer.api(`/subscriptions/${made.id}/reauthorize`).post());
    assert.deepEqual(await organizer.api(`/subscriptions/${made.id}`).get(), before);
  });

  await check("a request that is sent again under its key makes one subscription", async () => {
    const key = unique("key");
    const again = (sent) => organizer.api("/subscriptions").header("Idempotency-Key", key).post(sent);
    const first = await answered(organizer, 201, () => again(body));
    assert.deepEqual(await answered(organizer, 201, () => again(body)), first);
    await refused(() => again({ ...body, changeType: "deleted" }), 422, {
      inner: "idempotencyKeyReused",
      code: "UnprocessableEntity",
    });
    await organizer.api(`/subscriptions/${first.id}`).delete();
  });

  await check("to everybody else it is not there, and in the end to its maker as well", async () => {
    const one = `/subscriptions/${made.id}`;
    const operations = (client) => [
      () => client.api(one).get(),
      () => client.api(one).patch({ expirationDateTime: inFuture(DAY) }),
      () => client.api(`${one}/reauthorize`).post(),
      () => client.api(`${one}/rotateSigningSecret`).post(),
      () => client.api(`${one}/deliveries`).get(),
      () => client.api(`${one}/replay`).post({ fromDeliveryId: `${made.id}.1` }),
      () => client.api(one).delete(),
    ];
    for (const client of [colleague, app]) {
      for (const ask of operations(client)) await refused(ask, 404, { inner: "subscriptionNotFound" });
      assert.ok((await client.api("/subscriptions").get()).value.every(({ id }) => id !== made.id));
    }
    for (const ask of operations(nobody)) await refused(ask, 401);
    await answered(organizer, 204, () => organizer.api(one).delete());
    for (const ask of operations(organizer)) await refused(ask, 404, { inner: "subscriptionNotFound" });
  });
}
