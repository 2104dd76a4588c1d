// A receiver of change notifications, on a free port of this machine.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { PATIENCE_MS } from "./patience.mjs";

/** Proves that it wants notifications, on every path but `/deaf`, and keeps what comes. */
export class Receiver {
  /** The paths on which it was asked to prove it. */
  asked = [];
  /** What it answers notifications with. */
  status = 202;
  #arrived = [];
  #server = createServer((request, response) => this.#take(request, response));

  static async open() {
    const receiver = new Receiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  address(path) {
    return `http://127.0.0.1:${this.#server.address().port}${path}`;
  }

  /** The next delivery, as `{ path, headers, body, items }`; waits for it. */
  async next() {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (this.#arrived.length === 0) await once(this.#server, "arrived", { signal });
    return this.#arrived.shift();
  }

  /** The next notifications, in order, each with the delivery that brought it. */
  async notifications(count) {
    const told = [];
    while (told.length < count) {
      const delivery = await this.next();
      told.push(...delivery.items.map((item) => ({ ...item, delivery })));
    }
    assert.equal(told.length, count, JSON.stringify(told));
    return told;
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #take(request, response) {
    const { pathname, searchParams } = new URL(request.url, "http://receiver");
    const token = searchParams.get("validationToken");
    if (token !== null) {
      this.asked.push(pathname);
      response.writeHead(200, { "content-type": "text/plain" }).end(pathname === "/deaf" ? "what?" : token);
      return;
    }
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    response.writeHead(this.status).end();
    this.#arrived.push({ path: pathname, headers: request.headers, body, items: JSON.parse(body).value });
    this.#server.emit("arrived");
  }
}

/** The signature that a secret makes of a delivery, over the very bytes that came. */
export function signature({ headers, body }, secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = createHmac("sha256", key).update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`).update(body);
  return `v1,${signed.digest("base64")}`;
}
