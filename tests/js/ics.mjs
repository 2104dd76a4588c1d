// Reads one calendar object from standard input, checks it strictly, and prints its event as one line of JSON.
// The checks and their count go to standard error.
//
//   node ics.mjs < invitation.ics
import assert from "node:assert/strict";
import iamcal from "iamcal";
import { Checks } from "./lib/checks.mjs";

/** In octets, without the line break (RFC 5545, section 3.1). */
const LONGEST_LINE = 75;

/** Letters to one person about one event: each of these stands there once. */
const ONCE = ["UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER"];
/** Values of these are TEXT, where `\`, `;` and `,` are never bare (RFC 5545, section 3.3.11). */
const TEXT = /^(?:UID|SUMMARY|DESCRIPTION|LOCATION|COMMENT)(?:;[^:]*)?:((?:[^\\;,]|\\[\\;,nN])*)$/;
const AT_MOST_ONCE = ["SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "CLASS", "TRANSP", "CREATED", "LAST-MODIFIED"];

const checks = new Checks(console.error);
const check = checks.check.bind(checks);

const bytes = await readAll(process.stdin);
const lines = split(bytes);

const text = await check("it is UTF-8 without a byte order mark", () => {
  const decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  assert.ok(!decoded.startsWith("\ufeff"));
  return decoded;
});
await check("every line ends in CRLF, and nothing else breaks a line", () => {
  assert.equal(bytes.subarray(-2).toString("latin1"), "\r\n", "the last line ends too");
  lines.forEach((line, at) => assert.ok(!line.includes(0x0d) && !line.includes(0x0a), `line ${at + 1}`));
});
await check(`no line has more than ${LONGEST_LINE} octets`, () =>
  lines.forEach((line, at) => assert.ok(line.length <= LONGEST_LINE, `line ${at + 1} has ${line.length}`)));
await check("no character is broken by a fold", () => {
  const strict = new TextDecoder("utf-8", { fatal: true });
  lines.forEach((line, at) => assert.doesNotThrow(() => strict.decode(line), `line ${at + 1}`));
});
await check("there are no empty lines and no control characters", () => {
  lines.forEach((line, at) => {
    assert.ok(line.length > 0, `line ${at + 1} is empty`);
    assert.ok(!line.some((octet) => (octet < 0x20 && octet !== 0x09) || octet === 0x7f), `line ${at + 1}`);
  });
});

await check("texts are escaped", () => {
  const unfolded = (text ?? "").replace(/\r\n[ \t]/g, "").split("\r\n");
  for (const line of unfolded.filter((line) => /^(UID|SUMMARY|DESCRIPTION|LOCATION|COMMENT)[;:]/.test(line))) assert.match(line, TEXT);
});

const calendar = await check("an independent parser reads it", () => iamcal.deserializeComponentString(text));
if (calendar) {
  const [method, event] = await checkCalendar(calendar);
  if (event) {
    await checkEvent(method, event);
    console.log(JSON.stringify(summary(method, event)));
  }
}
checks.finish();

async function checkCalendar(calendar) {
  await check("it is one VCALENDAR of version 2.0 that names its maker", () => {
    assert.equal(calendar.name, "VCALENDAR");
    assert.equal(only(calendar, "VERSION").value, "2.0");
    assert.ok(only(calendar, "PRODID").value.length > 0);
  });
  const method = await check("METHOD is REQUEST, CANCEL or PUBLISH", () => {
    const { value } = only(calendar, "METHOD");
    assert.ok(["REQUEST", "CANCEL", "PUBLISH"].includes(value), value);
    return value;
  });
  const event = await check("there is exactly one VEVENT, and nothing but time zones beside it", () => {
    const events = calendar.components.filter(({ name }) => name === "VEVENT");
    assert.equal(events.length, 1);
    assert.ok(calendar.components.every(({ name }) => ["VEVENT", "VTIMEZONE"].includes(name)));
    assert.equal(events[0].components.length, 0, "nothing inside the event");
    return events[0];
  });
  return [method, event];
}

async function checkEvent(method, event) {
  for (const name of ONCE) await check(`${name} stands there once`, () => void only(event, name));
  await check("ATTENDEE stands there once, and in what is published never (RFC 5546, section 3.2.1)", () => {
    if (method === "PUBLISH") assert.equal(all(event, "ATTENDEE").length, 0);
    else only(event, "ATTENDEE");
  });
  await check("nothing stands there twice", () => {
    for (const name of AT_MOST_ONCE) assert.ok(all(event, name).length <= 1, name);
  });
  await check("every property is one that RFC 5545 knows, with a value of its type", () => {
    for (const property of event.properties) {
      assert.ok(/^X-/.test(property.name) || iamcal.isKnownPropertyName(property.name), `unknown property ${property.name}`);
      iamcal.validateProperty(property);
    }
  });
  await check("DTSTAMP is in UTC, and DTSTART and DTEND are instants in order", () => {
    assert.match(only(event, "DTSTAMP").value, /^\d{8}T\d{6}Z$/);
    const [start, end] = ["DTSTART", "DTEND"].map((name) => only(event, name));
    for (const time of [start, end]) {
      assert.ok(/^\d{8}T\d{6}Z$/.test(time.value) || parameter(time, "TZID"), `${time.name}:${time.value} names no zone`);
    }
    assert.ok(end.value > start.value, `${start.value} … ${end.value}`);
  });
  await check("SEQUENCE is a whole number", () => assert.match(only(event, "SEQUENCE").value, /^\d+$/));
  await check("ORGANIZER and ATTENDEE are mail addresses", () => {
    for (const { name, value } of [...all(event, "ORGANIZER"), ...all(event, "ATTENDEE")]) {
      assert.match(value, /^mailto:[^@\s]+@[^@\s]+$/i, name);
    }
  });
  await check("STATUS says the same as METHOD", () => {
    const [status] = all(event, "STATUS");
    if (method === "CANCEL") assert.equal(status?.value, "CANCELLED");
    else assert.notEqual(status?.value, "CANCELLED");
  });
}

/** What a Rust test looks at. Times in UTC are written as RFC 3339, others as they stand, with their zone. */
function summary(method, event) {
  const value = (name) => all(event, name)[0]?.value ?? null;
  return {
    method,
    uid: value("UID"),
    sequence: Number(value("SEQUENCE")),
    dtstamp: instant(event, "DTSTAMP"),
    dtstart: instant(event, "DTSTART"),
    dtend: instant(event, "DTEND"),
    tzid: all(event, "DTSTART")[0] ? parameter(all(event, "DTSTART")[0], "TZID") : null,
    summary: value("SUMMARY"),
    description: value("DESCRIPTION"),
    location: value("LOCATION"),
    url: value("URL"),
    status: value("STATUS"),
    class: value("CLASS"),
    transp: value("TRANSP"),
    organizer: person(event, "ORGANIZER"),
    attendee: person(event, "ATTENDEE"),
    properties: event.properties.map(({ name }) => name),
  };
}

function person(event, name) {
  const [property] = all(event, name);
  if (!property) return null;
  return {
    mail: property.value.replace(/^mailto:/i, ""),
    cn: parameter(property, "CN"),
    role: parameter(property, "ROLE"),
    partstat: parameter(property, "PARTSTAT"),
    rsvp: parameter(property, "RSVP"),
  };
}

function instant(event, name) {
  const value = all(event, name)[0]?.value;
  return value?.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/, "$1-$2-$3T$4:$5:$6") ?? null;
}

/** A parameter's value, in which `^'`, `^n` and `^^` stand for a quote, a line break and a caret (RFC 6868). */
function parameter(property, name) {
  const value = property.getFirstParameter(name);
  return value?.replace(/\^([\^n'])/g, (_, sign) => ({ "^": "^", n: "\n", "'": '"' })[sign]) ?? null;
}

function all(component, name) {
  return component.properties.filter((property) => property.name === name);
}

function only(component, name) {
  const found = all(component, name);
  assert.equal(found.length, 1, `${name} stands there ${found.length} times`);
  return found[0];
}

function split(bytes) {
  const lines = [];
  let start = 0;
  for (let at = bytes.indexOf("\r\n"); at >= 0; at = bytes.indexOf("\r\n", start)) {
    lines.push(bytes.subarray(start, at));
    start = at + 2;
  }
  if (start < bytes.length) lines.push(bytes.subarray(start));
  return lines;
}

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
