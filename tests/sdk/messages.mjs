// rows: 82 83 84 85 89
import { assert, atEnd, client, eventually, here, host, label, own, pause, refused, states, tell, to } from "./kit.mjs";

const group = own("group");
const queueName = own("queue");
atEnd((client) => client.urlGroups.delete(group));
atEnd((client) => client.queue({ queueName }).delete());

/** Publishes what waits for an hour; gives its id. */
const waiting = async (path, request = {}) =>
  (await client.publish({ url: `${here}/ok/${path}`, body: "x", delay: "1h", label, ...request })).messageId;

const cancelled = async (filter) => (await client.messages.cancel({ filter })).cancelled;

const isCancelled = async (messageId) => assert.equal((await states(messageId, "CANCELED")).at(-1), "CANCELED");

await tell({
  "a message shows all that was asked of it": async () => {
    const before = Date.now();
    const key = own("shown");
    const messageId = await waiting("shown?x=1", {
      body: "한국어",
      method: "PATCH",
      headers: { "content-type": "text/own", "x-own": "1" },
      retries: 5,
      retryDelay: "1000 * (1 + retried)",
      timeout: 30,
      callback: `${here}/ok/callback?a=1`,
      failureCallback: `${here}/ok/failure-callback?b=2`,
      flowControl: { key, parallelism: 3, rate: 5, period: "1d" },
      label: [label, "second", "third"],
    });
    const message = await client.messages.get(messageId);
    const { createdAt, notBefore } = message;
    assert.ok(createdAt >= before - 1000 && createdAt <= Date.now() + 1000);
    assert.equal(notBefore - createdAt, 3_600_000);
    const shown = {
      messageId,
      url: `${here}/ok/shown?x=1`,
      method: "PATCH",
      maxRetries: 5,
      retryDelayExpression: "1000 * (1 + retried)",
      header: { "Content-Type": ["text/own"], "X-Own": ["1"] },
      body: "한국어",
      callback: `${here}/ok/callback?a=1`,
      failureCallback: `${here}/ok/failure-callback?b=2`,
      callerIP: "127.0.0.1",
      label,
      labels: [label, "second", "third"],
      flowControlKey: key,
      parallelism: 3,
      rate: 5,
      ratePerSecond: 5,
      period: 86_400,
    };
    assert.deepEqual({ ...message, ...shown }, message);
    for (const absent of ["topicName", "urlGroup", "endpointName", "queueName", "scheduleId", "bodyBase64"])
      assert.equal(message[absent], undefined, absent);
    await client.messages.delete(messageId);
    await isCancelled(messageId);
  },

  "a delivered message stays readable for a while": async () => {
    const { messageId } = await client.publish({ url: `${here}/ok/delivered`, body: "x", label });
    await states(messageId);
    assert.equal((await client.messages.get(messageId)).url, `${here}/ok/delivered`);
    await refused(client.messages.cancel(messageId), 404);
  },

  "an unknown message": async () => {
    await refused(client.messages.get("msg_unknown"), 404, /not found/);
    await refused(client.messages.cancel("msg_unknown"), 404, /not found/);
  },

  "cancel one": async () => {
    const messageId = await waiting("one", { delay: 5 });
    assert.deepEqual(await client.messages.cancel(messageId), { cancelled: 1 });
    await isCancelled(messageId);
    await pause(5500);
    assert.equal(to("/ok/one").length, 0);
    await refused(client.messages.cancel(messageId), 404);
  },

  "cancel what is under way: its end does not count": async () => {
    const { messageId } = await client.publish({ url: `${here}/slow-5000/way`, body: "x", retries: 3, retryDelay: "50", label });
    await eventually(async () => to("/slow-5000/way").length, (n) => n === 1);
    assert.deepEqual(await client.messages.cancel(messageId), { cancelled: 1 });
    await pause(5500);
    const all = await states(messageId, "CANCELED");
    assert.ok(!all.includes("DELIVERED"), all.join());
    assert.equal(to("/slow-5000/way").length, 1);
  },

  "cancel what waits for a retry": async () => {
    const { messageId } = await client.publish({ url: `${here}/fail/backoff`, body: "x", retries: 3, retryDelay: "60000", label });
    await states(messageId, "RETRY");
    assert.deepEqual(await client.messages.cancel(messageId), { cancelled: 1 });
    await isCancelled(messageId);
    assert.deepEqual((await client.dlq.listMessages({ filter: { messageId } })).messages, []);
  },

  "cancel many by id": async () => {
    const ids = await Promise.all([1, 2, 3, 4].map((n) => waiting(`many-${n}`)));
    assert.deepEqual(await client.messages.cancel(ids.slice(0, 2)), { cancelled: 2 });
    assert.deepEqual(await client.messages.cancel({ messageIds: [...ids.slice(1, 3), "msg_unknown"] }), { cancelled: 1 });
    assert.equal(await client.messages.deleteMany(ids), 1);
    assert.deepEqual(await client.messages.cancel([]), { cancelled: 0 });
    await assert.rejects(client.messages.cancel({ messageIds: [] }), /Empty messageIds/);
    for (const id of ids) await isCancelled(id);
  },

  "cancel by one filter": async () => {
    await client.urlGroups.addEndpoints({ name: group, endpoints: [{ url: `${here}/ok/grouped-1` }, { url: `${here}/ok/grouped-2` }] });
    const key = own("cancelled");
    const only = own("only");
    await waiting("by-label", { label: [label, only] });
    await waiting("by-key", { flowControl: { key, parallelism: 1 } });
    await waiting("by-url?q=1");
    await waiting("by-path?q=1");
    await client.publish({ urlGroup: group, body: "x", delay: "1h", label });
    const queue = client.queue({ queueName });
    await queue.upsert({ paused: true });
    await queue.enqueue({ url: `${here}/ok/by-queue`, body: "x", label });
    assert.equal(await cancelled({ label: only }), 1);
    assert.equal(await cancelled({ label: only }), 0);
    assert.equal(await cancelled({ flowControlKey: key }), 1);
    assert.equal(await cancelled({ url: `${here}/ok/by-url` }), 0);
    assert.equal(await cancelled({ url: `${here}/ok/by-url?q=1` }), 1);
    assert.equal(await cancelled({ path: "/ok/by-path" }), 1);
    assert.equal(await cancelled({ urlGroup: group }), 2);
    assert.equal(await cancelled({ queueName }), 1);
    assert.equal(await cancelled({ scheduleId: own("no-schedule") }), 0);
  },

  "cancel by host": async () => {
    const hostless = own("hosts");
    await waiting("by-host", { label: [label, hostless] });
    assert.equal(await cancelled({ host: "elsewhere.test", label: hostless }), 0);
    assert.equal(await cancelled({ host, label: hostless }), 1);
    await waiting("by-host", { label: [label, hostless] });
    assert.equal(await cancelled({ host: "127.0.0.1", label: hostless }), 1);
  },

  "cancel by who asked, and when": async () => {
    const mine = own("dated");
    await waiting("dated-1", { label: [label, mine] });
    assert.equal(await cancelled({ label: mine, callerIp: "203.0.113.9" }), 0);
    assert.equal(await cancelled({ label: mine, callerIp: ["203.0.113.9", "127.0.0.1"] }), 1);
    const first = await client.messages.get(await waiting("dated-2", { label: [label, mine] }));
    await pause(20);
    await waiting("dated-3", { label: [label, mine] });
    assert.equal(await cancelled({ label: mine, toDate: first.createdAt - 1 }), 0);
    assert.equal(await cancelled({ label: mine, fromDate: new Date(first.createdAt), toDate: new Date(first.createdAt) }), 1);
    assert.equal(await cancelled({ label: mine, fromDate: first.createdAt }), 1);
  },

  "one of several values, and every filter": async () => {
    const [a, b] = [own("a"), own("b")];
    await waiting("x1", { label: [label, a] });
    await waiting("x2", { label: [label, b] });
    await waiting("x3", { label: [label, a] });
    assert.equal(await cancelled({ label: [a, b], path: "/ok/x3" }), 1);
    assert.equal(await cancelled({ label: a, path: "/ok/x2" }), 0);
    assert.equal(await cancelled({ label: [a, b], path: ["/ok/x1", "/ok/x2"] }), 2);
  },

  "one call cancels all that a filter means, whatever the count of old says": async () => {
    const many = own("many");
    await client.batchJSON(Array.from({ length: 101 }, () => ({ url: `${here}/ok/many`, body: 1, delay: "1d", label: [label, many] })));
    assert.equal((await client.messages.cancel({ filter: { label: many }, count: 1 })).cancelled, 101);
    assert.equal((await client.messages.cancel({ filter: { label: many } })).cancelled, 0);
  },

  "a filter that does not exist cancels nothing": async () => {
    const safe = await waiting("safe");
    await assert.rejects(client.messages.cancel({ filter: { labeel: label } }));
    assert.equal((await client.messages.get(safe)).messageId, safe);
    assert.deepEqual(await states(safe, "CREATED"), ["CREATED"]);
  },

  "one label or several, in the message, the log and the dead letter": async () => {
    const one = own("one");
    const single = await waiting("single", { label: one });
    const message = await client.messages.get(single);
    assert.equal(message.label, one);
    assert.deepEqual(message.labels, [one]);
    const labels = [label, `${one}-2`, `${one}-3`];
    const { messageId } = await client.publish({ url: `${here}/fail/labels`, body: "x", retries: 0, label: labels });
    const dead = (await eventually(() => client.dlq.listMessages({ filter: { label: `${one}-3` } }), ({ messages }) => messages.length > 0)).messages[0];
    assert.equal(dead.messageId, messageId);
    assert.equal(dead.label, label);
    assert.deepEqual(dead.labels, labels);
    const { logs } = await eventually(() => client.logs({ filter: { label: `${one}-2` } }), ({ logs }) => logs.length === 4);
    assert.ok(logs.every((entry) => entry.messageId === messageId && entry.label === label && entry.labels.join() === labels.join()));
    await client.messages.cancel(single);
  },
});
