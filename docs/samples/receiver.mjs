// Receives change notifications: proves that it wants them, checks signatures, and prints what changed.
//
//   node receiver.mjs SECRET_FILE        it says where it listens; the file may come later
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const TOLERANCE_SECONDS = 300;

/** Whether one of the signatures is the secret's, over the very bytes that came, and made just now. */
export function isSigned(headers, body, secret, now = Date.now() / 1000) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers;
  if (!(Math.abs(now - Number(timestamp)) <= TOLERANCE_SECONDS)) return false;
  const key = Buffer.from(secret.trim().replace(/^whsec_/, ""), "base64");
  const right = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === right.length && timingSafeEqual(given, right);
  });
}

const seen = new Set();

const server = createServer(async (request, response) => {
  const token = new URL(request.url, "http://receiver").searchParams.get("validationToken");
  if (token !== null) {
    response.writeHead(200, { "content-type": "text/plain" }).end(token);
    return;
  }
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (!isSigned(request.headers, body, readFileSync(process.argv[2], "utf8"))) {
    response.writeHead(401).end();
    return;
  }
  // The same delivery may come twice: once is enough.
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) {
    seen.add(id);
    for (const item of JSON.parse(body).value) console.log(item.changeType ?? item.lifecycleEvent, item.resource);
  }
  response.writeHead(202).end();
});
server.listen(0, "127.0.0.1", () => console.log(`listening at http://127.0.0.1:${server.address().port}/`));
