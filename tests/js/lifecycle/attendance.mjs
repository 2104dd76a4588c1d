// Who came, and what became of letters.
import assert from "node:assert/strict";
import { answered, refused } from "../lib/graph.mjs";
import { awaitLetter } from "../lib/mailbox.mjs";
import { freshRegistration, mine, registrant, stranger, theirs } from "./fresh.mjs";

export async function attendance(run) {
  const { demo, check, organizer, app } = run;

  await check("absentees are in the report of a meeting under way", async () => {
    const start = new Date(Date.now() - 60_000).toISOString();
    const end = new Date(Date.now() + 3_600_000).toISOString();
    const meeting = await organizer.api("/me/onlineMeetings").post({ startDateTime: start, endDateTime: end });
    await organizer.api(mine(meeting)).post({
      "@odata.type": "#microsoft.graph.externalMeetingRegistration",
      allowedRegistrant: "everyone",
    });
    const ticket = { "@odata.type": "#microsoft.graph.externalMeetingRegistrant", id: "7731" };
    await organizer.api(`${mine(meeting)}/registrants`).post(ticket);
    const reports = `/me/onlineMeetings/${meeting.id}/attendanceReports`;
    const [report] = (await answered(organizer, 200, () => organizer.api(reports).get())).value;
    assert.equal(report.totalParticipantCount, 0);
    assert.equal((await organizer.api(`${reports}/${report.id}`).get()).id, report.id);
    const { value } = await organizer.api(`${reports}/${report.id}/attendanceRecords`).get();
    assert.deepEqual(value.map(({ registrantId }) => registrantId), ["7731"]);
    for (const list of [reports, `${reports}/${report.id}/attendanceRecords`]) {
      assert.equal(Number(await organizer.api(`${list}/$count`).get()), 1);
    }
    await refused(() => organizer.api(`${reports}/00000000-0000-4000-8000-000000000000`).get(), 404, {
      inner: "attendanceReportNotFound",
    });
  });

  await check("the organizer reads what became of a letter", async () => {
    const { meeting } = await freshRegistration(run, "everyone");
    const person = stranger();
    await app.api(`${theirs(run, meeting)}/registrants`).post(registrant(person));
    await awaitLetter(demo, person.mail, () => true);
    const [row] = (await organizer.api(`${mine(meeting)}/registrants`).get()).value;
    const { value } = await organizer.api(`${mine(meeting)}/registrants/${row.id}/letters`).get();
    assert.deepEqual(value.map(({ kind }) => kind), ["confirmation"]);
    assert.ok(["queued", "sent"].includes(value[0].status), value[0].status);
    assert.equal(Number(await organizer.api(`${mine(meeting)}/registrants/${row.id}/letters/$count`).get()), 1);
  });
}
