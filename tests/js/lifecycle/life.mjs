// What becomes of a registrant: docs/registrant-life.md.
import assert from "node:assert/strict";
import { unique } from "../lib/demo.mjs";
import { answered, refused } from "../lib/graph.mjs";
import { awaited } from "../lib/patience.mjs";
import { isInstant, isPersonalLink } from "../lib/shapes.mjs";
import { builtIn, CHOICE, freshMeeting, mine, registrant, stranger, theirs, WORDS } from "./fresh.mjs";

export async function life(run) {
  const { demo, check, organizer, colleague, app, nobody } = run;
  const organizerName = `person:${demo.organizer.id}`;

  /** A registration with these settings, and what is asked of it. */
  const hall = async (settings, allowedRegistrant = "everyone") => {
    const meeting = await freshMeeting(run);
    await organizer.api(mine(meeting)).post(builtIn(allowedRegistrant, settings));
    const list = `${mine(meeting)}/registrants`;
    const outside = `${theirs(run, meeting)}/registrants`;
    return {
      meeting,
      list,
      outside,
      rows: async () => (await organizer.api(list).get()).value,
      enrol: (person, answers) => app.api(outside).post(registrant(person, answers)),
      act: (row, action, body, client = organizer) => client.api(`${outside}/${row.id}/${action}`).post(body),
    };
  };
  const statuses = (rows) => rows.map(({ status }) => status);

  await check("answers, names and zone are changed, and the rest stays", async () => {
    const { list, rows, enrol } = await hall({ customQuestions: [CHOICE, WORDS] });
    const [choice, words] = (await organizer.api(list.replace("registrants", "customQuestions")).get()).value;
    await enrol(stranger(), [{ questionId: choice.id, value: "No" }]);
    const [row] = await rows();
    const answers = [{ questionId: choice.id, value: "Yes" }, { questionId: words.id, value: "The Rhine" }];
    const change = { firstName: "Odile-Marie", preferredTimezone: "Tokyo Standard Time", customQuestionAnswers: answers };
    const changed = await answered(organizer, 200, () => organizer.api(`${list}/${row.id}`).patch(change));
    const read = await organizer.api(`${list}/${row.id}`).get();
    for (const one of [changed, read]) {
      assert.deepEqual([one.firstName, one.lastName, one.preferredTimezone], ["Odile-Marie", row.lastName, "Asia/Tokyo"]);
      assert.deepEqual(one.customQuestionAnswers.map(({ value }) => value), ["Yes", "The Rhine"]);
      assert.deepEqual([one.id, one.email, one.joinWebUrl], [row.id, row.email, row.joinWebUrl]);
    }
    assert.equal((await answered(organizer, 200, () => organizer.api(`${list}/${row.id}`).patch(read))).firstName, "Odile-Marie");

    const late = () => organizer.api(`${list}/${row.id}`).header("If-Match", row["@odata.etag"]).patch({ firstName: "Late" });
    await refused(late, 412, { inner: "preconditionFailed", code: "PreconditionFailed" });
    const wrong = { email: "other@pinewater.example", firstName: "", customQuestionAnswers: [{ questionId: choice.id, value: "Perhaps" }] };
    const { details } = await refused(() => organizer.api(`${list}/${row.id}`).patch(wrong), 400);
    assert.deepEqual(details.map(({ target }) => target), ["email", "firstName", "customQuestionAnswers/0/value"]);
    await refused(() => organizer.api(`${list}/${row.id}`).patch({ customQuestionAnswers: [] }), 400, { inner: "requiredAnswerMissing" });
    assert.deepEqual(await organizer.api(`${list}/${row.id}`).get(), read, "what is refused changes nothing");
  });

  await check("under `organization` people change their own answers, and not what the directory holds", async () => {
    const { list, outside, rows } = await hall({ customQuestions: [WORDS] }, "organization");
    const [words] = (await organizer.api(list.replace("registrants", "customQuestions")).get()).value;
    for (const [client, person] of [[colleague, demo.colleague], [organizer, demo.organizer]]) {
      await client.api(outside).post(registrant(person));
    }
    const [own, others] = await rows();
    const answers = { customQuestionAnswers: [{ questionId: words.id, value: "The Rhine" }] };
    await answered(colleague, 200, () => colleague.api(`${outside}/${own.id}`).patch(answers));
    assert.equal((await rows())[0].customQuestionAnswers[0].value, "The Rhine");
    await refused(() => colleague.api(`${outside}/${others.id}`).patch(answers), 403, { inner: "notOwnRegistration" });
    const rename = () => colleague.api(`${outside}/${own.id}`).patch({ firstName: "X" });
    await refused(rename, 400, { inner: "notUpdatable", target: "firstName" });
  });

  await check("whoever is canceled for a reason has it in the list, with who did it and when", async () => {
    const { list, rows, enrol, act } = await hall();
    for (const name of ["Odile", "Bram"]) await enrol(stranger(name));
    const [odile, bram] = await rows();
    await answered(organizer, 204, () => act(odile, "cancel", { reason: "The boat is full" }));
    await answered(app, 204, () => act(bram, "cancel", undefined, app));
    await answered(organizer, 204, () => act(odile, "cancel", { reason: "Another" }));
    const canceled = await rows();
    assert.deepEqual(statuses(canceled), ["canceled", "canceled"]);
    for (const { cancelationDateTime } of canceled) isInstant(cancelationDateTime);
    assert.deepEqual(canceled.map(({ cancelationReason }) => cancelationReason ?? null), ["The boat is full", null]);
    assert.deepEqual(canceled.map(({ canceledBy }) => canceledBy), [organizerName, `app:${demo.app.id}`]);
    await refused(() => organizer.api(`${list}/${odile.id}`).patch({ firstName: "X" }), 409, { inner: "registrantStatus" });
    await refused(() => act(bram, "cancel", { reason: "x".repeat(4_001) }), 400, { inner: "tooLong", target: "reason" });
  });

  await check("whoever was canceled may come back, as somebody new", async () => {
    const { meeting, rows, enrol, act } = await hall();
    const person = stranger();
    await enrol(person);
    const [before] = await rows();
    await act(before, "cancel", { reason: "The boat is full" });
    await answered(app, 200, () => enrol(person));
    const [canceled, again, ...more] = await rows();
    assert.deepEqual(more, []);
    assert.deepEqual([canceled.id, canceled.status, canceled.cancelationReason], [before.id, "canceled", "The boat is full"]);
    assert.deepEqual([again.email, again.status, again.canceledBy], [person.mail, "registered", undefined]);
    assert.notEqual(again.id, before.id);
    isPersonalLink(again.joinWebUrl, { tenantId: demo.tenantId, organizerId: demo.organizer.id, registrantId: again.id, isPublic: true });
    await enrol(person);
    assert.equal((await rows()).length, 2, `once more is no third row of ${meeting.id}`);
  });

  await check("the organizer approves one and rejects another, and both are written to", async () => {
    const { list, rows, enrol, act } = await hall({ isManualApprovalEnabled: true });
    for (const name of ["Odile", "Bram"]) await enrol(stranger(name));
    const [odile, bram] = await rows();
    assert.deepEqual(statuses([odile, bram]), ["pendingApproval", "pendingApproval"]);
    assert.equal(odile.joinWebUrl, null);
    const approved = await answered(organizer, 200, () => act(odile, "approve"));
    assert.deepEqual([approved.id, approved.status], [odile.id, "registered"]);
    assert.match(approved.joinWebUrl, /\/l\/meetup-join\//);
    const rejected = await answered(app, 200, () => act(bram, "reject", { reason: "Not a river person" }, app));
    assert.deepEqual([rejected.status, rejected.cancelationReason], ["rejectedByOrganizer", "Not a river person"]);
    assert.equal((await act(odile, "approve")).status, "registered", "once more is no fault");
    for (const action of ["approve", "accept"]) await refused(() => act(bram, action), 409, { inner: "registrantStatus" });
    await refused(() => act(odile, "reject"), 409, { inner: "registrantStatus" });
    for (const [{ id }, kind] of [[odile, "confirmation"], [bram, "rejected"]]) {
      // The first letter is dropped where it had not left when it became untrue.
      const { value } = await awaited(
        () => organizer.api(`${list}/${id}/letters`).get(),
        ({ value }) => value[0].kind === kind && value[0].status === "sent",
        ({ value }) => `${JSON.stringify(value)} instead of a ${kind}`,
      );
      assert.deepEqual(value.slice(1).map((letter) => letter.kind), ["pendingApproval"]);
      assert.ok(["sent", "dropped"].includes(value[1].status), value[1].status);
    }
  });

  await check("who was rejected may ask again, behind the others", async () => {
    const { rows, enrol, act } = await hall({ isManualApprovalEnabled: true });
    const person = stranger();
    await enrol(person);
    const [before] = await rows();
    await act(before, "reject");
    await enrol(person);
    const [rejected, again] = await rows();
    assert.deepEqual(statuses([rejected, again]), ["rejectedByOrganizer", "pendingApproval"]);
    assert.notEqual(again.id, rejected.id);
  });

  await check("whoever finds no place waits, is offered one, and has it once it is accepted", async () => {
    const { meeting, rows, enrol, act } = await hall({ capacity: 1, isWaitlistEnabled: true, waitlistOfferMinutes: 60 });
    for (const name of ["Odile", "Nils", "Bram", "Mirja"]) await enrol(stranger(name));
    let [odile, nils, bram, mirja] = await rows();
    assert.deepEqual(statuses([odile, nils, bram, mirja]), ["registered", "waitlisted", "waitlisted", "waitlisted"]);
    assert.equal((await act(nils, "reject")).status, "rejectedByOrganizer", "who waits may be rejected");
    await refused(() => act(bram, "accept"), 409, { inner: "registrantStatus" });
    await act(odile, "cancel", { reason: "Gives way" });
    [, , bram, mirja] = await rows();
    assert.ok(Math.abs(Date.parse(bram.offerExpirationDateTime) - Date.now() - 3_600_000) < 60_000, bram.offerExpirationDateTime);
    assert.ok(!("offerExpirationDateTime" in mirja), "in order of arrival");
    assert.equal(bram.joinWebUrl, null, "no link before the place is theirs");
    const key = unique("key");
    const accept = () => organizer.api(`${mine(meeting)}/registrants/${bram.id}/accept`).header("Idempotency-Key", key).post();
    const accepted = await answered(organizer, 200, accept);
    assert.deepEqual([accepted.status, "offerExpirationDateTime" in accepted], ["registered", false]);
    assert.match(accepted.joinWebUrl, /\/l\/meetup-join\//);
    assert.deepEqual(await answered(organizer, 200, accept), accepted, "sent again under its key");
    assert.deepEqual(statuses(await rows()), ["canceled", "rejectedByOrganizer", "registered", "waitlisted"]);

    await organizer.api(mine(meeting)).patch({ capacity: 2 });
    [, , , mirja] = await rows();
    isInstant(mirja.offerExpirationDateTime);
    await refused(() => act(mirja, "reject"), 409, { inner: "registrantStatus" });
    await answered(organizer, 204, () => act(mirja, "cancel", { reason: "Found a better river" }));
    assert.equal((await rows()).at(-1).status, "canceled");
  });

  await check("without a waiting list whoever finds no place is told so", async () => {
    const { rows, enrol, act } = await hall({ capacity: 1 });
    await enrol(stranger());
    await refused(() => enrol(stranger("Bram")), 409, { inner: "registrationFull" });
    await act((await rows())[0], "cancel");
    await answered(app, 200, () => enrol(stranger("Bram")));
    assert.deepEqual(statuses(await rows()), ["canceled", "registered"]);
  });

  await check("deciding is the organizer's, and an application's for them", async () => {
    const { rows, enrol, act } = await hall({ isManualApprovalEnabled: true });
    await enrol(stranger());
    const [row] = await rows();
    for (const action of ["approve", "reject", "accept", "cancel"]) {
      await refused(() => act(row, action, undefined, colleague), 403);
      await refused(() => act(row, action, undefined, nobody), 401);
      const missing = { id: row.id.replace(/.$/, (last) => (last === "A" ? "Q" : "A")) };
      await refused(() => act(missing, action), 404, { inner: "registrantNotFound" });
    }
    assert.deepEqual(await rows(), [row]);
    assert.equal((await answered(app, 200, () => act(row, "approve", undefined, app))).status, "registered");
  });
}
