// Comparison by shape: every member on file is there, of the same type, and of the same value where it can be.
import assert from "node:assert/strict";
import { isGuid, isInstant, isMeetingId, isQuestionId, isRegistrantId, isRegistrationId, readJoinLink } from "./shapes.mjs";

/**
 * That `actual` is like `expected`. Members that are not on file may be there.
 *
 * `mayBeFilled` names members that are null on file but may hold a value; `anyMessage` lets an error say it in its
 * own words.
 */
export function assertAlike(actual, expected, options, where = "") {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${where} is a list`);
    assert.equal(actual.length, expected.length, `length of ${where}`);
    expected.forEach((one, at) => assertAlike(actual[at], one, options, `${where}/${at}`));
  } else if (expected !== null && typeof expected === "object") {
    assert.ok(actual !== null && typeof actual === "object", `${where} is an object, not ${JSON.stringify(actual)}`);
    for (const [name, value] of Object.entries(expected)) {
      assert.ok(name in actual, `${where}/${name} is missing in ${JSON.stringify(actual)}`);
      assertMember(name, actual[name], value, options, `${where}/${name}`);
    }
  } else {
    assert.deepEqual(actual, expected, where);
  }
}

function assertMember(name, actual, expected, options, where) {
  const { demo, mayBeFilled = [], anyMessage } = options;
  if (expected === null && mayBeFilled.includes(name)) {
    assert.ok(actual === null || typeof actual === "string", `${where} is null or filled`);
  } else if (name === "message" && anyMessage) {
    assert.ok(typeof actual === "string" && actual.length > 0, where);
  } else if (VOLATILE[name] && expected !== null && expected !== "") {
    assert.equal(typeof actual, typeof expected, `type of ${where}`);
    VOLATILE[name](actual, expected, demo, where);
  } else {
    assertAlike(actual, expected, options, where);
  }
}

/** Members whose values differ from run to run, and what stays true of them. */
const VOLATILE = {
  id(actual, expected, demo, where) {
    const parts = /^[A-Za-z0-9_-]{22}(,[A-Za-z0-9_-]{22})+$/.test(expected) ? expected.split(",").length : 0;
    if (parts === 6) isRegistrationId(actual, demo.tenantId);
    else if (parts === 7) isRegistrantId(actual, demo.tenantId);
    else if (/^[0-9a-f]{8}-/.test(expected) && ![demo.organizer.id, demo.colleague.id].includes(expected)) isGuid(actual);
    else if (/^MS[op]/.test(expected)) isMeetingId(actual, demo.organizer.id);
    else if (/^MS[MN]/.test(expected)) isQuestionId(actual);
    else assert.equal(actual, expected, where);
  },
  joinWebUrl(actual, expected, demo, where) {
    const [{ prid, ...is }, { prid: on, ...file }] = [readJoinLink(actual).context, readJoinLink(expected).context];
    assert.deepEqual(is, file, where);
    assert.equal(typeof prid, typeof on, where);
  },
  registrationPageWebUrl(actual, expected, demo, where) {
    assert.match(actual, /\/registration\/[A-Za-z0-9_,-]{137}\?mode=read&tenantId=/, where);
    assert.equal(new URL(actual).searchParams.get("tenantId"), demo.tenantId, where);
  },
  "@odata.nextLink"(actual, expected, demo, where) {
    assert.equal(actual.replace(/(skiptoken=).*/, "$1"), expected.replace(/(skiptoken=).*/, "$1"), where);
  },
  registrationPageViewCount: (actual, _, __, where) => assert.ok(Number.isInteger(actual), where),
  creationDateTime: (actual) => isInstant(actual),
  registrationDateTime: (actual) => isInstant(actual),
  joinMeetingId: (actual, _, __, where) => assert.match(actual, /^\d+$/, where),
  date: (actual, _, __, where) => assert.match(actual, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, where),
  "request-id": (actual, _, __, where) => assert.match(actual, /^[0-9a-f-]{36}$/, where),
  "client-request-id": (actual, _, __, where) => assert.match(actual, /\S/, where),
};
