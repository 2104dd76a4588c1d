// The official client, unmodified, pointed at a server on plain http.
import assert from "node:assert/strict";
import graph from "@microsoft/microsoft-graph-client";

const { AuthenticationHandler, Client, GraphError, HTTPMessageHandler, RedirectHandler, RetryHandler, TelemetryHandler } = graph;

/** What was answered to any client, as `GET /beta/me`. */
export const asked = new Set();

/**
 * A client that speaks with `token`, or with none. Its `last` is the latest answer's status and headers.
 *
 * The stock authentication handler gives tokens to https hosts only and takes away a header set by hand, so a
 * first middleware of our own does its work; the rest of the chain is the stock one.
 */
export function connect(demo, token, version = "beta") {
  const client = Client.initWithMiddleware({
    baseUrl: demo.baseUrl,
    defaultVersion: version,
    middleware: chain(new Bearer(token), new HTTPMessageHandler()),
  });
  client.last = null;
  client.config.middleware.client = client;
  return client;
}

/**
 * A client with nothing but stock parts, the way it is used behind a TLS proxy. Its last link plays that proxy:
 * https towards the client, http towards the server, and the addresses in answers say https.
 */
export function connectThroughTls(demo, token) {
  const host = new URL(demo.baseUrl).hostname;
  return Client.initWithMiddleware({
    baseUrl: demo.baseUrl.replace(/^http:/, "https:"),
    defaultVersion: "beta",
    customHosts: new Set([host]),
    middleware: chain(new AuthenticationHandler({ getAccessToken: async () => token }), new TlsProxy(demo.baseUrl)),
  });
}

function chain(first, last) {
  const links = [first, new RetryHandler(), new RedirectHandler(), new TelemetryHandler(), last];
  links.forEach((link, at) => at + 1 < links.length && link.setNext(links[at + 1]));
  return first;
}

class Bearer {
  constructor(token) {
    this.token = token;
  }

  setNext(next) {
    this.next = next;
  }

  async execute(context) {
    if (this.token !== undefined) {
      context.options.headers = { ...context.options.headers, Authorization: `Bearer ${this.token}` };
    }
    await this.next.execute(context);
    this.client.last = { status: context.response.status, headers: context.response.headers };
    if (context.response.ok) asked.add(`${context.options.method} ${new URL(context.request).pathname}`);
  }
}

class TlsProxy {
  constructor(baseUrl) {
    this.inside = baseUrl;
    this.outside = baseUrl.replace(/^http:/, "https:");
  }

  async execute(context) {
    const answer = await fetch(String(context.request).replace(this.outside, this.inside), context.options);
    const body = (await answer.text()).replaceAll(this.inside, this.outside);
    context.response = new Response(body || null, { status: answer.status, headers: answer.headers });
  }
}

/** What the answer's status is, with the body it came with. */
export async function answered(client, status, act) {
  const body = await act();
  assert.equal(client.last.status, status, "status");
  if (status === 204) {
    assert.equal(body, undefined, "a 204 has no body");
  } else {
    assert.match(client.last.headers.get("content-type") ?? "", /^application\/json(;|$)/);
  }
  return body;
}

const CODES = { 400: "BadRequest", 401: "InvalidAuthenticationToken", 403: "Forbidden", 404: "NotFound", 409: "Conflict" };

/** That the server refuses, in Graph's way and with everything the client makes of it. `inner` may be a list. */
export async function refused(act, status, { inner, target, code = CODES[status] } = {}) {
  let error;
  try {
    const value = await act();
    assert.fail(`was answered instead of refused: ${JSON.stringify(value)}`);
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof GraphError)) throw error;
  const told = `HTTP ${error.statusCode} ${error.code}: ${error.message} ${error.body}`;
  assert.ok([status].flat().includes(error.statusCode), `status ${status} expected, got ${told}`);
  assert.equal(error.code, code ?? CODES[error.statusCode], told);
  assert.ok(error.message.length > 0, "a message");
  assert.match(error.requestId ?? "", /^[0-9a-f-]{36}$/, `requestId in ${told}`);
  assert.ok(!Number.isNaN(error.date.getTime()), `date in ${told}`);
  const body = JSON.parse(error.body);
  assert.match(body.innerError.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, "date without a zone");
  assert.match(body.innerError["client-request-id"], /\S/, "client-request-id");
  assert.match(body.innerError.code ?? "", /^[a-z][A-Za-z]+$/, `an inner code in ${told}`);
  if (inner) assert.ok([inner].flat().includes(body.innerError.code), `inner code ${inner} expected in ${told}`);
  if (target) assert.equal(body.target, target, told);
  return { ...body, status: error.statusCode };
}

/** A request without the client, for what the client cannot send. */
export async function raw(demo, token, method, path, { body, headers = {} } = {}) {
  const answer = await fetch(`${demo.baseUrl}${path}`, {
    method,
    headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers },
    body,
    redirect: "manual",
  });
  const text = await answer.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: answer.status, headers: answer.headers, text, json };
}
