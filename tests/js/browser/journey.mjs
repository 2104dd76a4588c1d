// From the sign-up page to the letter's links and the cancellation, without a mouse.
import assert from "node:assert/strict";
import { awaitLetter } from "../lib/mailbox.mjs";
import { stranger } from "../lifecycle/fresh.mjs";

/** Somebody who has a keyboard alone, on a page that is theirs. */
export async function journey({ demo, check }, page) {
  const person = stranger();
  const mail = person.mail;

  await check("by keyboard: somebody registers", async () => {
    await page.goto(demo.registrationPageWebUrl);
    await tabTo(page, "input[autocomplete=given-name]");
    for (const text of [person.givenName, person.surname, mail]) {
      await page.keyboard.type(text);
      await page.keyboard.press("Tab");
    }
    assert.equal(await page.evaluate(() => document.activeElement.type), "radio", "the question comes next");
    await page.keyboard.press("Space");
    await tabTo(page, "input[type=checkbox]");
    await page.keyboard.press("Space");
    await tabTo(page, "main button");
    await enter(page);
    assert.match(await page.locator("h1").innerText(), /mailbox|check|almost|done|registered/i);
  });
  await awaitLetter(demo, mail, (one) => one.manageUrls.length > 0);

  await check("by keyboard: they find their letter and its link", async () => {
    await page.goto(`${demo.baseUrl}/`);
    await tabTo(page, 'a[href$="/mailbox"]');
    await enter(page);
    await tabTo(page, `.letters a:has(~ dl:has-text("${mail}"))`, mail);
    await enter(page);
    await tabTo(page, 'pre a[href*="/m/"]');
    await enter(page);
    assert.ok((await page.locator("dl").innerText()).includes(mail));
  });

  await check("by keyboard: they cancel", async () => {
    await tabTo(page, "button[value=cancel]");
    await enter(page);
    const letter = await awaitLetter(demo, mail, (one) => one.manageUrls.length === 0);
    assert.ok(letter.text.length > 0);
  });
}

/** Presses Tab until the focus is on what a selector means; with `text`, on the row of a list that holds it. */
export async function tabTo(page, selector, text) {
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press("Tab");
    const isThere = await page.evaluate(
      ([selector, text]) => {
        const at = document.activeElement;
        return text ? (at.closest("li")?.textContent.includes(text) ?? false) : at.matches(selector);
      },
      [selector, text],
    );
    if (isThere) return;
  }
  assert.fail(`Tab never comes to ${selector}`);
}

async function enter(page) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}
