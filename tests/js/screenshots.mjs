// The pictures of the README.
//
//   node screenshots.mjs DEMO_JSON FOLDER
import { join } from "node:path";
import { launch } from "./lib/browser.mjs";
import { readDemo } from "./lib/demo.mjs";
import { awaitLetter } from "./lib/mailbox.mjs";

const demo = readDemo();
const folder = process.argv[3];
const person = { givenName: "Odile", surname: "Marchetti", mail: "odile@pinewater.example" };
const browser = await launch();

try {
  const phone = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1.5 };
  const desktop = { viewport: { width: 960, height: 760 } };
  await shoot("sign-up", desktop, (page) => page.goto(demo.registrationPageWebUrl));
  await shoot("sign-up-phone", { ...phone, colorScheme: "dark" }, async (page) => {
    await page.goto(demo.registrationPageWebUrl);
    await page.locator("#form").evaluate((heading) => heading.closest("section").scrollIntoView());
  });
  const letter = await enrol();
  await shoot("manage-phone", phone, (page) => page.goto(letter.manageUrls[0]));
  await shoot("letter", { viewport: { width: 640, height: 620 } }, async (page) => {
    await page.goto(letter.url);
    await page.setContent(await page.locator("iframe").getAttribute("srcdoc"));
  });
} finally {
  await browser.close();
}

async function shoot(name, options, go) {
  const context = await browser.newContext({ locale: "en", ...options });
  const page = await context.newPage();
  await go(page);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}

/** Registers somebody on the page, and finds their letter. */
async function enrol() {
  const page = await browser.newPage({ locale: "en" });
  await page.goto(demo.registrationPageWebUrl);
  await page.locator("input[autocomplete=given-name]").fill(person.givenName);
  await page.locator("input[autocomplete=family-name]").fill(person.surname);
  await page.locator("input[autocomplete=email]").fill(person.mail);
  await page.locator("input[type=radio]").first().check();
  await page.locator("input[type=text]").last().fill("Upper Loire");
  await page.locator("input[type=checkbox]").check();
  await page.locator("main form[method=post] button").click();
  const letter = await awaitLetter(demo, person.mail, (one) => one.manageUrls.length > 0);
  await page.goto(demo.mailboxUrl);
  await page.locator("li", { hasText: person.mail }).first().locator("a").click();
  await page.locator("iframe").waitFor();
  const found = { ...letter, url: page.url() };
  await page.close();
  return found;
}
