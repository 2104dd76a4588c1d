// Enrolling where everyone may: the answer says nothing, the letter says all. Seed document 002, example 2.
import assert from "node:assert/strict";
import { contextOf } from "../lib/demo.mjs";
import { answered, refused } from "../lib/graph.mjs";
import { awaitLetter, lettersTo, page } from "../lib/mailbox.mjs";
import { isInstant, isRegistrantId } from "../lib/shapes.mjs";
import { CHOICE, freshRegistration, mine, registrant, stranger, theirs, WORDS } from "./fresh.mjs";

export async function everyone(run) {
  const { demo, check, organizer, colleague, app } = run;
  const { meeting } = await freshRegistration(run, "everyone", [CHOICE, WORDS]);
  const path = `${theirs(run, meeting)}/registrants`;
  const [choice, words] = (await organizer.api(`${mine(meeting)}/customQuestions`).get()).value;
  const answers = [{ questionId: choice.id, value: "No" }, { questionId: words.id, value: "Upper Loire – Forez" }];
  const odile = stranger();
  const empty = {
    "@odata.context": contextOf(demo, meeting.id, "registration/registrants/$entity"),
    "@odata.type": "#microsoft.graph.meetingRegistrant",
    id: "",
    registrationDateTime: null,
    joinWebUrl: "",
    firstName: null,
    lastName: null,
    email: null,
    status: null,
    customQuestionAnswers: [],
  };
  const rowOf = async (mail) => (await organizer.api(`${mine(meeting)}/registrants`).get()).value.filter((row) => row.email === mail);
  let letter;

  await check("an application enrols somebody and is told nothing", async () => {
    const answer = await answered(app, 200, () => app.api(path).post(registrant(odile, answers)));
    for (const [name, value] of Object.entries(empty)) assert.deepEqual(answer[name], value, name);
    for (const [name, value] of Object.entries(answer)) {
      assert.ok(name in empty || value === null || value === "", `a further member \`${name}\` must be empty too`);
    }
  });

  await check("the organizer sees the row, with links and questions filled", async () => {
    const [row, ...more] = await rowOf(odile.mail);
    assert.deepEqual(more, []);
    assert.equal(row["@odata.type"], "#microsoft.graph.meetingRegistrant");
    isRegistrantId(row.id, demo.tenantId);
    isInstant(row.registrationDateTime);
    assert.equal(row.firstName, odile.givenName);
    assert.equal(row.lastName, odile.surname);
    assert.equal(row.status, "registered");
    assert.match(row.joinWebUrl, /\/l\/meetup-join\//);
    assert.deepEqual(row.customQuestionAnswers, [
      { questionId: choice.id, displayName: CHOICE.displayName, value: "No" },
      { questionId: words.id, displayName: WORDS.displayName, value: "Upper Loire – Forez" },
    ]);
    const alone = await organizer.api(`${mine(meeting)}/registrants/${row.id}`).get();
    assert.equal(alone.id, row.id);
    assert.equal(alone.email, odile.mail);
  });

  await check("the same person again gets the same empty answer, and one row", async () => {
    const answer = await answered(app, 200, () => app.api(path).post(registrant({ ...odile, mail: odile.mail.toUpperCase() }, answers)));
    for (const [name, value] of Object.entries(empty)) assert.deepEqual(answer[name], value, name);
    const rows = (await organizer.api(`${mine(meeting)}/registrants`).get()).value;
    assert.equal(rows.filter((row) => row.email.toLowerCase() === odile.mail.toLowerCase()).length, 1);
  });

  await check("a signed-in person enrols here too, and is told nothing either", async () => {
    const bram = stranger("Bram", "Oyelaran");
    const answer = await answered(colleague, 200, () => colleague.api(path).post(registrant(bram, answers.slice(0, 1))));
    assert.equal(answer.id, "");
    assert.equal(answer.joinWebUrl, "");
    const [row] = await rowOf(bram.mail);
    assert.equal(row.customQuestionAnswers.find(({ questionId }) => questionId === words.id)?.value ?? "", "");
  });

  await check("a registrant without @odata.type is taken, as in seed 002", async () => {
    const { "@odata.type": type, ...body } = registrant(stranger("Kofi", "Brandt"), answers);
    await answered(app, 200, () => app.api(path).post(body));
  });

  await check("the letter brings both links", async () => {
    letter = await awaitLetter(demo, odile.mail, (one) => one.manageUrls.length > 0);
    assert.equal(letter.joinUrls.length, 1, letter.joinUrls.join(" "));
    assert.equal(letter.manageUrls.length, 1, letter.manageUrls.join(" "));
    for (const word of [odile.givenName, "Reading a river"]) assert.ok(letter.text.includes(word), word);
    for (const line of ["METHOD:REQUEST", "BEGIN:VEVENT"]) assert.ok(letter.html.includes(line), line);
  });

  await check("the join link knows its holder", async () => {
    const answer = await fetch(letter.joinUrls[0], { redirect: "manual" });
    assert.ok([200, 302, 303, 307].includes(answer.status), `status ${answer.status}`);
  });

  await check("looking at the manage link changes nothing", async () => {
    const manage = letter.manageUrls[0];
    for (const method of ["GET", "HEAD", "GET"]) {
      const answer = await fetch(manage, { method, redirect: "manual" });
      assert.equal(answer.status, 200, method);
    }
    assert.match(await page(manage), /<form[^>]*method="post"/);
    const [row] = await rowOf(odile.mail);
    assert.equal(row.status, "registered");
  });

  await check("a link that was tampered with opens nothing", async () => {
    for (const link of [letter.manageUrls[0], letter.joinUrls[0]]) {
      const at = link.length - 8;
      const changed = link.slice(0, at) + (link[at] === "A" ? "B" : "A") + link.slice(at + 1);
      for (const method of ["GET", "POST"]) {
        const answer = await fetch(changed, { method, redirect: "manual" });
        assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${answer.status}`);
      }
    }
    const [row] = await rowOf(odile.mail);
    assert.equal(row.status, "registered");
  });

  await check("the manage link cancels when asked to", async () => {
    const answer = await fetch(letter.manageUrls[0], { method: "POST", body: new URLSearchParams() });
    assert.equal(answer.status, 200, await answer.text());
    const [row] = await rowOf(odile.mail);
    assert.equal(row.status, "canceled");
  });

  await check("canceling twice is no harm", async () => {
    const answer = await fetch(letter.manageUrls[0], { method: "POST", body: new URLSearchParams() });
    assert.ok(answer.status < 500, `status ${answer.status}`);
    const [row] = await rowOf(odile.mail);
    assert.equal(row.status, "canceled");
  });

  await check("a cancellation is written about, and the calendar told", async () => {
    await awaitLetter(demo, odile.mail, (one) => one.html.includes("METHOD:CANCEL"));
  });

  await check("the join link of somebody who canceled lets nobody in", async () => {
    const answer = await fetch(letter.joinUrls[0], { redirect: "manual" });
    assert.ok(answer.status === 200 || answer.status >= 400, `status ${answer.status}: no redirect to the meeting`);
    assert.ok(answer.status < 500);
  });

  await check("who canceled may come back, with links of their own", async () => {
    await answered(app, 200, () => app.api(path).post(registrant(odile, answers)));
    const next = await awaitLetter(demo, odile.mail, (one) => one.joinUrls[0] && one.joinUrls[0] !== letter.joinUrls[0]);
    assert.notEqual(next.manageUrls[0], letter.manageUrls[0]);
    assert.equal((await rowOf(odile.mail)).filter((row) => row.status === "registered").length, 1);
  });

  await check("the application cancels an anonymous registrant", async () => {
    const row = (await rowOf(odile.mail)).find(({ status }) => status === "registered");
    await answered(app, 204, () => app.api(`${path}/${row.id}`).delete());
    assert.ok((await rowOf(odile.mail)).every(({ status }) => status === "canceled"));
  });

  await check("a letter goes to its addressee only", async () => {
    const other = stranger("Mirja", "Dossou");
    assert.deepEqual(await lettersTo(demo, other.mail), []);
  });

  for (const [name, mend, inner, target] of [
    ["a required answer missing", (body) => ({ ...body, customQuestionAnswers: [] }), "requiredAnswerMissing"],
    ["an unknown question", (body) => ({ ...body, customQuestionAnswers: [...answers, { questionId: "MSM5YjlmM2Q4ZQ==", value: "x" }] }), "unknownQuestion"],
    ["an answer not offered", (body) => ({ ...body, customQuestionAnswers: [{ questionId: choice.id, value: "Perhaps" }] }), "answerNotAllowed"],
    ["one question answered twice", (body) => ({ ...body, customQuestionAnswers: [answers[0], answers[0]] }), "repeatedAnswer"],
    ["no address", ({ email, ...body }) => body, "memberMissing", "email"],
    ["an address that is none", (body) => ({ ...body, email: "not an address" }), "invalidEmail", "email"],
    ["no name", ({ firstName, ...body }) => body, "memberMissing", "firstName"],
    ["the wrong kind", (body) => ({ ...body, "@odata.type": "#microsoft.graph.externalMeetingRegistrant", id: "x" })],
  ]) {
    await check(`an enrolment with ${name} is refused`, async () => {
      const person = stranger("Nils", "Abara");
      await refused(() => app.api(path).post(mend(registrant(person, answers))), 400, { inner, target });
      assert.deepEqual(await rowOf(person.mail), [], "nothing is stored");
    });
  }

  await check("every fault is told at once", async () => {
    const body = await refused(() => app.api(path).post({ customQuestionAnswers: [{ questionId: choice.id, value: "Perhaps" }] }), 400);
    assert.ok(body.details.length >= 3, JSON.stringify(body));
    for (const detail of body.details) assert.ok(detail.code && detail.message && detail.target, JSON.stringify(detail));
  });
}
