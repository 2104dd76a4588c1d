// A page by keyboard alone.

/**
 * Goes once around the page with Tab. Gives the faults: what cannot be reached, what is reached out of order, and
 * whose focus cannot be seen.
 */
export async function walk(page) {
  const expected = await page.evaluate(number);
  const stops = [];
  for (let presses = 0; presses < 3 * expected + 20; presses += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(here);
    // Between the last and the first is the browser itself; inside a frame there may be several stops.
    if (stop === null || stop.at === stops.at(-1)?.at) continue;
    if (stop.at === stops[0]?.at) break;
    stops.push(stop);
  }
  const faults = stops.flatMap((stop) => stop.faults);
  const reached = new Set(stops.map(({ at }) => at));
  for (let at = 0; at < expected; at += 1) {
    if (!reached.has(at)) faults.push(`not reached: ${await page.evaluate((n) => document.querySelector(`[data-stop="${n}"]`).outerHTML.slice(0, 80), at)}`);
  }
  // A page may begin in its middle, at what was wrong; from there it goes round.
  const first = Math.max(0, stops.findIndex(({ at }) => at === 0));
  const around = [...stops.slice(first), ...stops.slice(0, first)];
  around.forEach((stop, n) => {
    if (n > 0 && stop.at < around[n - 1].at) faults.push(`out of order: ${stop.what}`);
    if (n > 0 && stop.bottom < around[n - 1].top) faults.push(`above the one before: ${stop.what}`);
  });
  return faults;
}

/** Numbers everything that a keyboard has to reach, in the document's order; gives how many. In the page. */
function number() {
  const all = document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden]), iframe, pre[tabindex]");
  const groups = new Set();
  const stops = [...all].filter((element) => {
    if (!element.checkVisibility()) return false;
    // A group of radio buttons is one stop: at the one that is chosen, or at the first.
    if (element.type !== "radio") return true;
    const chosen = element.form.querySelector(`input[name="${element.name}"]:checked`);
    const isStop = chosen ? chosen === element : !groups.has(element.name);
    groups.add(element.name);
    return isStop;
  });
  stops.forEach((element, at) => (element.dataset.stop = at));
  return stops.length;
}

/** Where the focus is. In the page. */
function here() {
  const element = document.activeElement;
  if (!element?.dataset.stop) return null;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const what = element.outerHTML.slice(0, 80);
  const faults = [];
  const isSeen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && !/, 0\)$/.test(outlineColor);
  // Inside a frame it is the browser that shows the focus.
  if (element.tagName !== "IFRAME") {
    if (!isSeen) faults.push(`its focus cannot be seen: ${what}`);
    if (box.bottom <= 0 || box.top >= innerHeight) faults.push(`its focus is off the screen: ${what}`);
  }
  return { at: Number(element.dataset.stop), what, faults, top: box.top + scrollY, bottom: box.bottom + scrollY };
}
