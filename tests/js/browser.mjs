// Every page in a real browser: as phones and desktops show it, in the light and the dark, by keyboard, on paper.
//
//   node browser.mjs DEMO_JSON SIGN_IN_URL
import assert from "node:assert/strict";
import { contexts, DESKTOP, PHONE } from "./browser/context.mjs";
import { fits, isCalm, isEasyToHit, isNamed, look, printsWell, standsOut } from "./browser/look.mjs";
import { frames, ownTime } from "./browser/elsewhere.mjs";
import { journey } from "./browser/journey.mjs";
import { walk } from "./browser/keyboard.mjs";
import { protection } from "./browser/protection.mjs";
import { stage } from "./browser/stage.mjs";
import { transferred } from "./browser/transfer.mjs";
import { launch } from "./lib/browser.mjs";
import { Checks } from "./lib/checks.mjs";
import { readDemo } from "./lib/demo.mjs";
import { connect } from "./lib/graph.mjs";

const DIRECTIONS = { en: "ltr", ar: "rtl" };
/** WCAG 2.2, 1.4.10: as wide as a desktop at 400 %. */
const NARROWEST = { width: 320, height: 640 };
const TABLET = { width: 768, height: 1024 };
/** What a first visit to the sign-up page may cost, its style sheet and all headers included. */
const MOST_BYTES = 60_000;

const demo = readDemo();
const signIn = process.argv[3];
const checks = new Checks();
const run = { demo, check: checks.check.bind(checks), organizer: connect(demo, demo.organizer.token), app: connect(demo, demo.app.token) };
const browser = await launch();
const inContext = contexts(browser, [demo.baseUrl, signIn]);

try {
  const stops = await stage(run, signIn);
  await round("en", stops);
  await round("ar", stops.filter(({ isEnglish }) => !isEnglish));
  await inContext("en", false, (page) => journey(run, page));
  await frames(run, browser);
  await ownTime(run, browser);
  await run.check(`a first visit to the sign-up page costs less than ${MOST_BYTES} bytes`, async () => {
    const bytes = await inContext("en", false, (page) => transferred(page, demo.registrationPageWebUrl));
    assert.ok(bytes > 1000 && bytes < MOST_BYTES, `${bytes} bytes`);
  });
  // The last: for a while afterwards browsers have to work.
  await protection(run, inContext, visit);
} finally {
  await browser.close();
}
checks.finish();

async function round(language, stops) {
  for (const { name, go } of stops) {
    await run.check(`${language}: ${name}`, () => inContext(language, false, async (page, heard) => {
      await go(page);
      const dir = await page.evaluate(() => document.documentElement.dir);
      assert.equal(dir, DIRECTIONS[language]);
      const faults = await visit(page);
      const all = [...heard, ...faults];
      assert.equal(all.length, 0, all.join("; "));
    }));
  }
}

async function visit(page) {
  const faults = new Map();
  const note = (where, found) => found.forEach((fault) => faults.set(fault, (faults.get(fault) ?? new Set()).add(where)));
  for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      note(`${size}, ${colorScheme}`, await look(page, standsOut));
      for (const frame of page.frames().slice(1)) note(`frame, ${size}, ${colorScheme}`, await look(frame, standsOut, fits));
    }
    note(size, await look(page, fits, isNamed, isEasyToHit));
    note(`${size}, by keyboard`, await walk(page));
  }
  for (const viewport of [NARROWEST, TABLET]) {
    await page.setViewportSize(viewport);
    note(`${viewport.width} wide`, await look(page, fits));
  }
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
    note(`text at 200 %, ${viewport.width} wide`, await look(page, fits));
    await page.evaluate(() => (document.documentElement.style.fontSize = ""));
  }
  await page.evaluate(() => (document.documentElement.dir = "rtl"));
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    note(`from right to left, ${viewport.width} wide`, await look(page, fits));
  }
  await page.emulateMedia({ reducedMotion: "reduce" });
  note("reduced motion", await look(page, isCalm));
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  note("print", await look(page, printsWell));
  return [...faults].map(([fault, where]) => `${fault} (${[...where].join("; ")})`);
}
