// Every page and letter as axe-core sees them: on phone and desktop, in the light and the dark, also from right to left.
// axe-core is MPL-2.0, so it is no part of this repository: whoever runs this has it in a folder of their own.
//
//   node axe.mjs DEMO_JSON SIGN_IN_URL FOLDER/node_modules/axe-core/axe.min.js [SIGNED_OUT_URL]
import { readFileSync } from "node:fs";
import { afterwards } from "./browser/afterwards.mjs";
import { meetings, programme } from "./browser/programme.mjs";
import { stage } from "./browser/stage.mjs";
import { launch } from "./lib/browser.mjs";
import { Checks } from "./lib/checks.mjs";
import { readDemo } from "./lib/demo.mjs";
import { connect } from "./lib/graph.mjs";

const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } };
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const demo = readDemo();
const [signIn, file, signedOut] = process.argv.slice(3);
const axe = readFileSync(file, "utf8");
const checks = new Checks();
const run = { demo, check: checks.check.bind(checks), organizer: connect(demo, demo.organizer.token), app: connect(demo, demo.app.token) };
const browser = await launch();
const totals = { violations: 0, passes: 0, undecided: new Map() };
let version = "";

try {
  const stops = [
    ...(await stage(run, signIn)),
    ...(await meetings(run)),
    ...(await afterwards(run)),
    // The last: there nobody may try another link for a while.
    ...(await programme(run, signIn, signedOut)),
  ];
  await controlled();
  for (const language of ["en", "ar"]) {
    for (const { name, go, isEnglish } of stops) {
      if (language !== "en" && isEnglish) continue;
      await run.check(`${language}: ${name}`, () => inContext(language, async (page) => {
        await go(page);
        await judge(page);
        if (!name.startsWith("letter")) return;
        await page.setContent(await page.locator("iframe").getAttribute("srcdoc"));
        // Letters leave ink and ground to the reader's program. axe takes a ground that nobody set for white, in the dark too.
        await page.evaluate(() => (document.documentElement.style.background = "Canvas"));
        await judge(page);
      }));
    }
  }
} finally {
  await browser.close();
}
console.log(`axe-core ${version}, ${RULES.join(", ")}: ${totals.violations} violations, ${totals.passes} rules passed`);
for (const [rule, count] of totals.undecided) console.log(`axe cannot decide: ${rule}, ${count} times`);
checks.finish();

/** That a fault would be found. */
async function controlled() {
  await run.check("the control: a picture without words is found", () => inContext("en", async (page) => {
    await page.setContent('<html lang="en"><title>x</title><main><h1>x</h1><img src="data:,"></main></html>');
    const found = await ask(page);
    if (!found.violations.some(({ id }) => id === "image-alt")) throw new Error("nothing was found");
  }));
}

async function inContext(locale, act) {
  const context = await browser.newContext({ locale, bypassCSP: true });
  try {
    return await act(await context.newPage());
  } finally {
    await context.close();
  }
}

async function judge(page) {
  const faults = new Set();
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const found = await ask(page);
      totals.passes += found.passes;
      totals.violations += found.violations.length;
      for (const rule of found.undecided) totals.undecided.set(rule, (totals.undecided.get(rule) ?? 0) + 1);
      for (const { id, nodes } of found.violations) faults.add(`${id} (${size}, ${colorScheme}): ${nodes}`);
    }
  }
  if (faults.size > 0) throw new Error([...faults].join("; "));
}

async function ask(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(async (values) => {
    const { testEngine, violations, passes, incomplete } = await window.axe.run(document, { runOnly: values, iframes: false });
    const call = ({ html }) => html.slice(0, 120);
    return {
      version: testEngine.version,
      violations: violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(call).join(", ") })),
      passes: passes.length,
      undecided: incomplete.map(({ id }) => id),
    };
  }, RULES);
  version = found.version;
  return found;
}
