// Speaks to the engine as any program that uses the official SDK does. Ends with exit code 0 when every word was understood.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { Client, Receiver, QstashError } from "@upstash/qstash";

const [baseUrl, token] = process.argv.slice(2);
const client = new Client({ baseUrl, token, retry: false, enableTelemetry: false });

// The destination keeps what comes and answers by path: /fail with 500, all else with 200.
const arrived = [];
const waiting = [];
const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  arrived.push({ path: request.url, method: request.method, headers: request.headers, body: Buffer.concat(parts).toString() });
  response.statusCode = request.url === "/fail" ? 500 : 200;
  response.end("answer of " + request.url);
  for (const look of waiting) look();
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const here = `http://127.0.0.1:${server.address().port}`;
const until = (holds) =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`did not come: ${holds}; came: ${JSON.stringify(arrived)}`)), 20_000);
    const look = () => holds() && (clearTimeout(late), resolve());
    waiting.push(look);
    look();
  });
const eventually = async (read, holds) => {
  for (let i = 0; i < 200; i++) {
    const value = await read();
    if (holds(value)) return value;
    await new Promise((next) => setTimeout(next, 50));
  }
  assert.fail(`never held: ${holds}; last: ${JSON.stringify(await read())}`);
};

// Publishing: JSON with forwarded headers and a callback; the delivery is signed with the keys that the API shows.
const { messageId } = await client.publishJSON({
  url: `${here}/json?x=1`,
  body: { hello: "세계" },
  headers: { "x-color": "red" },
  callback: `${here}/callback`,
  label: "greeting",
});
assert.match(messageId, /^msg_/);
await until(() => arrived.some((one) => one.path === "/json?x=1") && arrived.some((one) => one.path === "/callback"));
const json = arrived.find((one) => one.path === "/json?x=1");
assert.deepEqual(JSON.parse(json.body), { hello: "세계" });
assert.equal(json.headers["x-color"], "red");
assert.equal(json.headers["upstash-message-id"], messageId);
const callback = JSON.parse(arrived.find((one) => one.path === "/callback").body);
assert.equal(callback.sourceMessageId, messageId);
assert.equal(Buffer.from(callback.body, "base64").toString(), "answer of /json?x=1");

const keys = await (await fetch(`${baseUrl}/v2/keys`, { headers: { authorization: `Bearer ${token}` } })).json();
const receiver = new Receiver({ currentSigningKey: keys.current, nextSigningKey: keys.next });
const signature = json.headers["upstash-signature"];
assert.equal(await receiver.verify({ signature, body: json.body, url: `${here}/json?x=1` }), true);
await assert.rejects(receiver.verify({ signature, body: json.body + " ", url: `${here}/json?x=1` }));

// Waiting, reading, cancelling.
const later = await client.publish({ url: `${here}/later`, body: "x", delay: "1h", retries: 1, method: "PUT" });
const message = await client.messages.get(later.messageId);
assert.equal(message.url, `${here}/later`);
assert.equal(message.method, "PUT");
assert.equal(message.maxRetries, 1);
assert.equal(message.body, "x");
await client.messages.delete(later.messageId);
const state = await eventually(
  () => client.logs({ filter: { messageId: later.messageId } }),
  ({ logs }) => logs.some((entry) => entry.state === "CANCELED"),
);
assert.ok(state.logs.every((entry) => entry.messageId === later.messageId));

// Deduplication, by id and by content.
const once1 = await client.publish({ url: `${here}/once`, body: "1", deduplicationId: "the-one" });
const once2 = await client.publish({ url: `${here}/once`, body: "2", deduplicationId: "the-one" });
assert.equal(once2.messageId, once1.messageId);
assert.equal(once2.deduplicated, true);

// A batch, answered in its order.
const batch = await client.batchJSON([
  { url: `${here}/a`, body: { n: 1 } },
  { url: `${here}/b`, body: { n: 2 }, delay: 1 },
]);
assert.equal(batch.length, 2);
await until(() => ["/a", "/b"].every((path) => arrived.some((one) => one.path === path)));

// Failing, for good: the dead letter, its callback, and its end.
const failing = await client.publish({ url: `${here}/fail`, body: "x", retries: 0, failureCallback: `${here}/failed` });
await until(() => arrived.some((one) => one.path === "/failed"));
const dead = (await client.dlq.listMessages()).messages.find((one) => one.messageId === failing.messageId);
assert.equal(dead.responseStatus, 500);
assert.equal(JSON.parse(arrived.find((one) => one.path === "/failed").body).dlqId, dead.dlqId);
await client.dlq.delete(dead.dlqId);
assert.ok((await client.dlq.listMessages()).messages.every((one) => one.messageId !== failing.messageId));

// Mistakes are errors of the SDK's own kind, with the engine's words.
await assert.rejects(client.publish({ url: `${here}/x`, delay: "soon" }), (error) => {
  assert.ok(error instanceof QstashError);
  assert.equal(error.status, 400);
  assert.match(error.message, /delay/i);
  return true;
});
await assert.rejects(new Client({ baseUrl, token: "wrong", retry: false }).messages.get(messageId), (error) => error.status === 401);

server.close();
server.closeAllConnections();
console.log("understood");
