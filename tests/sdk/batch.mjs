// rows: 18 19 20 21 22 23 24
import { assert, atEnd, came, client, eventually, here, label, own, pause, refused, tell, to } from "./kit.mjs";

const group = own("group");
const queueName = own("queue");
const endpoints = [{ url: `${here}/ok/g1`, name: "one" }, { url: `${here}/ok/g2` }];
atEnd((client) => client.urlGroups.delete(group));
atEnd((client) => client.queue({ queueName }).delete());

await tell({
  "URLs, answered in their order": async () => {
    const began = Date.now();
    const answer = await client.batch([
      { url: `${here}/ok/a?n=1`, body: "first", headers: { "x-own": "1, 2" }, method: "PUT", label },
      { url: `${here}/ok/b`, body: "second", delay: 1, label },
      { url: `${here}/ok/c`, label },
    ]);
    assert.equal(answer.length, 3);
    const [[a], [b], [c]] = [await came("/ok/a"), await came("/ok/b"), await came("/ok/c")];
    assert.deepEqual([a, b, c].map((one) => one.headers["upstash-message-id"]), answer.map((one) => one.messageId));
    assert.deepEqual([a, b, c].map((one) => one.body), ["first", "second", ""]);
    assert.equal(a.url, "/ok/a?n=1");
    assert.equal(a.method, "PUT");
    assert.equal(a.headers["x-own"], "1, 2");
    assert.ok(b.at - began >= 990, "the second was delayed");
    const message = await client.messages.get(answer[0].messageId);
    assert.deepEqual(message.header["X-Own"], ["1, 2"]);
  },

  "JSON": async () => {
    const [one] = await client.batchJSON([{ url: `${here}/ok/json`, body: { hello: "세계" }, label }]);
    const [arrival] = await came("/ok/json");
    assert.deepEqual(JSON.parse(arrival.body), { hello: "세계" });
    assert.equal(arrival.headers["content-type"], "application/json");
    assert.equal(arrival.headers["upstash-message-id"], one.messageId);
  },

  "one item is answered by a list of one": async () => {
    const answer = await client.batch([{ url: `${here}/ok/single`, body: "x", label }]);
    assert.equal(answer.length, 1);
    assert.match(answer[0].messageId, /^msg_/);
  },

  "URLs and groups, lists within the list": async () => {
    const answer = await client.batchJSON([
      { url: `${here}/ok/mixed`, body: 1, label },
      { urlGroup: group, body: 2, label },
    ]);
    assert.equal(answer.length, 2);
    assert.match(answer[0].messageId, /^msg_/);
    assert.deepEqual(answer[1].map((one) => one.url), [`${here}/ok/g1`, `${here}/ok/g2`]);
    const [g1] = await came("/ok/g1");
    const [g2] = await came("/ok/g2");
    assert.ok([g1, g2].every((one) => one.headers["upstash-topic-name"] === group));
    assert.ok(answer[1].every((one) => [g1, g2].some((came) => came.headers["upstash-message-id"] === one.messageId)));
  },

  "into a queue, a group too": async () => {
    const queuedGroup = own("queued-group");
    atEnd((client) => client.urlGroups.delete(queuedGroup));
    await client.urlGroups.addEndpoints({ name: queuedGroup, endpoints: [{ url: `${here}/ok/q1` }, { url: `${here}/ok/q2` }] });
    const queue = client.queue({ queueName });
    await queue.upsert({ parallelism: 1, paused: true });
    const answer = await client.batchJSON([
      { url: `${here}/ok/queued`, queueName, body: 1, label },
      { urlGroup: queuedGroup, queueName, body: "queued", label },
    ]);
    assert.equal(answer[1].length, 2);
    const ids = [answer[0].messageId, ...answer[1].map((one) => one.messageId)];
    for (const id of ids) assert.equal((await client.messages.get(id)).queueName, queueName);
    assert.equal((await queue.get()).lag, 3);
    assert.equal(to("/ok/queued").length, 0);
    await queue.resume();
    await Promise.all([came("/ok/queued"), came("/ok/q1"), came("/ok/q2")]);
    await eventually(() => queue.get(), ({ lag }) => lag === 0);
  },

  "a setting for each item": async () => {
    const key = own("key");
    const [a, b] = await client.batchJSON([
      { url: `${here}/ok/never`, delay: "1h", flowControl: { key, parallelism: 2, ratePerSecond: 7 }, retries: 1, label: [label, "batch-a"] },
      { url: `${here}/ok/never`, delay: "2h", flowControl: { key: `${key}-b`, rate: 9, period: "1m" }, retries: 2, label: [label, "batch-b"] },
    ]);
    const [one, two] = [await client.messages.get(a.messageId), await client.messages.get(b.messageId)];
    assert.deepEqual(
      [one, two].map(({ flowControlKey, parallelism, rate, period, maxRetries, labels }) => ({ flowControlKey, parallelism, rate, period, maxRetries, labels })),
      [
        { flowControlKey: key, parallelism: 2, rate: 7, period: 1, maxRetries: 1, labels: [label, "batch-a"] },
        { flowControlKey: `${key}-b`, parallelism: undefined, rate: 9, period: 60, maxRetries: 2, labels: [label, "batch-b"] },
      ],
    );
    assert.equal(two.notBefore - two.createdAt, 7_200_000);
  },

  "one wrong item, and none is taken": async () => {
    const good = { url: `${here}/ok/none-of-them`, body: "x", label };
    await refused(client.batch([good, { ...good, delay: "soon" }]), 400, /delay/i);
    await refused(client.batch([good, { ...good, url: "no-scheme.test/x" }]), 400);
    await refused(client.batch([good, { urlGroup: own("missing"), body: "x" }]), 404, /topic .* not found/);
    await pause(500);
    assert.equal(to("/ok/none-of-them").length, 0);
  },
}, { first: () => client.urlGroups.addEndpoints({ name: group, endpoints }) });
