// The sign-up page when browsers have to work: without JavaScript people wait, with it nobody does anything.
import assert from "node:assert/strict";
import { stranger } from "../lifecycle/fresh.mjs";
import { tabTo } from "./journey.mjs";
import { signUp } from "./stage.mjs";

/** How long the page asks people to wait, in milliseconds, and a little. */
const WAIT = 15_500;
const FORM = "main form:has([name=nonce])";
const DONE = "main h1:has-text('Check your mailbox')";

/** `inContext` opens a page with or without JavaScript, `visit` looks at it from all sides. */
export async function protection(run, inContext, visit) {
  const { url } = await signUp(run);
  await flood(url);

  await run.check("without JavaScript, by keyboard: somebody waits and registers", () =>
    inContext("en", false, async (page, heard) => {
      await page.goto(url);
      const opened = Date.now();
      assert.ok(await page.locator("[data-wait]").isVisible(), "the page says that it wants a while");
      const person = await type(page);
      await press(page);
      assert.equal(await page.locator("input[autocomplete=email]").inputValue(), person.mail, "the form is as it was");
      assert.match(await page.locator(".notice").innerText(), /moment more/);
      const faults = [...(await visit(page)), ...heard];
      assert.equal(faults.length, 0, faults.join("; "));
      // It was last looked at on paper, where there is nothing to press.
      await page.emulateMedia({ media: "screen" });
      await page.waitForTimeout(Math.max(0, opened + WAIT - Date.now()));
      await press(page);
      assert.ok(await page.locator(DONE).isVisible(), await page.locator("main").innerText());
    }));

  await run.check("in Arabic, the page that came back", () =>
    inContext("ar", false, async (page, heard) => {
      await page.goto(url);
      await type(page);
      await press(page);
      const faults = [...(await visit(page)), ...heard];
      assert.equal(faults.length, 0, faults.join("; "));
    }));

  await run.check("with JavaScript, by keyboard: the browser works while somebody types", () =>
    inContext("en", true, async (page, heard) => {
      await page.goto(url);
      assert.ok(!(await page.locator("[data-wait]").isVisible()), "nobody has to wait");
      await type(page);
      await page.keyboard.press("Enter");
      await page.locator(DONE).waitFor();
      assert.equal(heard.length, 0, heard.join("; "));
    }));

  await run.check("with JavaScript, a form that came back is sent on by itself", () =>
    inContext("en", true, async (page, heard) => {
      await page.goto(url);
      await type(page);
      // As a page that was opened before browsers had to work.
      await page.locator(FORM).evaluate(({ elements }) => {
        elements.challenge.value = "";
        elements.proof.value = "1";
      });
      await page.keyboard.press("Enter");
      await page.locator(DONE).waitFor();
      assert.equal(heard.length, 0, heard.join("; "));
    }));
}

/** More forms than anybody sends. */
async function flood(url) {
  for (let sent = 0; sent < 40; sent += 1) await fetch(url, { method: "POST", body: new URLSearchParams() });
}

async function type(page) {
  const person = stranger();
  await tabTo(page, "input[autocomplete=given-name]");
  for (const text of [person.givenName, person.surname, person.mail]) {
    await page.keyboard.type(text);
    await page.keyboard.press("Tab");
  }
  await tabTo(page, `${FORM} input[type=checkbox]`);
  await page.keyboard.press("Space");
  return person;
}

/** Presses the form's own button, from wherever the focus is. */
async function press(page) {
  await tabTo(page, `${FORM} button`);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}
