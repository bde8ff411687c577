// What the stories share: clients whose calls are noted, a destination that answers by plan, patience with an end.
import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as sdk from "@upstash/qstash";

export { assert, pause, sdk };
export const [baseUrl, token] = process.argv.slice(2);
const story = basename(process.argv[1], ".mjs");
const run = Date.now().toString(36) + Math.random().toString(36).slice(2, 6);

/** A name that no other story and no earlier run uses. */
export const own = (name) => `${story}-${name}-${run}`;

/** Messages that carry this label are cancelled, and their dead letters deleted, when the story ends. */
export const label = own("label");

// The SDK and h3 tell the console of every refusal; a story that expects one keeps quiet about it.
for (const channel of ["warn", "error", "log"]) {
  const speak = console[channel];
  console[channel] = (...words) => /^(\u001B\[2m)?\[(Upstash QStash|QStash Dev|h3)\]/.test(words[0]) || speak(...words);
}

// ---- clients

const called = new Set();
const noted = (owner, name) => called.add(`${owner}.${name}`);
const ofSdk = (value) => typeof value === "object" && value !== null && "http" in value;

/** Notes every method that was called and did not fail. */
export const record = (target) =>
  new Proxy(target, {
    get(object, name) {
      const value = object[name];
      if (typeof name === "symbol" || Object.hasOwn(object, name)) return value;
      const owner = object.constructor.name;
      if (typeof value !== "function") return noted(owner, name), ofSdk(value) ? record(value) : value;
      return (...args) => {
        const result = value.apply(object, args);
        if (typeof result?.then !== "function") return noted(owner, name), ofSdk(result) ? record(result) : result;
        return result.then((answer) => (noted(owner, name), answer));
      };
    },
  });

/** Notes that an exported function did its work. */
export const used = (name) => noted("exports", name);

export const makeClient = (options = {}) =>
  record(new sdk.Client({ baseUrl, token, retry: false, enableTelemetry: false, ...options }));

export const client = makeClient();

export const signingKeys = async () => {
  const answer = await fetch(`${baseUrl}/v2/keys`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
  const { current, next } = await answer.json();
  return { currentSigningKey: current, nextSigningKey: next };
};

// ---- the destination

export const arrived = [];
const looks = new Set();
const plans = new Map();

/** What a path answers: `answer(n)` gives `{ status, headers, body, after }` for its n-th arrival. */
export const plan = (path, answer) => (plans.set(path, answer), here + path);

const byName = (path, n) => {
  const [, word, number] = /^\/(ok|fail|slow|status)(?:-(\d+))?/.exec(path) ?? [];
  switch (word) {
    case "fail":
      return { status: number === undefined || n <= Number(number) ? 500 : 200 };
    case "slow":
      return { after: Number(number ?? 1000) };
    case "status":
      return { status: Number(number) };
    default:
      return {};
  }
};

const server = createServer(async (request, response) => {
  const at = Date.now();
  const parts = [];
  for await (const part of request) parts.push(part);
  const bytes = Buffer.concat(parts);
  const [path] = request.url.split("?");
  const { method, headers, url } = request;
  const one = { path, url, method, headers, bytes, body: bytes.toString(), at };
  arrived.push(one);
  const { status = 200, headers: fields = {}, body = `answer of ${path}`, after = 0 } =
    (plans.get(path) ?? ((n) => byName(path, n)))(to(path).length, one);
  for (const look of looks) look();
  if (after > 0) await pause(after);
  one.left = Date.now();
  response.writeHead(status, fields).end(body);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

export const host = `127.0.0.1:${server.address().port}`;
export const here = `http://${host}`;

/** What came to a path, in order. */
export const to = (path) => arrived.filter((one) => one.path === path);

const patience = 20_000;

/** Waits for something to arrive. */
export const until = (holds, bound = patience) =>
  new Promise((resolve, reject) => {
    const look = () => {
      const value = holds();
      if (!value) return;
      clearTimeout(late);
      looks.delete(look);
      resolve(value);
    };
    const late = setTimeout(() => {
      looks.delete(look);
      reject(new assert.AssertionError({ message: `did not arrive: ${holds}` }));
    }, bound);
    looks.add(look);
    look();
  });

/** Waits for arrivals at a path and gives them. */
export const came = (path, count = 1, bound = patience) => {
  const enough = () => to(path).length >= count && to(path);
  return until(enough, bound).catch(() => assert.fail(`${path} received ${to(path).length} of ${count}`));
};

/** Reads again and again until the answer is as wanted, and gives it. */
export const eventually = async (read, holds, bound = patience) => {
  const end = Date.now() + bound;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) assert.fail(`never held: ${holds}\nlast read: ${JSON.stringify(value)}`);
    await pause(100);
  }
};

// ---- what many stories ask

/** The log of a message, oldest first, once its newest entry has this state. */
export const logged = async (messageId, state = "DELIVERED", bound = patience) => {
  const { logs } = await eventually(
    () => client.logs({ filter: { messageId } }),
    ({ logs: [newest] }) => newest?.state === state,
    bound,
  );
  return logs.reverse();
};

export const states = async (messageId, last) => (await logged(messageId, last)).map((entry) => entry.state);

/** The dead letter of a message, once it is there. */
export const deadLetter = async (messageId) =>
  (await eventually(() => client.dlq.listMessages({ filter: { messageId } }), ({ messages }) => messages.length > 0)).messages[0];

/** Publishes what fails at once, and waits for the dead letter. */
export const die = async (request) =>
  deadLetter((await client.publishJSON({ url: `${here}/fail`, retries: 0, label, ...request })).messageId);

/** The engine refuses, with this status and these words. */
export const refused = (promise, status, words = /./) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof sdk.QstashError, `not an error of the SDK: ${error}`);
    assert.equal(error.status, status, error.message);
    assert.match(JSON.parse(error.message).error, words);
    return true;
  });

export const near = (actual, expected, tolerance, what = "") =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} ${actual} is not within ${tolerance} of ${expected}`);

export const utf8 = (base64) => Buffer.from(base64, "base64").toString();

// ---- telling

const endings = [];

/** Something to do when the story ends, however it ends. */
export const atEnd = (action) => endings.push(action);

/** Tells a story: what comes first, then its cases at once or one by one. */
export const tell = async (cases, { first = () => {}, oneByOne = false } = {}) => {
  const failures = [];
  const tellOne = async ([name, act]) => {
    try {
      await act();
    } catch (error) {
      failures.push(`✗ ${story}: ${name}\n${error?.stack ?? error}\n`);
    }
  };
  await tellOne(["before all", first]);
  if (failures.length > 0) cases = {};
  if (oneByOne) for (const one of Object.entries(cases)) await tellOne(one);
  else await Promise.all(Object.entries(cases).map(tellOne));

  const cleaner = new sdk.Client({ baseUrl, token, retry: false, enableTelemetry: false });
  for (const end of [
    ...endings.reverse(),
    () => cleaner.messages.cancel({ filter: { label } }),
    () => cleaner.dlq.delete({ filter: { label } }),
  ])
    await end(cleaner)?.catch?.(() => {});
  server.close();
  server.closeAllConnections();
  if (process.env.METHODS_FILE)
    appendFileSync(process.env.METHODS_FILE, [...called].map((method) => `${story} ${method}\n`).join(""));
  for (const failure of failures) process.stderr.write(failure);
  process.exitCode = failures.length > 0 ? 1 : 0;
  if (failures.length === 0) console.log("understood");
};
