// The meetings that the demo's first page leads to, and signing in for one of them.
import assert from "node:assert/strict";
import { page as read, plain } from "../lib/mailbox.mjs";
import { agree, signUp, submit } from "./stage.mjs";

/** So many states a visitor can meet. */
const MEETINGS = 11;
/** The one for members alone. */
const INSIDE = "Staff meeting: next year's gauges";

/**
 * The pages as `afterwards` gives them: of people who sign in and out, and of those who tried too many links. `signIn` is
 * the address of a sign-in page of another server, `signedOut` that of its page after signing out, up to the registration's
 * id: only where an issuer elsewhere knows about signing out there is one.
 */
export async function programme(run, signIn, signedOut) {
  const { member, nameless } = await accounts(run.demo);
  const { url } = await signUp(run);
  const enter = (account, forms) => async (page) => {
    await fromHome(run.demo, INSIDE)(page);
    await signInAs(page, account);
    assert.equal(await page.locator("[name=nonce]").count(), forms, "a form for a place");
  };
  return [
    { name: "sign-up, signed in", says: "These come from your organisation’s directory.", go: enter(member, 1) },
    { name: "sign-up, turned away", go: enter(nameless, 0) },
    { name: "enrolled, signed in", says: "You are registered", go: (page) => fillAsMember(page, enter(member, 1)) },
    { name: "sign-in, not begun here", says: "You are not signed in", go: (page) => page.goto(`${run.demo.baseUrl}/sign-in/callback`) },
    ...(signedOut ? [{ name: "signed out", says: "You are signed out", go: (page) => page.goto(signedOut + idOf(url)) }] : []),
    { name: "too many tries", says: "Too many tries", go: (page) => tryTooOften(page, signIn) },
  ];
}

/** The sign-up pages of the first page. */
export async function meetings({ demo }) {
  const home = await read(`${demo.baseUrl}/`);
  const links = [...home.matchAll(/<li><a href="([^"]*\/registration\/[^"]*)"[^>]*>([^<]*)/g)];
  const found = links.map(([, href, subject]) => ({ url: plain(href), subject: plain(subject) }));
  assert.equal(found.length, MEETINGS);
  assert.equal(found[0].url, demo.registrationPageWebUrl);
  return found.map(({ url, subject }) => ({ name: `sign-up, ${subject}`, says: subject, go: (page) => page.goto(url) }));
}

/** The way from the first page to the sign-up page of a meeting, by its name. */
function fromHome({ baseUrl }, subject) {
  return async (page) => {
    await page.goto(`${baseUrl}/`);
    await submit(page, page.locator(".ways a").filter({ hasText: subject }));
    assert.match(page.url(), /\/registration\//);
  };
}

/** The accounts that the first page names: a member's, and that of somebody of whom the directory has no name. */
async function accounts({ baseUrl }) {
  const home = plain(await read(`${baseUrl}/`));
  const [, member, password, nameless] = home.match(/sign in: (\S+), with the password “(.*?)”\. Of (\S+) /) ?? [];
  assert.ok(nameless, "the first page names two accounts");
  return { member: { name: member, password }, nameless: { name: nameless, password } };
}

/** From a sign-up page to the issuer and back. */
async function signInAs(page, { name, password }) {
  await submit(page, page.locator('main a[href^="/sign-in"]'));
  await page.locator("#user_name").fill(name);
  await page.locator("#password").fill(password);
  await submit(page, page.locator("main button"));
  assert.match(page.url(), /\/registration\//);
  await page.locator('form[action="/sign-out"]').waitFor();
}

/** Somebody signed in, of whom the page knows the names and the address. */
async function fillAsMember(page, enter) {
  await enter(page);
  await agree(page);
  await submit(page, page.locator("main form[method=post] button").first());
}

/** The id of a registration, from the address of its page. */
function idOf(url) {
  return new URL(url).pathname.split("/").pop();
}

/** Links that lead nowhere, at the other server: this one's are still needed. */
async function tryTooOften(page, signIn) {
  const nowhere = new URL("/registration/nowhere", signIn).href;
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await fetch(nowhere)).status !== 429) continue;
    const shown = await page.goto(nowhere);
    if (shown.status() === 429) return;
  }
  assert.fail("nobody is told to wait");
}
