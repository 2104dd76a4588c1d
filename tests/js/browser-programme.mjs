// What people meet on their way, in a real browser: the demo's meetings, signing in, letters and where they lead, a door that
// opens. `browser.mjs` looks at pages more closely; this looks at many, in two sizes.
//
//   node browser-programme.mjs DEMO_JSON SIGN_IN_URL SIGNED_OUT_URL
import assert from "node:assert/strict";
import { afterwards } from "./browser/afterwards.mjs";
import { contexts, DESKTOP, PHONE } from "./browser/context.mjs";
import { door } from "./browser/door.mjs";
import { hostile } from "./browser/hostile.mjs";
import { walk } from "./browser/keyboard.mjs";
import { fits, isEasyToHit, isNamed, look, standsOut } from "./browser/look.mjs";
import { meetings, programme } from "./browser/programme.mjs";
import { launch } from "./lib/browser.mjs";
import { Checks } from "./lib/checks.mjs";
import { readDemo } from "./lib/demo.mjs";
import { connect } from "./lib/graph.mjs";

/** Alone it takes well under a minute, beside everything else that tests do not much more than two. */
const LONGEST_MS = 5 * 60_000;

const demo = readDemo();
const [signIn, signedOut] = process.argv.slice(3);
const checks = new Checks();
const run = { demo, check: checks.check.bind(checks), organizer: connect(demo, demo.organizer.token), app: connect(demo, demo.app.token) };
const browser = await launch();
const inContext = contexts(browser, [demo.baseUrl, signIn]);

// Where it hangs, the last line tells behind what: whoever is killed from outside says nothing.
setTimeout(() => {
  console.log(`FAILED  not at its end after ${LONGEST_MS / 1000} s`);
  process.exit(1);
}, LONGEST_MS).unref();

try {
  await round("en", true, await meetings(run));
  // They wait more than they work, and do so meanwhile.
  const meanwhile = Promise.all([door(run, inContext), hostile(run, inContext)]);
  const stops = [...(await afterwards(run)), ...(await programme(run, signIn, signedOut))];
  await round("en", false, stops);
  await round("ar", true, stops.filter(({ isEnglish }) => !isEnglish));
  await meanwhile;
} finally {
  await browser.close();
}
checks.finish();

async function round(language, javaScriptEnabled, stops) {
  const how = `${language}, ${javaScriptEnabled ? "with" : "without"} JavaScript`;
  for (const { name, says, go } of stops) {
    await run.check(`${how}: ${name}`, () => inContext(language, javaScriptEnabled, async (page, heard) => {
      await go(page);
      assert.equal(await page.evaluate(() => document.documentElement.lang), language);
      const text = await page.locator("main").innerText();
      assert.ok(language !== "en" || !says || text.includes(says), `it says ${text}`);
      assert.deepEqual([...heard, ...(await visit(page))], []);
    }));
  }
}

/** On a phone, where the browser began, by keyboard as well; then on a desktop. */
async function visit(page) {
  const faults = new Set(await walk(page));
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const frame of page.frames()) (await look(frame, standsOut, fits)).forEach((fault) => faults.add(fault));
    }
    (await look(page, isNamed, isEasyToHit)).forEach((fault) => faults.add(fault));
  }
  return [...faults];
}
