// The meetings that the demo's first page leads to.
import assert from "node:assert/strict";
import { page as read, plain } from "../lib/mailbox.mjs";
import { fits, isEasyToHit, isNamed, look, standsOut } from "./look.mjs";
import { submit } from "./stage.mjs";

/** So many states a visitor can meet. */
const MEETINGS = 11;

/** The way from the first page to the sign-up page of a meeting, by its name. */
export function fromHome({ baseUrl }, subject) {
  return async (page) => {
    await page.goto(`${baseUrl}/`);
    const link = page.locator(".ways a").filter({ hasText: subject });
    await Promise.all([page.waitForNavigation(), link.click()]);
    assert.match(page.url(), /\/registration\//);
  };
}

/** The accounts that the first page names: a member's, and that of somebody of whom the directory has no name. */
export async function accounts({ baseUrl }) {
  const home = plain(await read(`${baseUrl}/`));
  const [, member, password, nameless] = home.match(/sign in: (\S+), with the password “(.*?)”\. Of (\S+) /) ?? [];
  assert.ok(nameless, "the first page names two accounts");
  return { member: { name: member, password }, nameless: { name: nameless, password } };
}

/** From a sign-up page to the issuer and back. */
export async function signInAs(page, { name, password }) {
  await Promise.all([page.waitForNavigation(), page.locator('main a[href^="/sign-in"]').click()]);
  await page.locator("#user_name").fill(name);
  await page.locator("#password").fill(password);
  await submit(page, page.locator("main button"));
  assert.match(page.url(), /\/registration\//);
  await page.locator('form[action="/sign-out"]').waitFor();
}

/** All of them with JavaScript, on a phone and a desktop. */
export async function tour({ demo, check }, inContext, sizes) {
  await check("with JavaScript: every meeting of the first page is right on a phone and a desktop", () =>
    inContext("en", true, async (page, heard) => {
      await page.goto(`${demo.baseUrl}/`);
      const links = page.locator('.ways a[href*="/registration/"]');
      const pages = await links.evaluateAll((all) => all.map(({ href }) => href));
      assert.equal(pages.length, MEETINGS);
      assert.equal(pages[0], demo.registrationPageWebUrl);
      const faults = [];
      for (const url of pages) {
        await page.goto(url);
        for (const viewport of sizes) {
          await page.setViewportSize(viewport);
          faults.push(...(await look(page, fits, isNamed, isEasyToHit, standsOut)));
        }
      }
      assert.deepEqual([...faults, ...heard], []);
    }));
}
