// What a first visit to the sign-up page costs, as a table for docs/performance.md.
//
//   node measure.mjs DEMO_JSON
import { transferred } from "./browser/transfer.mjs";
import { launch } from "./lib/browser.mjs";
import { readDemo } from "./lib/demo.mjs";

/** Lighthouse's "slow 4G", with its processor four times slower: what it takes a middling phone for. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 };
const SLOWER = 4;

const VISITS = [
  ["phone, 360 × 740, slow 4G and a processor four times slower", { width: 360, height: 740 }, true],
  ["desktop, 1280 × 800, loopback", { width: 1280, height: 800 }, false],
];

const demo = readDemo();
const browser = await launch();
try {
  console.log("| first visit to the sign-up page | bytes on the line | largest paint (LCP) | shift (CLS) |");
  console.log("|---|---:|---:|---:|");
  for (const [name, viewport, isSlow] of VISITS) {
    const { bytes, paint, shift } = await visit(viewport, isSlow);
    console.log(`| ${name} | ${bytes} | ${Math.round(paint)} ms | ${shift.toFixed(3)} |`);
  }
} finally {
  await browser.close();
}

async function visit(viewport, isSlow) {
  const context = await browser.newContext({ locale: "en", viewport });
  const page = await context.newPage();
  if (isSlow) {
    const client = await context.newCDPSession(page);
    await client.send("Network.enable");
    await client.send("Network.emulateNetworkConditions", SLOW_4G);
    await client.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  }
  const bytes = await transferred(page, demo.registrationPageWebUrl);
  const { paint, shift } = await page.evaluate(observe);
  await context.close();
  return { bytes, paint, shift };
}

/** What the browser kept of the page's making. In the page. */
function observe() {
  const entries = (type) =>
    new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type, buffered: true }));
  const nothing = new Promise((resolve) => setTimeout(() => resolve([]), 500));
  const shifts = Promise.race([entries("layout-shift"), nothing]);
  return Promise.all([entries("largest-contentful-paint"), shifts]).then(([paints, moved]) => ({
    paint: paints.at(-1).startTime,
    shift: moved.reduce((sum, { value }) => sum + value, 0),
  }));
}
