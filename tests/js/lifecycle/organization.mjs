// Enrolling where only the organisation may: people enrol themselves, signed in. Seed document 002, example 1.
import assert from "node:assert/strict";
import { contextOf } from "../lib/demo.mjs";
import { answered, refused } from "../lib/graph.mjs";
import { awaitLetter } from "../lib/mailbox.mjs";
import { isPersonalLink, isRegistrantId } from "../lib/shapes.mjs";
import { CHOICE, freshRegistration, mine, registrant, stranger, theirs } from "./fresh.mjs";

export async function organization(run) {
  const { demo, check, organizer, colleague, app } = run;
  const { meeting } = await freshRegistration(run, "organization", [CHOICE]);
  const path = `${theirs(run, meeting)}/registrants`;
  const [choice] = (await organizer.api(`${mine(meeting)}/customQuestions`).get()).value;
  const answers = [{ questionId: choice.id, value: "Yes" }];
  const own = registrant(demo.colleague, answers);
  let first;

  await check("a colleague enrols and gets id and link", async () => {
    first = await answered(colleague, 200, () => colleague.api(path).post(own));
    const { id, joinWebUrl, ...rest } = first;
    isRegistrantId(id, demo.tenantId);
    isPersonalLink(joinWebUrl, { tenantId: demo.tenantId, organizerId: demo.organizer.id, registrantId: id, isPublic: false });
    const expected = {
      "@odata.context": contextOf(demo, meeting.id, "registration/registrants/$entity"),
      "@odata.type": "#microsoft.graph.meetingRegistrant",
      registrationDateTime: null,
      firstName: null,
      lastName: null,
      email: null,
      status: null,
      customQuestionAnswers: [],
    };
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(rest[name], value, name);
  });

  await check("the registrant's id begins as the registration's", async () => {
    const registration = await organizer.api(mine(meeting)).get();
    assert.deepEqual(first.id.split(",").slice(0, 3), registration.id.split(",").slice(0, 3));
  });

  await check("the colleague gets a letter", () => awaitLetter(demo, demo.colleague.mail, (one) => one.manageUrls.length > 0));

  await check("enrolling again gives the same id and link", async () => {
    const again = await answered(colleague, 200, () => colleague.api(path).post(own));
    assert.equal(again.id, first.id);
    assert.equal(again.joinWebUrl, first.joinWebUrl);
  });

  await check("names are compared without case and in any normal form", async () => {
    const other = { ...own, firstName: own.firstName.toUpperCase().normalize("NFD"), email: own.email.toUpperCase() };
    assert.equal((await colleague.api(path).post(other)).id, first.id);
  });

  await check("the link is let in or told when, never refused as unknown", async () => {
    const answer = await fetch(first.joinWebUrl, { redirect: "manual" });
    assert.ok([200, 302, 303, 307].includes(answer.status), `status ${answer.status}`);
  });

  await check("the organizer does not cancel for a colleague", () =>
    refused(() => organizer.api(`${path}/${first.id}`).delete(), 403));

  await check("the colleague cancels", async () => {
    await answered(colleague, 204, () => colleague.api(`${path}/${first.id}`).delete());
    const rows = (await organizer.api(`${mine(meeting)}/registrants`).get()).value;
    assert.deepEqual(rows.map(({ id, status }) => ({ id, status })), [{ id: first.id, status: "canceled" }]);
  });

  await check("enrolling after a cancel gives a fresh link", async () => {
    const next = await answered(colleague, 200, () => colleague.api(path).post(own));
    assert.notEqual(next.joinWebUrl, first.joinWebUrl);
    isRegistrantId(next.id, demo.tenantId);
    const encoded = next.id.replaceAll(",", "%2C");
    await answered(colleague, 204, () => colleague.api(`${path}/${encoded}`).delete());
  });

  for (const [name, member, value] of [
    ["another first name", "firstName", "Somebody"],
    ["another last name", "lastName", "Else"],
    ["another address", "email", "somebody@else.example"],
  ]) {
    await check(`${name} than the directory's is refused`, () =>
      refused(() => colleague.api(path).post({ ...own, [member]: value }), 400, { inner: "directoryMismatch", target: member }));
  }

  await check("the organizer cannot enrol a colleague", () => refused(() => organizer.api(path).post(own), 403));

  await check("an application cannot enrol anybody here", () =>
    refused(() => app.api(path).post(registrant(stranger(), answers)), 403));

  await check("the organizer may enrol themselves", async () => {
    const answer = await answered(organizer, 200, () => organizer.api(path).post(registrant(demo.organizer, answers)));
    isRegistrantId(answer.id, demo.tenantId);
  });
}
