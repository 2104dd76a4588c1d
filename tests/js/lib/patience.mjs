// Waiting for what comes by itself: asked again and again, and not for ever.
import assert from "node:assert/strict";

export const PATIENCE_MS = 30_000;
const PAUSE_MS = 250;

/** Asks until `accept` takes the answer, and gives that; `describe` says of the last answer why it was none. */
export async function awaited(ask, accept, describe) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (accept(answer)) return answer;
    assert.ok(Date.now() < until, `${describe(answer)} after ${PATIENCE_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
