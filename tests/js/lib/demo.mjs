// What `usher demo --json` printed, and what is worked out from it.
import { readFileSync } from "node:fs";

const NEEDED = ["baseUrl", "tenantId", "organizer", "colleague", "app", "meetingId", "registrationPageWebUrl", "mailboxUrl"];

/** The demo named on the command line: the JSON object itself, or a file that holds it. */
export function readDemo() {
  const argument = process.argv[2];
  if (!argument) {
    console.error("usage: node FILE DEMO_JSON — the JSON object that `usher demo --json` prints, or a file that holds it");
    process.exit(1);
  }
  const text = argument.trimStart().startsWith("{") ? argument : readFileSync(argument, "utf8");
  const demo = JSON.parse(text);
  const missing = NEEDED.filter((name) => demo[name] === undefined);
  if (missing.length > 0) {
    console.error(`the demo's JSON lacks ${missing.join(", ")}`);
    process.exit(1);
  }
  demo.baseUrl = demo.baseUrl.replace(/\/+$/, "");
  return demo;
}

/** A year that is not over, so that nothing here goes stale. */
export const YEAR = new Date().getUTCFullYear() + 1;

/** The start of every context, behind the root. */
export function contextOf(demo, meetingId, tail) {
  return `${demo.baseUrl}/beta/$metadata#users('${demo.organizer.id}')/onlineMeetings('${meetingId}')/${tail}`;
}

let serial = 0;

/** A word that no other run and no other check uses. */
export function unique(prefix) {
  serial += 1;
  return `${prefix}-${Date.now().toString(36)}-${process.pid.toString(36)}-${serial}`;
}
