// Versions, retries and preferences, which the client leaves to headers.
import assert from "node:assert/strict";
import { unique } from "../lib/demo.mjs";
import { answered, refused } from "../lib/graph.mjs";
import { END, freshRegistration, mine, START } from "./fresh.mjs";

export async function conditions(run) {
  const { check, organizer } = run;
  const { meeting } = await freshRegistration(run, "everyone");
  const here = () => organizer.api(mine(meeting));

  await check("a change asks for the version that was read", async () => {
    const { "@odata.etag": tag } = await here().get();
    assert.equal(organizer.last.headers.get("etag"), tag);
    await answered(organizer, 200, () => here().header("If-Match", tag).patch({ subject: "First" }));
    await refused(() => here().header("If-Match", tag).patch({ subject: "Late" }), 412, {
      inner: "preconditionFailed",
      code: "PreconditionFailed",
    });
    assert.equal((await here().get()).subject, "First");
  });

  await check("a request that is sent again under its key is done once", async () => {
    const body = { subject: "Once", startDateTime: START, endDateTime: END };
    const key = unique("key");
    const post = (sent) => organizer.api("/me/onlineMeetings").header("Idempotency-Key", key).post(sent);
    const first = await answered(organizer, 201, () => post(body));
    assert.deepEqual(await answered(organizer, 201, () => post(body)), first);
    await refused(() => post({ ...body, subject: "Other" }), 422, {
      inner: "idempotencyKeyReused",
      code: "UnprocessableEntity",
    });
  });

  await check("an answer that is not wanted is not sent", async () => {
    await answered(organizer, 204, () => here().header("Prefer", "return=minimal").patch({ subject: "Quietly" }));
    assert.equal(organizer.last.headers.get("preference-applied"), "return=minimal");
    assert.equal((await here().get()).subject, "Quietly");
  });

  await check("what is left of the budget is told", async () => {
    await here().get();
    assert.match(organizer.last.headers.get("ratelimit") ?? "", /;r=\d+/);
  });
}
