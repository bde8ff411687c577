// rows: 61 73 90 91
import { createHash } from "node:crypto";
import { assert, atEnd, came, client, deadLetter, here, label, logged, own, plan, sdk, signingKeys, tell } from "./kit.mjs";

const hidden = (text) => `REDACTED:${createHash("sha256").update(text).digest("hex")}`;
const secret = "the-secret-itself";
const request = { body: { secret }, headers: { "X-Secret": secret, "X-Open": "open" }, label };
const body = JSON.stringify({ secret });
const open = { "Content-Type": ["application/json"], "X-Open": ["open"], "X-Secret": [secret] };

/** Nothing that the API shows of a message tells the secret. */
const keepsIt = async (messageId, ...shown) => {
  const { logs } = await client.logs({ filter: { messageId } });
  const all = JSON.stringify([shown, logs]);
  for (const form of [secret, btoa(body), btoa(body).slice(0, 16)]) assert.ok(!all.includes(form), `told: ${form} in ${all}`);
};

await tell({
  "the body": async () => {
    const url = `${here}/ok/body`;
    const { messageId } = await client.publishJSON({ url, ...request, headers: { "X-Open": "open" }, redact: { body: true } });
    const [one] = await came("/ok/body");
    assert.equal(one.body, body);
    const receiver = new sdk.Receiver(await signingKeys());
    assert.equal(await receiver.verify({ signature: one.headers["upstash-signature"], body, url }), true);
    const message = await client.messages.get(messageId);
    assert.equal(message.body, hidden(body));
    assert.deepEqual(message.header, { "Content-Type": ["application/json"], "X-Open": ["open"] });
    const [created] = await logged(messageId);
    assert.ok([created.body, Buffer.from(created.body, "base64").toString()].includes(hidden(body)), created.body);
    await keepsIt(messageId, message);
  },

  "every header": async () => {
    const { messageId } = await client.publishJSON({ url: `${here}/ok/headers`, ...request, redact: { header: true } });
    const [one] = await came("/ok/headers");
    assert.equal(one.headers["x-secret"], secret);
    assert.equal(one.headers["content-type"], "application/json");
    const message = await client.messages.get(messageId);
    assert.equal(message.body, body);
    assert.deepEqual(message.header["X-Secret"], [hidden(secret)]);
    assert.deepEqual(message.header["X-Open"], [hidden("open")]);
    const [created] = await logged(messageId);
    assert.deepEqual(created.header, message.header);
  },

  "some headers, and the body": async () => {
    const { messageId } = await client.publishJSON({ url: `${here}/ok/some`, ...request, redact: { body: true, header: ["x-secret"] } });
    const [one] = await came("/ok/some");
    assert.equal(one.headers["x-secret"], secret);
    const message = await client.messages.get(messageId);
    assert.deepEqual(message.header, { ...open, "X-Secret": [hidden(secret)] });
    await logged(messageId);
    await keepsIt(messageId, message);
  },

  "the plural of the documentation": async () => {
    const headers = { ...request.headers, "Upstash-Redact-Fields": "body, headers[X-Secret]" };
    const { messageId } = await client.publishJSON({ url: `${here}/ok/plural`, ...request, headers });
    await logged(messageId);
    const message = await client.messages.get(messageId);
    assert.deepEqual(message.header, { ...open, "X-Secret": [hidden(secret)] });
    await keepsIt(messageId, message);
  },

  "a dead letter keeps it and is retried with the real thing": async () => {
    const url = plan("/fail/dead", (n) => ({ status: n === 1 ? 500 : 200 }));
    const { messageId } = await client.publishJSON({ url, ...request, retries: 0, redact: { body: true, header: ["X-Secret"] } });
    const letter = await deadLetter(messageId);
    assert.equal(letter.body, hidden(body));
    assert.deepEqual(letter.header, { ...open, "X-Secret": [hidden(secret)] });
    await keepsIt(messageId, letter);
    const { responses } = await client.dlq.retry(letter.dlqId);
    const [, again] = await came("/fail/dead", 2);
    assert.equal(again.body, body);
    assert.equal(again.headers["x-secret"], secret);
    await logged(responses[0].messageId);
    await keepsIt(responses[0].messageId, await client.messages.get(responses[0].messageId));
  },

  "its callback is a delivery and carries the real thing": async () => {
    await client.publishJSON({ url: `${here}/ok/called`, ...request, redact: { body: true }, callback: `${here}/ok/callback` });
    const [one] = await came("/ok/callback");
    assert.equal(Buffer.from(JSON.parse(one.body).sourceBody, "base64").toString(), body);
    // It shows of itself no more than its message does.
    const itself = one.headers["upstash-message-id"];
    await logged(itself);
    const message = await client.messages.get(itself);
    assert.equal(message.body, hidden(one.body));
    await keepsIt(itself, message);
  },

  "in a batch and in a queue": async () => {
    const queueName = own("queue");
    const queue = client.queue({ queueName });
    atEnd((client) => client.queue({ queueName }).delete());
    const [batched] = await client.batchJSON([{ url: `${here}/ok/batch`, ...request, redact: { body: true, header: true } }]);
    const queued = await queue.enqueueJSON({ url: `${here}/ok/queue`, ...request, redact: { body: true, header: true } });
    for (const [{ messageId }, path] of [[batched, "/ok/batch"], [queued, "/ok/queue"]]) {
      const [one] = await came(path);
      assert.equal(one.body, body);
      await logged(messageId);
      await keepsIt(messageId, await client.messages.get(messageId));
    }
  },

  "a schedule": async () => {
    const scheduleId = own("schedule");
    atEnd((client) => client.schedules.delete(scheduleId));
    await client.schedules.create({
      destination: `${here}/ok/never`,
      cron: "0 0 1 1 *",
      scheduleId,
      body,
      headers: { "X-Secret": secret, "X-Open": "open" },
      redact: { body: true, header: ["X-Secret"] },
    });
    const schedule = await client.schedules.get(scheduleId);
    assert.equal(schedule.body, hidden(body));
    assert.deepEqual(schedule.header, { ...open, "X-Secret": [hidden(secret)] });
    const listed = (await client.schedules.list()).find((one) => one.scheduleId === scheduleId);
    assert.equal(listed.body, hidden(body));
  },
});
