// The tools tried on themselves, without a server: `node --test selftest.mjs`, or `node selftest.mjs`.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import tls from "node:tls";
import { fileURLToPath } from "node:url";

const script = (name) => fileURLToPath(new URL(name, import.meta.url));

const INVITATION = [
  "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Usher//Meeting registration//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
  "UID:place-1@usher.example", "DTSTAMP:20270101T000000Z", "SEQUENCE:0", "DTSTART:20270309T110000Z", "DTEND:20270309T143000Z",
  "SUMMARY:Rivers\\, streams\\; and \\\\ more\\nATTENDEE:mailto:x@y.example",
  'ORGANIZER;CN="Calloway, Ines; the \u{1f6f6}":mailto:ines@riverbend.example',
  `ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE;CN=Zo\u00eb ^'Z^' ${"\u{1f469}\u200d\u{1f680}".repeat(9)}:mailto:zoe@pinewater.example`,
  "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR",
];

test("a good invitation is read", () => {
  const { status, stdout, stderr } = read(INVITATION.map(fold).join(""));
  assert.equal(status, 0, stderr);
  const event = JSON.parse(stdout);
  assert.equal(event.summary, "Rivers, streams; and \\ more\nATTENDEE:mailto:x@y.example");
  assert.equal(event.organizer.cn, "Calloway, Ines; the \u{1f6f6}");
  assert.ok(event.attendee.cn.startsWith('Zo\u00eb "Z" \u{1f469}'));
  assert.equal(event.attendee.mail, "zoe@pinewater.example");
  assert.equal(event.dtstart, "2027-03-09T11:00:00Z");
});

for (const [name, spoil] of [
  ["bare line feeds", (text) => text.replaceAll("\r\n", "\n")],
  ["one bare line feed", (text) => text.replace("\r\nUID", "\nUID")],
  ["a line too long", (text) => text.replaceAll("\r\n ", "")],
  ["a character broken by a fold", (text) => Buffer.from(text.replace("\u00eb", "@@"), "utf8").toString("latin1").replace("@@", "\u00c3\r\n \u00ab"), "latin1"],
  ["a second event", (text) => text.replace("END:VCALENDAR", "BEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT\r\nEND:VCALENDAR")],
  ["an attendee smuggled in", (text) => text.replace("STATUS", "ATTENDEE:mailto:x@y.example\r\nSTATUS")],
  ["no METHOD", (text) => text.replace("METHOD:REQUEST\r\n", "")],
  ["no SEQUENCE", (text) => text.replace("SEQUENCE:0\r\n", "")],
  ["a quote that is not closed", (text) => text.replace('\u{1f6f6}"', "\u{1f6f6}")],
  ["a text not escaped", (text) => text.replace("Rivers\\,", "Rivers,")],
  ["an end before the start", (text) => text.replace("DTEND:20270309", "DTEND:20260309")],
  ["a date that is none", (text) => text.replace("DTEND:20270309T143000Z", "DTEND:tomorrow")],
  ["a property nobody knows", (text) => text.replace("STATUS", "FOO:BAR\r\nSTATUS")],
  ["a cancellation that is confirmed", (text) => text.replace("METHOD:REQUEST", "METHOD:CANCEL")],
  ["no end", (text) => text.replace("END:VCALENDAR\r\n", "")],
  ["a control character", (text) => text.replace("Rivers", "Riv\u0007ers")],
  ["nothing at all", () => ""],
]) {
  test(`an invitation with ${name} is refused`, () => {
    const spoilt = spoil(INVITATION.map(fold).join(""));
    const { status, stderr } = read(Buffer.from(spoilt, name.startsWith("a character") ? "latin1" : "utf8"));
    assert.equal(status, 1, stderr);
    assert.match(stderr, /FAILED/);
    assert.doesNotMatch(stderr, /node:internal/, "it does not crash");
  });
}

for (const security of ["none", "starttls", "tls"]) {
  test(`a message is taken with security ${security}`, async () => {
    const server = await start({ security, username: "usher", password: "p\u00e4ss", refuseRecipient: "gone@x.example", tempFailFirst: 1 });
    const talk = await connect(server, security);
    if (security === "starttls") {
      assert.match(await talk.say("EHLO test"), /STARTTLS/);
      assert.match(await talk.say("MAIL FROM:<a@x.example>"), /^530/);
      assert.match(await talk.say("STARTTLS"), /^220/);
      await talk.secure();
    }
    assert.match(await talk.say("EHLO test"), /AUTH/);
    assert.match(await talk.say("MAIL FROM:<a@x.example>"), /^530/);
    assert.match(await talk.say(`AUTH PLAIN ${Buffer.from("\0usher\0wrong").toString("base64")}`), /^535/);
    assert.match(await talk.say(`AUTH PLAIN ${Buffer.from("\0usher\0p\u00e4ss").toString("base64")}`), /^235/);
    for (const expected of [/^451/, /^250/]) {
      assert.match(await talk.say("MAIL FROM:<a@x.example>"), /^250/);
      assert.match(await talk.say("RCPT TO:<gone@x.example>"), /^550/);
      assert.match(await talk.say("RCPT TO:<b@x.example>"), /^250/);
      assert.match(await talk.say("DATA"), /^354/);
      assert.match(await talk.say("Subject: x\r\n\r\n..dot\r\n."), expected);
    }
    const message = JSON.parse(await server.line());
    assert.deepEqual({ ...message, raw: Buffer.from(message.raw, "base64").toString() }, {
      from: "a@x.example", to: ["b@x.example"], raw: "Subject: x\r\n\r\n.dot\r\n", tls: security !== "none", user: "usher",
    });
    talk.end();
    assert.equal(await server.stop(), 0);
  });
}

function read(input) {
  return spawnSync(process.execPath, [script("ics.mjs")], { input, encoding: "utf8" });
}

function fold(line) {
  let folded = "";
  let length = 0;
  for (const letter of line) {
    const octets = Buffer.byteLength(letter);
    if (length + octets > 75) {
      folded += "\r\n ";
      length = 1;
    }
    folded += letter;
    length += octets;
  }
  return `${folded}\r\n`;
}

async function start(options) {
  const child = spawn(process.execPath, [script("smtp.mjs"), JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => (await lines.next()).value;
  const stop = () => new Promise((resolve) => {
    child.once("exit", resolve);
    child.stdin.end();
  });
  return { ...JSON.parse(await line()), line, stop };
}

async function connect({ port, caFile }, security) {
  const trust = caFile && { ca: readFileSync(caFile), servername: "localhost" };
  let socket = security === "tls" ? tls.connect({ host: "127.0.0.1", port, ...trust }) : net.connect(port, "127.0.0.1");
  let next = replies(socket);
  assert.match(await next(), /^220/);
  return {
    say(line) {
      socket.write(`${line}\r\n`);
      return next();
    },
    async secure() {
      socket.removeAllListeners("data");
      socket = tls.connect({ socket, ...trust });
      next = replies(socket);
      await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    },
    end: () => socket.destroy(),
  };
}

/** Gives one whole reply per call, however many lines it has. */
function replies(socket) {
  let text = "";
  let wake = () => {};
  socket.on("data", (chunk) => {
    text += chunk.toString("utf8");
    wake();
  });
  return async () => {
    for (;;) {
      const [reply] = text.match(/^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/) ?? [];
      if (reply) {
        text = text.slice(reply.length);
        return reply;
      }
      await new Promise((resolve) => (wake = resolve));
    }
  };
}
