// Every page that Usher has, each with the way there.
import assert from "node:assert/strict";
import { awaitLetter } from "../lib/mailbox.mjs";
import { unique } from "../lib/demo.mjs";
import { builtIn, CHOICE, freshMeeting, mine, registrant, stranger, theirs, WORDS } from "../lifecycle/fresh.mjs";

const ROOM = "https://meet.riverbend.example/gauging";

/** Words that are as long as people's words get, without a place to break them. */
const LONG = "Hochwasserrückhaltebeckenüberwachungskommissionssitzungsprotokollführung";

/**
 * The pages as `{ name, go(page), isEnglish }`, the last for those that are in no other language. What is named in `run`
 * is the demo's; `signIn` is the address of a sign-in page of the built-in issuer.
 */
export async function stage(run, signIn) {
  const open = await signUp(run, { customQuestions: [CHOICE, WORDS] });
  const long = await signUp(run, { subject: `${LONG} ${LONG}`, description: `${LONG}\n\n${ROOM}/${"a".repeat(90)}` });
  const right = await signUp(run, { subject: "قراءة النهر", description: "نهر Loire, محطة 12" });
  const full = await signUp(run, { capacity: 1 });
  await enrol(run, full);
  const listed = await signUp(run, { capacity: 1, isWaitlistEnabled: true });
  const holder = await enrol(run, listed);
  const next = await enrol(run, listed);
  const last = await enrol(run, listed);
  await press(holder.manage, "cancel");
  const asking = await signUp(run, { isManualApprovalEnabled: true });
  const pending = await enrol(run, asking);
  const hours = (count) => new Date(Date.now() + count * 3_600_000).toISOString();
  const unopened = await signUp(run, { opensDateTime: hours(1) });
  const closed = await signUp(run, { opensDateTime: hours(-2), closesDateTime: hours(-1) });
  const over = await signUp(run);
  const visitor = await enrol(run, over);
  await move(run, over, -3, -1);
  const withdrawn = await signUp(run);
  await run.organizer.api(mine(withdrawn.meeting)).delete();
  const inside = await signUp(run, { allowedRegistrant: "organization" });
  const early = await signUp(run);
  const waiting = await enrol(run, early);
  const now = await signUp(run);
  const homeless = await enrol(run, now);
  await move(run, now, -1, 2);
  const canceled = await enrol(run, await signUp(run));
  await press(canceled.manage, "cancel");
  const meetingGone = await signUp(run);
  const bereft = await enrol(run, meetingGone);
  await run.organizer.api(mine(meetingGone.meeting)).delete();

  const oneAtATime = await signUp(run);
  const phone = await enrol(run, oneAtATime);
  const desk = await enrol(run, oneAtATime);
  await run.organizer.api(`/me/onlineMeetings/${oneAtATime.meeting.id}`).patch({ joinUrl: ROOM, joinOneDeviceAtATime: true });
  await move(run, oneAtATime, -1, 2);
  await fetch(desk.join, { method: "POST", redirect: "manual" });

  const guest = async (more = { customQuestions: [CHOICE, WORDS] }) => enrol(run, await signUp(run, more));
  const after = (button, choose = async () => {}) => async (page) => {
    await page.goto((await guest()).manage);
    await choose(page);
    await submit(page, page.locator(`button[value=${button}]`));
  };
  const { baseUrl, mailboxUrl } = run.demo;
  const to = (url) => (page) => page.goto(url);

  return [
    { name: "home", isEnglish: true, go: to(`${baseUrl}/`) },
    { name: "sign-up, open", go: to(open.url) },
    { name: "sign-up, long words", go: to(long.url) },
    { name: "sign-up, words from right to left", go: to(right.url) },
    { name: "sign-up, with faults", go: (page) => fillBadly(page, open.url) },
    { name: "sign-up, full", go: to(full.url) },
    { name: "sign-up, full meanwhile", go: async (page) => fillTooLate(run, page, await signUp(run, { capacity: 1 })) },
    { name: "sign-up, waiting list", go: to(listed.url) },
    { name: "sign-up, approval", go: to(asking.url) },
    { name: "sign-up, not open yet", go: to(unopened.url) },
    { name: "sign-up, closed", go: to(closed.url) },
    { name: "sign-up, over", go: to(over.url) },
    { name: "sign-up, times in a zone that was chosen", go: (page) => chooseZone(page, open.url) },
    { name: "sign-up, withdrawn", go: to(withdrawn.url) },
    { name: "sign-up, meeting cancelled", go: to(meetingGone.url) },
    { name: "sign-up, never there", go: to(open.url.replace(/registration\/..../, "registration/AAAA")) },
    { name: "sign-up, organization", go: to(inside.url) },
    { name: "enrolled", go: (page) => fill(page, open.url) },
    { name: "manage, registered", go: async (page) => page.goto((await guest()).manage) },
    { name: "enrolled, on the waiting list", go: (page) => fillWithoutQuestions(page, listed.url) },
    { name: "manage, on the waiting list", go: to(last.manage) },
    { name: "manage, offered a place", go: to(next.manage) },
    { name: "manage, pending", go: to(pending.manage) },
    { name: "manage, canceled", go: to(canceled.manage) },
    { name: "manage, over", go: to(visitor.manage) },
    { name: "manage, meeting gone", go: to(bereft.manage) },
    { name: "manage, answers saved", go: after("answers") },
    { name: "manage, answers refused", go: after("answers", (page) => fillWrongAnswer(page)) },
    { name: "manage, letter sent again", go: after("letter") },
    { name: "manage, just canceled", go: after("cancel") },
    { name: "manage, registered again", go: async (page) => cancelAndReturn(page, await enrolOnPage(run, await signUp(run))) },
    { name: "manage, to be registered again on its page", go: async (page) => cancelAndReturn(page, await guest()) },
    { name: "manage, erasing", go: async (page) => openErasing(page, (await guest()).manage) },
    { name: "manage, erased", go: after("erase", (page) => page.locator("details.card summary").click()) },
    { name: "calendar, on the way", go: async (page) => page.goto(`${(await guest()).manage}/google`) },
    { name: "gate, ready", go: to(phone.join) },
    { name: "gate, in on another device", go: async (page) => pressThere(page, desk.join) },
    { name: "gate, early", go: to(waiting.join) },
    { name: "gate, over", go: to(visitor.join) },
    { name: "gate, canceled", go: to(canceled.join) },
    { name: "gate, no address", go: to(homeless.join) },
    { name: "gate, personal link needed", go: to(open.meeting.joinWebUrl) },
    { name: "room", isEnglish: true, go: to(`${baseUrl}/room`) },
    { name: "mailbox", isEnglish: true, go: to(mailboxUrl) },
    { name: "letter, confirmation", isEnglish: true, go: async (page) => openLetter(page, mailboxUrl, (await guest()).person) },
    { name: "letter, cancellation", isEnglish: true, go: (page) => openLetter(page, mailboxUrl, canceled.person) },
    { name: "problem", go: (page) => sendNonsense(page, open.url) },
    { name: "not found", go: to(`${baseUrl}/nowhere`) },
    { name: "reference", isEnglish: true, go: to(`${baseUrl}/docs`) },
    { name: "sign-in", go: to(signIn) },
    { name: "sign-in, wrong", go: (page) => signInWrongly(page, signIn) },
    { name: "sign-in, not possible", go: to(signIn.replace("client_id=", "client_id=un")) },
  ];
}

export async function signUp(run, { allowedRegistrant = "everyone", ...more } = {}) {
  const meeting = await freshMeeting(run);
  const registration = await run.organizer.api(mine(meeting)).post(builtIn(allowedRegistrant, more));
  return { meeting, url: registration.registrationPageWebUrl };
}

/** Somebody with a place, and their links; `language` is that of their letters. */
export async function enrol(run, { meeting }, language = "en") {
  const person = { ...stranger(), mail: `${unique("odile")}@pinewater.example` };
  const { value } = await run.organizer.api(`${mine(meeting)}/customQuestions`).get();
  const answers = value.map(({ id, answerInputType }) => ({ questionId: id, value: answerInputType === "text" ? "Loire" : "No" }));
  await run.app.api(`${theirs(run, meeting)}/registrants`).header("Accept-Language", language).post(registrant(person, answers));
  const letter = await awaitLetter(run.demo, person.mail, (one) => one.manageUrls.length > 0);
  return { person, manage: letter.manageUrls[0], join: letter.joinUrls[0] };
}

/** The same by the form, which asks for consent as well. */
export async function enrolOnPage(run, { url }) {
  const person = { ...stranger(), mail: `${unique("marc")}@pinewater.example` };
  const form = await (await fetch(url)).text();
  const value = (name) => form.match(new RegExp(`name="${name}" value="([^"]*)"`))[1];
  const fields = { nonce: value("nonce"), consent: value("consent"), firstName: "Marc", lastName: "Oyelaran", email: person.mail };
  await fetch(url, { method: "POST", body: new URLSearchParams(fields) });
  const letter = await awaitLetter(run.demo, person.mail, (one) => one.manageUrls.length > 0);
  return { person, manage: letter.manageUrls[0] };
}

/** Opens the list of zones, takes one, and opens it again. */
async function chooseZone(page, url) {
  await page.goto(url);
  await page.locator(".zones summary").click();
  await page.locator("#zone").selectOption("Asia/Kathmandu");
  await submit(page, page.locator(".zones button"));
  assert.match(await page.locator("p.when").innerText(), /\(UTC\+5:45\).*\(UTC\+1\)/);
  await page.locator(".zones summary").click();
}

/** Moves a meeting to so many hours from now. */
export async function move(run, { meeting }, from, until) {
  const at = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const times = { startDateTime: at(from), endDateTime: at(until) };
  await run.organizer.api(mine(meeting)).patch({ "@odata.type": "#microsoft.graph.meetingRegistration", ...times });
}

export async function press(address, button) {
  await fetch(address, { method: "POST", body: new URLSearchParams({ do: button }) });
}

/** Presses a button of a form and waits for the page that answers it. */
export async function submit(page, button) {
  await Promise.all([page.waitForNavigation(), button.click()]);
}

/** Agrees to what the organisation asks for. */
export async function agree(page) {
  await page.locator("input[type=checkbox]").check();
}

async function fillNames(page, mail) {
  await page.locator("input[autocomplete=given-name]").fill("Odile");
  await page.locator("input[autocomplete=family-name]").fill("Marchetti");
  await page.locator("input[autocomplete=email]").fill(mail);
}

async function fill(page, url) {
  await page.goto(url);
  await fillNames(page, stranger().mail);
  await page.locator("input[type=radio]").first().check();
  await agree(page);
  await submit(page, page.locator("main form[method=post] button"));
}

export async function fillWithoutQuestions(page, url) {
  await page.goto(url);
  await fillNames(page, stranger().mail);
  await agree(page);
  await submit(page, page.locator("main form[method=post] button"));
}

async function fillBadly(page, url) {
  await page.goto(url);
  await page.locator("input[autocomplete=email]").fill("nobody");
  await submit(page, page.locator("main form[method=post] button"));
}

async function fillTooLate(run, page, target) {
  await page.goto(target.url);
  await fillNames(page, stranger().mail);
  await agree(page);
  await enrol(run, target);
  await submit(page, page.locator("main form[method=post] button"));
}

async function fillWrongAnswer(page) {
  await page.locator("input[type=text]").fill("x".repeat(5000));
}

async function pressThere(page, join) {
  await page.goto(join);
  await submit(page, page.locator("main form[method=post] button"));
}

async function cancelAndReturn(page, { manage }) {
  await press(manage, "cancel");
  await page.goto(manage);
  await submit(page, page.locator("button[value=again]"));
}

async function openErasing(page, manage) {
  await page.goto(manage);
  await page.locator("details.card summary").click();
}

/** The newest letter to somebody, of those whose subject begins so. */
export async function openLetter(page, mailbox, person, subject = "") {
  await page.goto(mailbox);
  await page.locator("li", { hasText: person.mail }).locator("a", { hasText: subject }).first().click();
  // What is looked at before it has come has no fault.
  await page.frameLocator("iframe").locator("h1").waitFor();
}

/** A form that is none of the page's own. */
async function sendNonsense(page, url) {
  await page.goto(url);
  await page.locator("form[method=post]").evaluate((form) => (form.enctype = "text/plain", form.noValidate = true));
  await submit(page, page.locator("main form[method=post] button"));
}

async function signInWrongly(page, signIn) {
  await page.goto(signIn);
  await page.locator("#user_name").fill("odile");
  await page.locator("#password").fill("wrong");
  await submit(page, page.locator("button"));
}
