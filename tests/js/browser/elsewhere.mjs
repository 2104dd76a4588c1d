// The sign-up page where it is not alone: in a frame of another site, and with a script that knows where its reader is.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { builtIn, freshMeeting, mine, stranger } from "../lifecycle/fresh.mjs";

/** A page of another site that shows an address in a frame. The demo is at 127.0.0.1, so `localhost` is another site to it. */
async function site(address) {
  const server = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end(`<!DOCTYPE html><title>Another site</title><iframe src="${address()}" title="Register" width="600" height="900"></iframe>`);
  });
  await new Promise((ready) => server.listen(0, "localhost", ready));
  return { origin: `http://localhost:${server.address().port}`, close: () => server.close() };
}

/** Frames: which sites may show the page, and that it works there without a cookie. */
export async function frames({ organizer, check }, browser) {
  let address = "";
  const other = await site(() => address);
  const register = async (embeddingOrigins) => {
    const registration = await organizer.api(mine(await freshMeeting({ organizer }))).post(builtIn("everyone", { embeddingOrigins }));
    return registration.registrationPageWebUrl;
  };
  const visit = async (url, act) => {
    address = url;
    const context = await browser.newContext({ locale: "en" });
    const page = await context.newPage();
    await page.goto(other.origin, { waitUntil: "networkidle" });
    await act(page.frameLocator("iframe"), page);
    assert.deepEqual(await context.cookies(), [], "no cookie was set");
    await context.close();
  };
  try {
    await check("a site that the organizer listed shows the page in a frame, and people register there", async () => {
      await visit(await register([other.origin]), async (frame) => {
        await frame.locator("footer a[lang=de]").click();
        await frame.locator("html[lang=de]").waitFor();
        const { givenName, surname, mail } = stranger();
        await frame.locator("input[name=firstName]").fill(givenName);
        await frame.locator("input[name=lastName]").fill(surname);
        await frame.locator("input[name=email]").fill(mail);
        await frame.locator("input[type=checkbox]").check();
        await frame.locator("main form[method=post] button").click();
        await frame.locator("h1", { hasText: "Postfach" }).waitFor();
      });
    });
    await check("a site that the organizer did not list shows nothing", async () => {
      for (const origins of [[], ["https://www.riverbend.example"]]) {
        await visit(await register(origins), async (frame, page) => {
          assert.equal(await frame.locator("form").count(), 0);
          assert.ok(page.frames()[1].url().startsWith("chrome-error:"), page.frames()[1].url());
        });
      }
    });
  } finally {
    other.close();
  }
}

/** With JavaScript the reader's own time stands there without a click, and nothing is asked of anybody. */
export async function ownTime({ demo, check }, browser) {
  const look = async (timezoneId, locale = "en") => {
    const context = await browser.newContext({ locale, timezoneId });
    const page = await context.newPage();
    const faults = [];
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(demo.registrationPageWebUrl, { waitUntil: "networkidle" });
    const own = page.locator(".own").first();
    const said = (await own.isVisible()) ? await own.innerText() : "";
    assert.equal(await page.locator("[name=preferredTimezone]").inputValue(), timezoneId, "the form tells it");
    await context.close();
    assert.deepEqual(faults, []);
    return said;
  };
  await check("with JavaScript the page tells the time where its reader is", async () => {
    // The end has a date of its own where the meeting goes on past midnight there, and then English says `at` behind both.
    const day = String.raw`\S+ \d+ \S+ \d{4}(?:,| at) `;
    const span = new RegExp(String.raw`Your time in Tokyo \(UTC\+9\): ${day}\d\d:\d\d\s?–\s?(${day})?\d\d:\d\d`);
    assert.match(await look("Asia/Tokyo"), span);
    assert.match(await look("America/New_York", "ar"), /نيويورك/);
    assert.equal(await look("Europe/Berlin"), "", "it is the organizer's own");
    assert.equal(await look("Europe/Paris"), "", "it is the same time");
    assert.equal(await look("Africa/Abidjan"), "", "and so it is where UTC is");
  });
}
