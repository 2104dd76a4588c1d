// Who am I, and who are the others.
import assert from "node:assert/strict";
import { answered, connect, raw, refused } from "../lib/graph.mjs";
import { page } from "../lib/mailbox.mjs";

export async function people(run) {
  const { demo, check, organizer, colleague, app } = run;

  for (const [name, client, person] of [["organizer", organizer, demo.organizer], ["colleague", colleague, demo.colleague]]) {
    await check(`GET /me tells the ${name} who they are`, async () => {
      const me = await answered(client, 200, () => client.api("/me").get());
      assert.equal(me["@odata.context"], `${demo.baseUrl}/beta/$metadata#users/$entity`);
      const { id, givenName, surname, mail } = me;
      assert.deepEqual({ id, givenName, surname, mail }, subset(person, ["id", "givenName", "surname", "mail"]));
      assert.equal(typeof me.displayName, "string");
      assert.equal(typeof me.userPrincipalName, "string");
    });
  }

  await check("GET /users/{id} gives the same person as /me", async () => {
    const me = await organizer.api("/me").get();
    const user = await answered(organizer, 200, () => organizer.api(`/users/${demo.organizer.id}`).get());
    assert.equal(user.id, me.id);
    assert.equal(user.mail, me.mail);
  });

  await check("GET /users/{id} shows an application the person it may act for", async () => {
    const user = await answered(app, 200, () => app.api(`/users/${demo.organizer.id}`).get());
    assert.equal(user.mail, demo.organizer.mail);
    // Every call of an application on `/users/{id}` needs an access policy for that person.
    await refused(() => app.api(`/users/${demo.colleague.id}`).get(), 403, { inner: "noAccessPolicy" });
  });

  for (const [where, member, other] of [
    ["/me", "mail", "surname"],
    [`/me/onlineMeetings/${demo.meetingId}`, "subject", "participants"],
    [`/me/onlineMeetings/${demo.meetingId}/registration`, "subject", "speakers"],
    [`/me/onlineMeetings/${demo.meetingId}/registration/registrants`, "email", "firstName"],
    [`/me/onlineMeetings/${demo.meetingId}/registration/customQuestions`, "displayName", "answerInputType"],
  ]) {
    const name = where.replace(demo.meetingId, "{id}");
    await check(`$select is served or refused, never passed over: ${name}`, async () => {
      const act = () => organizer.api(where).select(`id,${member}`).get();
      const answer = await act().catch(() => refused(act, 400, { inner: "unsupportedQuery", target: "$select" }));
      for (const one of answer.value ?? [answer]) assert.ok(!(other in one), `\`${other}\` was not asked for`);
    });
  }

  await check("v1.0 answers as beta does", async () => {
    const stable = connect(demo, demo.organizer.token, "v1.0");
    const me = await answered(stable, 200, () => stable.api("/me").get());
    assert.equal(me.id, demo.organizer.id);
    const meeting = await stable.api(`/me/onlineMeetings/${demo.meetingId}`).get();
    assert.equal(meeting.id, demo.meetingId);
    const registration = await stable.api(`/me/onlineMeetings/${demo.meetingId}/registration`).get();
    assert.equal(registration["@odata.type"], "#microsoft.graph.meetingRegistration");
  });

  await check("an application has no /me", () => refused(() => app.api("/me").get(), [400, 403]));

  await check("who may not read the directory cannot tell an unknown person from a known one", async () => {
    // The answer to both says nothing but that, so that nobody learns who is in the directory.
    const [known, unknown] = [demo.colleague.id, "00000000-0000-4000-8000-000000000000"].map((id) =>
      refused(() => organizer.api(`/users/${id}`).get(), [403, 404]));
    const said = ({ status, code, message, innerError }) => ({ status, code, message, inner: innerError.code });
    assert.deepEqual(said(await known), said(await unknown));
  });

  await check("answers carry request-id, the client's own id, and OData's version", async () => {
    const mine = "5f0c1d2e-1111-4222-8333-444455556666";
    const answer = await raw(demo, demo.organizer.token, "GET", "/beta/me", { headers: { "client-request-id": mine, Accept: "*/*" } });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("request-id") ?? "", /^[0-9a-f-]{36}$/, "request-id");
    assert.equal(answer.headers.get("client-request-id"), mine);
    assert.equal(answer.headers.get("odata-version"), "4.0");
  });

  await check("the demo's registration page opens in a browser", async () => {
    assert.match(await page(demo.registrationPageWebUrl), /<form[^>]*method="post"/);
  });
}

function subset(object, names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}
