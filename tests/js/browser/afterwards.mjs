// What becomes of people who registered: their letters in the mailbox, and the pages that those lead to.
import { awaitLetter } from "../lib/mailbox.mjs";
import { mine, WORDS } from "../lifecycle/fresh.mjs";
import { enrol, enrolOnPage, fillWithoutQuestions, move, openLetter, press, signUp, submit } from "./stage.mjs";

const SECOND = 1 / 3600;

/** The pages as `stage` gives them, each with what it `says` in English: a page in another state is another page. */
export async function afterwards(run) {
  // Side by side, because some of them wait until something happens.
  const [expired, reminded, silenced, rejected, changed, canceled, bereft, arab] = await Promise.all([
    letAnOfferExpire(run),
    remind(run),
    remind(run),
    reject(run),
    change(run),
    cancelOne(run),
    cancelAll(run),
    cancelInArabic(run),
  ]);
  const to = (url) => (page) => page.goto(url);
  const letter = (name, { person }, subject) => {
    const go = (page) => openLetter(page, run.demo.mailboxUrl, person, subject);
    return { name: `letter, ${name}`, says: subject, isEnglish: true, go };
  };
  const another = (target) => enrol(run, target);
  const list = { capacity: 1, isWaitlistEnabled: true };
  const asking = { isManualApprovalEnabled: true };

  return [
    { name: "reminders, to be stopped", says: "You can switch off the reminders", go: to(reminded.stop) },
    { name: "reminders, stopped", says: "You get no more reminders", go: (page) => stopReminders(page, silenced.stop) },
    { name: "manage, rejected", says: "The organizer has not accepted your registration.", go: to(rejected.manage) },
    { name: "manage, offer expired", says: "The place that was held for you has gone to somebody else.", go: to(expired.manage) },
    { name: "manage, offer accepted", says: "The place is yours.", go: (page) => accept(run, page) },
    { name: "manage, offer accepted too late", says: "has gone to somebody else", go: (page) => accept(run, page, (list) => move(run, list, -1, 1)) },
    { name: "manage, just withdrawn", says: "You no longer wait for a place", go: (page) => withdraw(run, page) },
    { name: "manage, withdrawn", says: "You have withdrawn your registration", go: async (page) => page.goto((await withdraw(run, page)).manage) },
    { name: "manage, cancelled by the organizer", says: "Your registration is cancelled.", go: to(canceled.manage) },
    { name: "manage, cancelled for all", says: "The organizer has cancelled all registrations", go: to(bereft.manage) },
    { name: "manage, answers too late", says: "Not saved:", go: (page) => answerTooLate(run, page) },
    { name: "manage, full for whoever comes again", says: "All places are taken", go: (page) => comeAgain(run, page, { capacity: 1 }, another) },
    { name: "manage, closed for whoever comes again", says: "Registration is closed", go: (page) => comeAgain(run, page, {}, (target) => close(run, target)) },
    { name: "manage, waiting for whoever comes again", says: "You are on the waiting list.", go: (page) => comeAgain(run, page, list, another) },
    { name: "manage, asking for whoever comes again", says: "has not decided about your registration yet", go: (page) => comeAgain(run, page, asking) },
    { name: "enrolled, asking", says: "The organizer decides about your registration", go: async (page) => fillWithoutQuestions(page, (await signUp(run, asking)).url) },
    letter("update", changed, "Changed:"),
    letter("reminder", reminded, "Reminder:"),
    letter("cancellation by the organizer", canceled, "Registration cancelled:"),
    letter("cancellation for all", bereft, "Registration cancelled:"),
    letter("waiting list", expired, "Waiting list:"),
    letter("offer of a place", expired, "A place for you:"),
    letter("offer expired", expired, "Offer expired:"),
    letter("request for approval", rejected, "Registration requested:"),
    letter("rejection", rejected, "Registration not accepted:"),
    letter("confirmation in Arabic", arab, "تم التسجيل:"),
    letter("cancellation in Arabic", arab, "أُلغي التسجيل:"),
  ];
}

/** Waits for a letter whose subject begins so. */
async function posted(run, { person }, subject) {
  return awaitLetter(run.demo, person.mail, ({ text }) => text.includes(subject));
}

/** A waiting list, and somebody on it for whom a place is held. */
async function offer(run) {
  const list = await signUp(run, { capacity: 1, isWaitlistEnabled: true });
  const holder = await enrol(run, list);
  const next = await enrol(run, list);
  await press(holder.manage, "cancel");
  return { list, next };
}

/** Somebody who did not take it. No place is held past the start. */
async function letAnOfferExpire(run) {
  const { list, next } = await offer(run);
  await posted(run, next, "A place for you:");
  await move(run, list, 2 * SECOND, 1);
  await posted(run, next, "Offer expired:");
  return next;
}

/** Somebody who was reminded, and the link that stops it. */
async function remind(run) {
  const soon = await signUp(run, { reminderMinutesBeforeStart: [1] });
  const someone = await enrol(run, soon);
  // Reminders before that moment would be of a time that no longer holds.
  await move(run, soon, 65 * SECOND, 1);
  const { text } = await posted(run, someone, "Reminder:");
  const [stop] = text.match(/http\S*\/u\/[\w-]+/);
  return { ...someone, stop };
}

async function reject(run) {
  const asking = await signUp(run, { isManualApprovalEnabled: true });
  const someone = await enrol(run, asking);
  await run.organizer.api(`${await place(run, asking)}/reject`).post({});
  await posted(run, someone, "Registration not accepted:");
  return someone;
}

async function change(run) {
  const moved = await signUp(run);
  const someone = await enrol(run, moved);
  await move(run, moved, 48, 50);
  await posted(run, someone, "Changed:");
  return someone;
}

async function cancelOne(run) {
  const target = await signUp(run);
  const someone = await enrol(run, target);
  await run.organizer.api(`${await place(run, target)}/cancel`).post({});
  await posted(run, someone, "Registration cancelled:");
  return someone;
}

/** By taking the registration away; the meeting stays. */
async function cancelAll(run) {
  const target = await signUp(run);
  const someone = await enrol(run, target);
  await run.organizer.api(mine(target.meeting)).delete();
  await posted(run, someone, "Registration cancelled:");
  return someone;
}

async function cancelInArabic(run) {
  const someone = await enrol(run, await signUp(run), "ar");
  await press(someone.manage, "cancel");
  await posted(run, someone, "أُلغي التسجيل:");
  return someone;
}

/** The path of a meeting's only registrant. */
async function place(run, { meeting }) {
  const path = `${mine(meeting)}/registrants`;
  const { value } = await run.organizer.api(path).get();
  return `${path}/${value[0].id}`;
}

async function stopReminders(page, stop) {
  await page.goto(stop);
  // Whoever comes again, in the other language, finds them stopped.
  const button = page.locator("main button");
  if (await button.isVisible()) await submit(page, button);
}

/** Takes a place that is offered, once something has happened `meanwhile`. */
async function accept(run, page, meanwhile = async () => {}) {
  const { list, next } = await offer(run);
  await page.goto(next.manage);
  await meanwhile(list);
  await submit(page, page.locator("button[value=accept]"));
}

async function withdraw(run, page) {
  const someone = await enrol(run, await signUp(run, { isManualApprovalEnabled: true }));
  await page.goto(someone.manage);
  await submit(page, page.locator("button[value=cancel]"));
  return someone;
}

/** The meeting begins while somebody is still at their answers. */
async function answerTooLate(run, page) {
  const target = await signUp(run, { customQuestions: [WORDS] });
  const { manage } = await enrol(run, target);
  await page.goto(manage);
  await move(run, target, -1, 1);
  await submit(page, page.locator("button[value=answers]"));
}

/** Somebody gave their place back, something happens `meanwhile`, and they press the button to register again. */
async function comeAgain(run, page, more, meanwhile = async () => {}) {
  const target = await signUp(run, more);
  const { manage } = await enrolOnPage(run, target);
  await press(manage, "cancel");
  await meanwhile(target);
  await page.goto(manage);
  await submit(page, page.locator("button[value=again]"));
}

async function close(run, { meeting }) {
  const closesDateTime = new Date(Date.now() - 60_000).toISOString();
  await run.organizer.api(mine(meeting)).patch({ "@odata.type": "#microsoft.graph.meetingRegistration", closesDateTime });
}
