// The forms of ids, times and links. They are opaque to clients, but tools have met these.
import assert from "node:assert/strict";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** UTC, at most seven digits of a second, the last of them not a zero. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z$/;

export function isGuid(text) {
  assert.match(text, GUID);
}

export function isInstant(text) {
  assert.match(String(text), INSTANT);
}

/** `parts` GUIDs in unpadded base64url, joined by commas; the first is the tenant. */
export function isGuidList(text, parts, tenantId) {
  assert.match(text, new RegExp(`^[A-Za-z0-9_-]{22}(,[A-Za-z0-9_-]{22}){${parts - 1}}$`));
  assert.equal(dotnetGuid(text.split(",")[0]), tenantId, "the first part is the tenant");
}

/** Registration ids have 137 characters. */
export function isRegistrationId(text, tenantId) {
  isGuidList(text, 6, tenantId);
  assert.equal(text.length, 137);
}

export function isRegistrantId(text, tenantId) {
  isGuidList(text, 7, tenantId);
}

/** Base64 of the organizer and a thread. */
export function isMeetingId(text, organizerId) {
  assert.match(text, /^MS[op]/);
  const plain = Buffer.from(text, "base64").toString("utf8");
  const [, oid, thread] = plain.match(/^1\*([0-9a-f-]{36})\*0\*\*19:meeting_([A-Za-z0-9+/=]{48})@thread\.v2$/) ?? [];
  assert.equal(oid, organizerId, plain);
  isGuid(Buffer.from(thread, "base64").toString("utf8"));
}

export function isQuestionId(text) {
  assert.match(text, /^MS[MN][A-Za-z0-9+/]+={0,2}$/);
  assert.match(Buffer.from(text, "base64").toString("utf8"), /^1#[0-9a-f-]{36}#/);
}

/** A join link's thread and context; `prid` and `isPublic` are there in personal links only. */
export function readJoinLink(link) {
  const { pathname, searchParams } = new URL(link);
  const [, thread] = pathname.match(/^\/l\/meetup-join\/(19%3ameeting_[^/]+%40thread\.v2)\/0$/) ?? [];
  assert.ok(thread, `a join link in Graph's form: ${link}`);
  const raw = link.match(/[?&]context=([^&]+)/)[1];
  assert.doesNotMatch(thread + raw, /%(?:[A-F][0-9A-Fa-f]|[0-9][A-F])/, "escapes in lower case");
  const text = searchParams.get("context");
  const context = JSON.parse(text);
  assert.equal(JSON.stringify(context), text, "no blanks in the context");
  return { thread: decodeURIComponent(thread), context };
}

/** A personal join link: whose, of whom, and in which order. */
export function isPersonalLink(link, { tenantId, organizerId, registrantId, isPublic }) {
  const { context } = readJoinLink(link);
  assert.deepEqual(Object.keys(context), ["Tid", "Oid", "prid", "isPublic"]);
  assert.deepEqual(context, { Tid: tenantId, Oid: organizerId, prid: registrantId, isPublic });
}

/** The first three fields of .NET's GUIDs are little-endian. */
function dotnetGuid(base64url) {
  const bytes = Buffer.from(base64url, "base64url");
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = order.map((at) => bytes[at].toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
