// The demo's mailbox, read as a person reads it: a page that lists letters, and a page for each.
import assert from "node:assert/strict";
import { awaited } from "./patience.mjs";

/**
 * Waits for a letter to `address` that `accept` takes, and gives its text and links.
 * `accept` gets `{ text, joinUrls, manageUrls }`.
 */
export async function awaitLetter(demo, address, accept) {
  const letters = await awaited(
    () => lettersTo(demo, address),
    (found) => found.some(accept),
    (found) => `no such letter to ${address}, ${found.length} others to that address,`,
  );
  return letters.find(accept);
}

/** Every letter to an address, newest first. */
export async function lettersTo(demo, address) {
  const list = await page(demo.mailboxUrl);
  const items = list.split(/<li[\s>]/).slice(1).filter((item) => plain(item).includes(address));
  const letters = [];
  for (const item of items) {
    const href = item.match(/href="([^"]+)"/)?.[1];
    assert.ok(href, "a letter in the list has a link");
    letters.push(letter(await page(new URL(plain(href), demo.mailboxUrl).href)));
  }
  return letters;
}

function letter(html) {
  // The HTML part stands in a frame's attribute, where it is not the page's own.
  const own = html.replace(/<iframe[\s\S]*?<\/iframe>/g, "");
  const text = plain(own.replace(/<[^>]*>/g, " "));
  const hrefs = [...own.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => plain(href));
  const urls = (kind) => [...new Set(hrefs.filter((href) => new RegExp(`^https?://[^/]+/${kind}/[A-Za-z0-9_-]+$`).test(href)))];
  return { html, text, joinUrls: urls("j"), manageUrls: urls("m") };
}

/** A page that must be there. */
export async function page(url, init = {}) {
  const answer = await fetch(url, { ...init, headers: { Accept: "text/html", ...init.headers } });
  assert.equal(answer.status, 200, `${init.method ?? "GET"} ${url}`);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/html/);
  return answer.text();
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** HTML's entities resolved. */
export function plain(html) {
  return html.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name) => {
    if (name[0] !== "#") return ENTITIES[name] ?? whole;
    return String.fromCodePoint(/^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10));
  });
}
