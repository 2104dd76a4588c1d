// Whether the chapters before have asked for everything that the server describes. The last one to run.
import assert from "node:assert/strict";
import { asked } from "../lib/graph.mjs";

const METHODS = ["get", "post", "patch", "delete"];

export async function surface({ demo, check }) {
  await check("every operation that the server describes was answered to this client", async () => {
    const { paths } = await (await fetch(`${demo.baseUrl}/openapi.json`)).json();
    const operations = Object.entries(paths).flatMap(([path, of]) =>
      METHODS.filter((method) => method in of).map((method) => `${method.toUpperCase()} ${below(path)}`));
    const left = new Set(operations);
    // What is spelt out comes before what may be anything: `registrants/delta` is nobody's id.
    const places = [...new Set(Object.keys(paths).map(below))].sort((one, other) => one.split("{").length - other.split("{").length);
    for (const request of asked) {
      const [method, path] = request.split(" ");
      const place = places.find((one) => pattern(one).test(below(path)));
      left.delete(`${method} ${place}`);
    }
    assert.ok(operations.length > 50, `${operations.length} operations are described`);
    assert.deepEqual([...left], ["GET /$metadata"], "but for what csdl.mjs reads");
  });
}

/** What stands below the version and the person, who may be called `me` or by their id. */
function below(path) {
  return path.replace(/^\/(beta|v1\.0)(?=\/)/, "").replace(/^\/(me|users\/[^/]+)(?=\/)/, "");
}

function pattern(place) {
  const parts = place.split(/\{\w+\}/).map((part) => part.replace(/[$().]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]+")}$`, "i");
}
