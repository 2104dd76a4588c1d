// Pages made of words that would be markup, or a script, anywhere else: none of it runs, and nothing is fetched.
import assert from "node:assert/strict";
import { awaitLetter } from "../lib/mailbox.mjs";
import { stranger } from "../lifecycle/fresh.mjs";
import { agree, move, openLetter, signUp, submit } from "./stage.mjs";

/** Each fits where a name does. What bites is heard; what is asked of port 9 would leave for another server. */
const BAITS = [
  `"><script data-bait>bite()</script><img data-bait src=http://127.0.0.1:9/ onerror=bite()>`,
  "'--></title></textarea></bdi><svg data-bait onload=bite()><a data-bait href=javascript:bite()>",
  "{time} {{7*7}} ${bite()} &lt;script data-bait&gt;bite()&lt;/script&gt;",
];
const [FIRST, SECOND, THIRD] = BAITS;

/** With JavaScript on every page. Where only the policy kept a script from running, the console would say so. */
export async function hostile(run, inContext) {
  const target = await signUp(run, {
    subject: BAITS.join(" "),
    description: [...BAITS, "javascript:bite()"].join("\n"),
    speakers: BAITS.map((bait) => ({ displayName: bait, bio: bait })),
    customQuestions: [
      { displayName: FIRST, answerInputType: "text", isRequired: true },
      { displayName: SECOND, answerInputType: "radioButton", answerOptions: BAITS, isRequired: true },
    ],
    reminderMinutesBeforeStart: [1],
  });
  const person = { ...stranger(), givenName: FIRST, surname: SECOND };

  await inContext("en", true, async (page, heard) => {
    await page.exposeFunction("bite", () => void heard.push("a script ran"));
    const check = (name, act) => run.check(`hostile words: ${name}`, async () => {
      // What a page before was heard of is no fault of this one.
      heard.length = 0;
      await act();
      const live = await Promise.all(page.frames().map((frame) => frame.locator("[data-bait], a[href^='javascript:']").count()));
      assert.deepEqual([heard, live.filter(Boolean)], [[], []]);
    });
    const shows = async (...words) => {
      const text = await page.locator("main").innerText();
      for (const word of words) assert.ok(text.includes(word), `the page shows ${word}`);
    };
    const field = (name) => page.locator(`input[autocomplete=${name}]`);
    const press = () => submit(page, page.locator("main form:has([name=nonce]) button"));

    await run.check("the control: where nothing is made safe, hostile words run and ask elsewhere", async () => {
      await page.setContent(BAITS.join(""));
      await page.waitForFunction(() => document.images[0].complete);
      const found = new Set(heard.splice(0));
      assert.ok(found.has("a script ran") && found.has("asked elsewhere: http://127.0.0.1:9/"), [...found].join("; "));
    });
    await check("sign-up", async () => {
      await page.goto(target.url);
      await shows(...BAITS);
      assert.ok((await page.title()).includes(BAITS.join(" ")));
    });
    await check("sign-up, with faults", async () => {
      await field("given-name").fill(FIRST);
      await field("family-name").fill(SECOND);
      await field("email").fill(THIRD);
      await page.locator("input[type=text][name^=answer]").fill(THIRD);
      await press();
      assert.deepEqual([await field("given-name").inputValue(), await field("email").inputValue()], [FIRST, THIRD]);
    });
    await check("enrolled", async () => {
      await field("email").fill(person.mail);
      await page.locator("input[type=radio]").nth(1).check();
      await agree(page);
      await press();
      await shows(person.mail, ...BAITS);
    });
    const letter = await awaitLetter(run.demo, person.mail, ({ manageUrls }) => manageUrls.length > 0);
    await check("manage", async () => {
      await page.goto(letter.manageUrls[0]);
      await shows(`${FIRST} ${SECOND}`, ...BAITS);
      assert.equal(await page.locator("input[type=text]").inputValue(), THIRD);
    });
    await check("letter", async () => {
      await openLetter(page, run.demo.mailboxUrl, person);
      await shows(...BAITS);
      assert.ok((await page.frames()[1].locator("body").innerText()).includes(FIRST));
    });
    await check("mailbox", () => page.goto(run.demo.mailboxUrl));
    await check("gate", async () => {
      await page.goto(letter.joinUrls[0]);
      await shows(...BAITS);
    });
    await check("reminders", async () => {
      await move(run, target, 65 / 3600, 1);
      const { text } = await awaitLetter(run.demo, person.mail, (one) => one.text.includes("/u/"));
      await page.goto(text.match(/http\S*\/u\/[\w-]+/)[0]);
      await shows(...BAITS);
    });
    await check("the address", () => page.goto(`${run.demo.baseUrl}/${encodeURIComponent(FIRST)}?lang=${encodeURIComponent(FIRST)}&zone=${encodeURIComponent(SECOND)}`));
  });
}
