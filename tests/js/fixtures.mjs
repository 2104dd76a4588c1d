// Replays every case of fixtures/INDEX.json on a fresh meeting and compares the answer with the one on file.
//
//   node fixtures.mjs DEMO_JSON
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Checks } from "./lib/checks.mjs";
import { readDemo, unique, YEAR } from "./lib/demo.mjs";
import { raw } from "./lib/graph.mjs";
import { assertAlike } from "./lib/alike.mjs";

const demo = readDemo();
const checks = new Checks();
const read = (name) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
const index = JSON.parse(read("INDEX.json"));
const JSON_TYPE = { "Content-Type": "application/json" };

/** What each case needs before it, by its name; a name that is not here fails. */
const PREPARATIONS = {
  "create-registration": [],
  "create-registration.no-odata-type": [],
  "create-external-registration.everyone": [],
  "create-external-registration.organization": [],
  "enroll-registrant.organization": [builtIn("organization")],
  "enroll-registrant.everyone": [builtIn("everyone")],
  "enroll-external-registrant.everyone": [external("everyone")],
  "enroll-external-registrant.organization": [external("organization")],
  "get-registration": [builtIn("everyone")],
  "get-registration.expand-customquestions": [builtIn("everyone")],
  "get-external-registration": [external("everyone")],
  "update-registration": [builtIn("everyone")],
  "delete-registration": [builtIn("everyone")],
  "list-customquestions": [builtIn("everyone")],
  "create-customquestion": [builtIn("everyone")],
  "get-customquestion": [builtIn("everyone")],
  "update-customquestion": [builtIn("everyone"), roleQuestion],
  "delete-customquestion": [builtIn("everyone"), roleQuestion],
  "list-registrants": [builtIn("everyone"), twoRegistrants],
  "list-external-registrants": [external("organization"), externalRegistrants],
  "list-registrants.paged": [builtIn("everyone", { customQuestions: [] }), twoRegistrants],
  "unenroll-registrant": [builtIn("organization"), colleagueEnrolled],
  "remove-external-registrant": [external("everyone"), externalRegistrants],
  "create-onlinemeeting": [],
  batch: [external("everyone")],
};

/** What must no longer be there after a case. */
const GONE = {
  "delete-registration": ({ mine }) => [mine, 404],
  "delete-customquestion": ({ mine, questions }) => [`${mine}/customQuestions/${questions[2]}`, 404],
  "remove-external-registrant": ({ mine }) => [`${mine}/registrants/ticket-2027-000481`, 404],
};

const organizer = await checks.check("the organizer is known", async () => (await call(demo.organizer.token, "GET", "/beta/me", undefined, 200)).json);

for (const one of index.cases) {
  await checks.check(`${one.name}: ${one.status} as on file`, async () => {
    const stage = await prepare(one);
    const path = localize(one.path, stage);
    const body = one.request && localize(read(one.request), stage);
    const answer = await raw(demo, tokenOf(one), one.method, path, { body, headers: one.requestHeaders });
    assert.equal(answer.status, one.status, answer.text);
    if (one.response) {
      const mayBeFilled = one.name.startsWith("list-") ? ["questionId", "joinWebUrl", "userId", "tenantId"] : [];
      assertAlike(answer.json, JSON.parse(localize(read(one.response), stage)), { demo, mayBeFilled });
    } else {
      assert.equal(answer.text, "", "no body");
    }
    if (GONE[one.name]) {
      const [gone, status] = GONE[one.name](stage);
      await call(demo.organizer.token, "GET", gone, undefined, status);
    }
  });
}

/** The bodies that must be refused; where nothing else is said, they are sent to create a registration. */
const INVALID = [
  { file: "abstract-type.request.json", error: "error.400.registration-type.response.json" },
  { file: "end-before-start.request.json" },
  { file: "missing-quote.request.txt", error: "error.400.bad-json.response.json" },
  { file: "radio-without-options.request.json", to: "customQuestions", needs: [builtIn("everyone", { customQuestions: [] })] },
  { file: "sentinel-enum.request.json" },
  { file: "trailing-comma.request.txt", error: "error.400.bad-json.response.json" },
];

for (const { file, error, to, needs = [] } of INVALID) {
  await checks.check(`invalid/${file} is refused and leaves nothing behind`, async () => {
    const stage = await prepare({ name: file }, needs);
    const path = to ? `${stage.mine}/${to}` : stage.mine;
    const answer = await raw(demo, demo.organizer.token, "POST", path, { body: localize(read(`invalid/${file}`), stage), headers: JSON_TYPE });
    assert.equal(answer.status, 400, answer.text);
    assertAlike(answer.json, JSON.parse(read(error ?? "error.400.bad-json.response.json")), { demo, anyMessage: !error });
    if (to) {
      assert.deepEqual((await call(demo.organizer.token, "GET", path, undefined, 200)).json.value, []);
    } else {
      await call(demo.organizer.token, "GET", path, undefined, 404);
    }
  });
}

/** Errors on file that a client can bring about; 429 and 500 are tried where a budget is small and a database broken. */
const ERRORS = {
  "error.401.no-token.response.json": async () => raw(demo, undefined, "GET", "/beta/me"),
  "error.403.generic.response.json": async () => {
    const { mine } = await prepare({ name: "not theirs" }, [builtIn("everyone")]);
    const theirs = mine.replace("/me/", `/users/${demo.organizer.id}/`);
    return raw(demo, demo.colleague.token, "GET", `${theirs}/registrants`);
  },
  "error.403.no-access-policy.response.json": async () =>
    raw(demo, demo.app.token, "GET", `/beta/users/${demo.colleague.id}/onlineMeetings/delta`),
  "error.404.guess.response.json": async () => {
    const { mine } = await prepare({ name: "none" }, []);
    return raw(demo, demo.organizer.token, "GET", mine);
  },
  "error.409.registration-exists.guess.response.json": async () => {
    const stage = await prepare({ name: "twice" }, [builtIn("everyone")]);
    const body = localize(read("create-registration.request.json"), stage);
    return raw(demo, demo.organizer.token, "POST", stage.mine, { body, headers: JSON_TYPE });
  },
};

for (const [file, act] of Object.entries(ERRORS)) {
  await checks.check(`${file.replace(/\.response\.json$/, "")} as on file`, async () => {
    const answer = await act();
    assert.equal(answer.status, Number(file.split(".")[1]), answer.text);
    // The messages of guessed errors are the project's own and may say more.
    assertAlike(answer.json, JSON.parse(read(file)), { demo, anyMessage: file.includes(".guess.") || file.includes(".generic.") });
  });
}

checks.finish();

/** A fresh meeting with what the case needs: its id, its paths and its question ids. */
async function prepare(one, needs = PREPARATIONS[one.name]) {
  assert.ok(needs, `nothing is known of the case ${one.name}: add it to PREPARATIONS`);
  const stage = { questions: [] };
  const body = JSON.parse(localize(read("create-onlinemeeting.request.json"), stage));
  const made = await call(demo.organizer.token, "POST", "/beta/me/onlineMeetings", { ...body, subject: unique(one.name) }, 201);
  stage.meetingId = made.json.id;
  stage.mine = `/beta/me/onlineMeetings/${stage.meetingId}/registration`;
  stage.theirs = `/beta/users/${demo.organizer.id}/onlineMeetings/${stage.meetingId}/registration`;
  for (const need of needs) await need(stage);
  return stage;
}

function builtIn(allowedRegistrant, more = {}) {
  return async (stage) => {
    const body = { ...JSON.parse(localize(read("create-registration.request.json"), stage)), allowedRegistrant, ...more };
    await call(demo.organizer.token, "POST", stage.mine, body, 201);
    const listed = await call(demo.organizer.token, "GET", `${stage.mine}/customQuestions`, undefined, 200);
    stage.questions = listed.json.value.map(({ id }) => id);
  };
}

function external(allowedRegistrant) {
  const body = { "@odata.type": "#microsoft.graph.externalMeetingRegistration", allowedRegistrant };
  return async (stage) => void (await call(demo.organizer.token, "POST", stage.mine, body, 201));
}

async function roleQuestion(stage) {
  const body = JSON.parse(read("create-customquestion.request.json"));
  stage.questions[2] = (await call(demo.organizer.token, "POST", `${stage.mine}/customQuestions`, body, 201)).json.id;
}

/** The colleague, who stays, and somebody from elsewhere, who cancels. */
async function twoRegistrants(stage) {
  const [first, second] = ["organization", "everyone"].map((audience) =>
    JSON.parse(localize(read(`enroll-registrant.${audience}.request.json`), stage)));
  if (stage.questions.length === 0) {
    first.customQuestionAnswers = [];
    second.customQuestionAnswers = [];
  } else {
    second.customQuestionAnswers = [{ ...second.customQuestionAnswers[0], value: "Yes" }];
  }
  for (const body of [first, second]) await call(demo.app.token, "POST", `${stage.theirs}/registrants`, body, 200);
  const listed = await call(demo.organizer.token, "GET", `${stage.mine}/registrants`, undefined, 200);
  await call(demo.app.token, "DELETE", `${stage.theirs}/registrants/${listed.json.value[1].id}`, undefined, 204);
}

async function colleagueEnrolled(stage) {
  const body = JSON.parse(localize(read("enroll-registrant.organization.request.json"), stage));
  stage.registrantId = (await call(demo.colleague.token, "POST", `${stage.theirs}/registrants`, body, 200)).json.id;
}

async function externalRegistrants(stage) {
  for (const [audience, userId] of [["everyone", demo.organizer.id], ["organization", demo.colleague.id]]) {
    const person = { tenantId: demo.tenantId, userId };
    const body = { ...JSON.parse(localize(read(`enroll-external-registrant.${audience}.request.json`), stage)), ...person };
    await call(demo.organizer.token, "POST", `${stage.mine}/registrants`, body, 200);
  }
}

async function call(token, method, path, body, status) {
  const answer = await raw(demo, token, method, path, body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_TYPE });
  assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
  return answer;
}

function tokenOf({ auth }) {
  if (auth.kind === "application") return demo.app.token;
  return auth.oid === index.organizerId ? demo.organizer.token : demo.colleague.token;
}

/** A fixture's text with the people, ids and host of the server before us, in a year that is not over. */
function localize(text, stage) {
  const within = (word) => JSON.stringify(word).slice(1, -1);
  const swaps = [
    [index.base, `${demo.baseUrl}/beta`],
    [index.tenantId, demo.tenantId],
    [index.organizerId, demo.organizer.id],
    [index.registrantUserId, demo.colleague.id],
    ["tomas.virtanen@riverbend.example", within(demo.colleague.mail)],
    ['"Tomas"', JSON.stringify(demo.colleague.givenName)],
    ['"Virtanen"', JSON.stringify(demo.colleague.surname)],
    ["ines.calloway@riverbend.example", within(organizer?.userPrincipalName ?? demo.organizer.mail)],
    ...index.questionIds.map((id, at) => [id, stage.questions[at] ?? id]),
  ];
  if (stage.meetingId) swaps.unshift([index.meetingId, stage.meetingId]);
  if (stage.registrantId) swaps.unshift([/(?<=registrants\/)WCwNb[A-Za-z0-9_,-]+/g, stage.registrantId]);
  const local = swaps.reduce((so, [from, to]) => so.replaceAll(from, () => to), text);
  return local.replace(/\b2027(?=-\d\d-\d\dT)/g, String(YEAR));
}
