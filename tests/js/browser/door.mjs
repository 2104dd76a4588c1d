// The gate while it opens: whoever keeps its page open is let in.
import assert from "node:assert/strict";
import { enrol, move } from "./stage.mjs";

/** The demo's own meeting is asked, because its room is here; its doors open a quarter of an hour before it. */
const HOUR = 1 / 4;
const SECONDS = 15;
/** The page looks again up to a quarter of a minute after the moment, and a busy machine is slow. */
const PATIENCE_MS = 60_000;

/** Two people before the door, one of them without JavaScript. */
export async function door(run, inContext) {
  const target = { meeting: { id: run.demo.meetingId } };
  const { join } = await enrol(run, target);
  await move(run, target, HOUR + SECONDS / 3600, 9);
  await Promise.all([
    run.check("with JavaScript the page at the door counts down and lets in by itself", () =>
      inContext("en", true, async (page, heard) => {
        const told = await listen(page);
        await comeEarly(page, join);
        await isLetIn(page, run.demo);
        const clocks = told.map(({ clock }) => clock).filter(Boolean);
        assert.ok(clocks.length >= 2, `it ticks: ${JSON.stringify(told)}`);
        clocks.forEach((clock) => assert.match(clock, /^0:\d\d$/));
        assert.deepEqual(clocks, [...clocks].sort().reverse(), "it counts down");
        // A screen reader would read out every change of this.
        assert.deepEqual([...new Set(told.map(({ words }) => words))], ["It opens in 1 minute.", "It opens now."]);
        assert.deepEqual(heard, []);
      })),
    run.check("without JavaScript the page at the door lets in by itself", () =>
      inContext("en", false, async (page, heard) => {
        await comeEarly(page, join);
        assert.equal(await page.locator(".clock").innerText(), "", "nothing counts that cannot");
        await isLetIn(page, run.demo);
        assert.deepEqual(heard, []);
      })),
  ]);
}

async function comeEarly(page, join) {
  await page.goto(join);
  assert.equal(await page.locator("h1").innerText(), "The door is not open yet");
}

async function isLetIn(page, { baseUrl }) {
  await page.waitForURL(`${baseUrl}/room`, { timeout: PATIENCE_MS });
}

/** Whatever the page at the door says from now on, as the list that it gives. */
async function listen(page) {
  const told = [];
  await page.exposeFunction("tell", (words, clock) => void told.push({ words, clock }));
  await page.addInitScript(() =>
    addEventListener("DOMContentLoaded", () => {
      const place = document.querySelector("[data-left]");
      if (!place) return;
      const tell = () => window.tell(place.textContent, place.nextElementSibling.textContent);
      new MutationObserver(tell).observe(place.parentElement, { childList: true, characterData: true, subtree: true });
    }),
  );
  return told;
}
