// One line per check, and a last line that counts them.

/** A run of checks. A check that throws has failed; the run goes on, so that one fault is not taken for many. */
export class Checks {
  passed = 0;
  failed = 0;

  /** `write` gets each line; scripts whose standard output is data pass `console.error`. */
  constructor(write = console.log) {
    this.write = write;
  }

  /** Runs one check; gives what it returned, or `undefined` after a failure. */
  async check(name, act) {
    try {
      const value = await act();
      this.passed += 1;
      this.write(`ok      ${name}`);
      return value;
    } catch (error) {
      this.failed += 1;
      this.write(`FAILED  ${name}: ${describe(error)}`);
      return undefined;
    }
  }

  /** Prints the totals and sets the exit code. */
  finish() {
    this.write(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed > 0 || this.passed === 0 ? 1 : 0;
  }
}

/** One line about an error; of a Graph error, all that it says. */
function describe(error) {
  const status = error?.statusCode > 0 ? `HTTP ${error.statusCode} ${error.code} ` : "";
  const body = status && error.body ? ` ${error.body}` : "";
  const at = status ? "" : ` (${place(error)})`;
  return `${status}${error?.message ?? error}${body}${at}`.replace(/\s*\n\s*/g, " ⏎ ").slice(0, 1200);
}

/** Where in our own files an error arose. */
function place(error) {
  const line = String(error?.stack).split("\n").find((frame) => /tests\/js\/(?!node_modules|lib\/checks)/.test(frame));
  return line?.match(/([\w.-]+\.mjs:\d+)/)?.[1] ?? "no place known";
}
