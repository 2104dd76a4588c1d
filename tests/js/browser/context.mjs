// Pages that reach nothing but the servers under test.

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 800 };

/**
 * Gives `inContext(language, javaScriptEnabled, act)`: it runs `act(page, heard)` on a page in a browser of its own. `heard`
 * fills with what was asked of other servers than those of `urls`, and with what the page complained of.
 */
export function contexts(browser, urls) {
  const own = urls.map((url) => new URL(url).origin);
  return async (language, javaScriptEnabled, act) => {
    const context = await browser.newContext({ javaScriptEnabled, locale: language, viewport: PHONE });
    const heard = [];
    await context.route("**/*", (route) => {
      const url = route.request().url();
      if (own.includes(new URL(url).origin)) return route.continue();
      heard.push(`asked elsewhere: ${url}`);
      return route.abort();
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("console", (message) => isFault(message) && heard.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
    try {
      return await act(page, heard);
    } finally {
      await context.close();
    }
  };
}

/** Chromium also reports pages that say no by their status, as they should. */
function isFault(message) {
  return ["error", "warning"].includes(message.type()) && !message.text().startsWith("Failed to load resource: the server responded");
}
