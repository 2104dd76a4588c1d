// Custom questions, on both spellings of their path.
import assert from "node:assert/strict";
import { contextOf } from "../lib/demo.mjs";
import { answered, refused } from "../lib/graph.mjs";
import { isQuestionId } from "../lib/shapes.mjs";
import { CHOICE, freshExternal, freshRegistration, mine, WORDS } from "./fresh.mjs";

export async function questions(run) {
  const { demo, check, organizer } = run;
  const { meeting } = await freshRegistration(run, "everyone", [CHOICE]);
  const short = `${mine(meeting)}/customQuestions`;
  const long = `${mine(meeting)}/microsoft.graph.meetingRegistration/customQuestions`;
  const context = (tail) => contextOf(demo, meeting.id, `registration/${tail}`);
  const one = context("customQuestions/$entity");

  for (const [name, path, other] of [["short", short, long], ["long", long, short]]) {
    await check(`questions live on the ${name} path`, async () => {
      const before = await answered(organizer, 200, () => organizer.api(path).get());
      assert.equal(before["@odata.context"], context("microsoft.graph.meetingRegistration/customQuestions"));
      assert.deepEqual(without(before.value[0], "id", "@odata.etag"), CHOICE);

      const made = await answered(organizer, 201, () => organizer.api(path).post(WORDS));
      assert.equal(made["@odata.context"], context("microsoft.graph.meetingRegistration/customQuestions/$entity"));
      isQuestionId(made.id);
      assert.deepEqual(without(made, "id", "@odata.context", "@odata.etag"), { ...WORDS, answerOptions: [] });

      const read = await answered(organizer, 200, () => organizer.api(`${other}/${made.id}`).get());
      assert.equal(read["@odata.context"], one);
      assert.deepEqual(without(read, "@odata.context"), without(made, "@odata.context"));

      const change = { answerInputType: "radioButton", answerOptions: ["Rhine", "Elbe"], isRequired: true };
      const changed = await answered(organizer, 200, () => organizer.api(`${path}/${encodeURIComponent(made.id)}`).patch(change));
      assert.equal(changed["@odata.context"], one);
      assert.notEqual(changed["@odata.etag"], made["@odata.etag"]);
      const plain = (question) => without(question, "@odata.context", "@odata.etag");
      assert.deepEqual(plain(changed), { ...plain(made), ...change });

      const listed = await organizer.api(other).get();
      assert.deepEqual(listed.value.map((question) => question.id), [before.value[0].id, made.id]);
      assert.equal(Number(await organizer.api(`${other}/$count`).get()), 2);

      await answered(organizer, 204, () => organizer.api(`${path}/${made.id}`).delete());
      await refused(() => organizer.api(`${other}/${made.id}`).get(), 404);
      await refused(() => organizer.api(`${other}/${made.id}`).delete(), 404);
      assert.equal((await organizer.api(path).get()).value.length, 1);
    });
  }

  await check("isRequired is false unless said otherwise", async () => {
    const made = await organizer.api(short).post({ displayName: "Anything else?", answerInputType: "text" });
    assert.equal(made.isRequired, false);
    await organizer.api(`${short}/${made.id}`).delete();
  });

  await check("options of a text question are dropped", async () => {
    const made = await organizer.api(short).post({ ...WORDS, answerOptions: ["a", "b"] });
    assert.deepEqual(made.answerOptions, []);
  });

  for (const [name, body, inner] of [
    ["a choice without options", { displayName: "Pick one", answerInputType: "radioButton" }, "invalidOptions"],
    ["a choice with an option twice", { displayName: "Pick one", answerInputType: "radioButton", answerOptions: ["a", "a"] }, "invalidOptions"],
    ["the sentinel for a kind", { displayName: "Pick one", answerInputType: "unknownFutureValue" }, "unknownEnumMember"],
    ["an unknown kind", { displayName: "Pick one", answerInputType: "slider" }, "unknownEnumMember"],
    ["no text", { answerInputType: "text" }, "memberMissing"],
    ["a number for a text", { displayName: 7, answerInputType: "text" }, "invalidValue"],
  ]) {
    await check(`a question with ${name} is refused`, async () => {
      const before = (await organizer.api(short).get()).value.length;
      await refused(() => organizer.api(short).post(body), 400, { inner });
      assert.equal((await organizer.api(short).get()).value.length, before, "nothing is stored");
    });
  }

  await check("an external registration has no questions", async () => {
    const { meeting: other } = await freshExternal(run, "everyone");
    await refused(() => organizer.api(`${mine(other)}/customQuestions`).post(WORDS), [400, 404, 409]);
  });
}

function without(object, ...names) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
