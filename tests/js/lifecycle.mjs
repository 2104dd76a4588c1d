// The whole life of a registration, driven by the official client.
//
//   node lifecycle.mjs DEMO_JSON
import { Checks } from "./lib/checks.mjs";
import { readDemo } from "./lib/demo.mjs";
import { connect } from "./lib/graph.mjs";
import { people } from "./lifecycle/people.mjs";
import { meetings } from "./lifecycle/meetings.mjs";
import { registration } from "./lifecycle/registration.mjs";
import { questions } from "./lifecycle/questions.mjs";
import { everyone } from "./lifecycle/everyone.mjs";
import { organization } from "./lifecycle/organization.mjs";
import { life } from "./lifecycle/life.mjs";
import { paging } from "./lifecycle/paging.mjs";
import { external } from "./lifecycle/external.mjs";
import { many } from "./lifecycle/many.mjs";
import { attendance } from "./lifecycle/attendance.mjs";
import { queries } from "./lifecycle/queries.mjs";
import { conditions } from "./lifecycle/conditions.mjs";
import { subscriptions } from "./lifecycle/subscriptions.mjs";
import { changes } from "./lifecycle/changes.mjs";
import { delta } from "./lifecycle/delta.mjs";
import { batch } from "./lifecycle/batch.mjs";
import { refusals } from "./lifecycle/refusals.mjs";
import { surface } from "./lifecycle/surface.mjs";

const PARTS = [
  people, meetings, registration, questions, everyone, organization, life, paging, external, many, queries, conditions,
  attendance, subscriptions, changes, delta, batch, refusals, surface,
];

const demo = readDemo();
const checks = new Checks();
const run = {
  demo,
  check: checks.check.bind(checks),
  organizer: connect(demo, demo.organizer.token),
  colleague: connect(demo, demo.colleague.token),
  app: connect(demo, demo.app.token),
  nobody: connect(demo, undefined),
};

for (const part of PARTS) {
  // A part that cannot even begin is a failure of its own, not the end of the run.
  await part(run).catch((error) => checks.check(`${part.name} runs to its end`, () => Promise.reject(error)));
}
checks.finish();
