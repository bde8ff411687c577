// rows: 27 38 86 87 88 89
import { assert, atEnd, came, client, eventually, here, host, label, logged, own, plan, tell, utf8 } from "./kit.mjs";

const logs = async (filter) => (await client.logs({ filter })).logs;
const ids = (entries) => [...new Set(entries.map((entry) => entry.messageId))];

await tell({
  "an entry tells of its message": async () => {
    const before = Date.now();
    const { messageId } = await client.publishJSON({
      url: `${here}/ok/told?q=1`,
      body: { hello: "세계" },
      headers: { "x-own": "1" },
      method: "PUT",
      retries: 4,
      timeout: 40,
      retryDelay: "100 * (1 + retried)",
      callback: `${here}/ok/callback`,
      failureCallback: `${here}/ok/failure-callback`,
      flowControl: { key: own("key"), parallelism: 4, rate: 40, period: "1m" },
      label: [label, own("told")],
    });
    const [created, active, delivered] = await logged(messageId);
    assert.deepEqual([created, active, delivered].map((entry) => entry.state), ["CREATED", "ACTIVE", "DELIVERED"]);
    const told = {
      messageId,
      url: `${here}/ok/told?q=1`,
      method: "PUT",
      maxRetries: 4,
      callback: `${here}/ok/callback`,
      failureCallback: `${here}/ok/failure-callback`,
      flowControlKey: own("key"),
      parallelism: 4,
      rate: 40,
      period: 60,
      retryDelayExpr: "100 * (1 + retried)",
      retryDelayExpression: "100 * (1 + retried)",
      label,
      labels: [label, own("told")],
      timeout: 40_000,
    };
    for (const entry of [created, delivered]) assert.deepEqual({ ...entry, ...told }, entry);
    assert.deepEqual(created.header, { "Content-Type": ["application/json"], "X-Own": ["1"] });
    assert.equal(utf8(created.body), '{"hello":"세계"}');
    assert.ok(created.time >= before - 1000 && delivered.time <= Date.now() + 1000);
  },

  "a failure tells why, and when it will be tried again": async () => {
    const url = plan("/fail/why", () => ({ status: 500, headers: { "x-why": "tea" } }));
    const { messageId } = await client.publish({ url, body: "x", retries: 2, retryDelay: "60000", label });
    const log = await logged(messageId, "RETRY");
    const [error, retry] = log.slice(-2);
    assert.equal(error.state, "ERROR");
    assert.match(error.error, /./);
    assert.equal(error.responseStatus, 500);
    assert.equal(utf8(error.responseBody), "answer of /fail/why");
    assert.deepEqual(error.responseHeader["X-Why"], ["tea"]);
    assert.deepEqual(error.responseHeaders, error.responseHeader);
    assert.ok(Math.abs(retry.nextDeliveryTime - retry.time - 60_000) < 500);
    await client.messages.cancel(messageId);
    const canceled = await logged(messageId, "CANCELED");
    assert.equal(canceled.at(-1).state, "CANCELED");
  },

  "the newest first, page by page, each entry once": async () => {
    const all = own("pages");
    const published = await Promise.all(Array.from({ length: 5 }, () => client.publish({ url: `${here}/ok/pages`, body: "x", label: [label, all] })));
    const whole = await eventually(() => logs({ label: all }), (entries) => entries.length === 15);
    assert.ok(whole.every((entry, i) => i === 0 || entry.time <= whole[i - 1].time));
    assert.deepEqual(new Set(ids(whole)), new Set(published.map((one) => one.messageId)));
    const seen = [];
    let cursor;
    do {
      const page = await client.logs({ filter: { label: all }, count: 4, cursor });
      assert.ok(page.logs.length <= 4);
      seen.push(...page.logs);
      cursor = page.cursor;
    } while (cursor !== undefined && seen.length <= 15);
    assert.deepEqual(seen, whole);
    assert.equal((await client.logs({ filter: { label: all } })).cursor, undefined);
  },

  "by message, one or several": async () => {
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((name) => client.publish({ url: `${here}/ok/ids-${name}`, body: "x", label })));
    await Promise.all([a, b, c].map((one) => logged(one.messageId)));
    assert.deepEqual(ids(await logs({ messageId: a.messageId })), [a.messageId]);
    const { logs: both } = await client.logs({ messageIds: [a.messageId, c.messageId] });
    assert.equal(both.length, 6);
    assert.deepEqual(new Set(ids(both)), new Set([a.messageId, c.messageId]));
    assert.deepEqual((await client.events({ filter: { messageId: b.messageId } })).events, await logs({ messageId: b.messageId }));
  },

  "by each filter": async () => {
    const name = own("group");
    const queueName = own("queue");
    const key = own("flow");
    atEnd((client) => client.urlGroups.delete(name));
    atEnd((client) => client.queue({ queueName }).delete());
    await client.urlGroups.addEndpoints({ name, endpoints: [{ url: `${here}/ok/grouped` }] });
    const [grouped] = await client.publish({ urlGroup: name, body: "x", label });
    const queued = await client.queue({ queueName }).enqueue({ url: `${here}/ok/queued`, body: "x", label });
    const flowing = await client.publish({ url: `${here}/ok/flowing?a=1`, body: "x", flowControl: { key, parallelism: 2 }, label });
    await Promise.all([grouped, queued, flowing].map((one) => logged(one.messageId)));
    assert.deepEqual(ids(await logs({ urlGroup: name })), [grouped.messageId]);
    assert.deepEqual(ids(await logs({ topicName: name })), [grouped.messageId]);
    assert.deepEqual(ids(await logs({ queueName })), [queued.messageId]);
    assert.deepEqual(ids(await logs({ flowControlKey: key })), [flowing.messageId]);
    assert.deepEqual(ids(await logs({ url: `${here}/ok/flowing?a=1` })), [flowing.messageId]);
    assert.deepEqual(await logs({ url: `${here}/ok/flowing` }), []);
    assert.deepEqual(ids(await logs({ host, path: "/ok/flowing" })), [flowing.messageId]);
    assert.deepEqual(new Set(ids(await logs({ host, path: ["/ok/flowing", "/ok/queued"] }))), new Set([flowing.messageId, queued.messageId]));
    assert.deepEqual(ids(await logs({ queueName, callerIp: "127.0.0.1" })), [queued.messageId]);
    assert.deepEqual(await logs({ queueName, callerIp: "203.0.113.9" }), []);
    assert.deepEqual(await logs({ scheduleId: own("none") }), []);
    assert.deepEqual(await logs({ label, queueName, flowControlKey: key }), []);
  },

  "by state": async () => {
    const mine = own("states");
    const good = await client.publish({ url: `${here}/ok/state`, body: "x", label: [label, mine] });
    const retrying = await client.publish({ url: `${here}/fail/state`, body: "x", retries: 1, retryDelay: "60000", label: [label, mine] });
    await Promise.all([logged(good.messageId), logged(retrying.messageId, "RETRY")]);
    assert.deepEqual(ids(await logs({ label: mine, state: "DELIVERED" })), [good.messageId]);
    assert.deepEqual((await logs({ label: mine, state: "CREATED" })).length, 2);
    const inProgress = (await logs({ label: mine, state: "IN_PROGRESS" })).map((entry) => entry.state);
    assert.deepEqual(inProgress.sort(), ["ACTIVE", "ACTIVE", "ERROR", "RETRY"]);
    assert.deepEqual(await logs({ label: mine, state: "FAILED" }), []);
  },

  "by date, both ends included": async () => {
    const { messageId } = await client.publish({ url: `${here}/ok/dates`, body: "x", label });
    const entries = await logged(messageId);
    const [first, last] = [entries[0].time, entries.at(-1).time];
    assert.equal((await logs({ messageId, fromDate: first, toDate: new Date(last) })).length, 3);
    assert.deepEqual(await logs({ messageId, toDate: first - 1 }), []);
    assert.deepEqual(await logs({ messageId, fromDate: new Date(last + 1) }), []);
  },

  "a hundred at once, four hundred entries in one page": async () => {
    const many = own("hundred");
    const published = await Promise.all(
      Array.from({ length: 100 }, (_, n) => client.publish({ url: `${here}/fail/hundred`, body: String(n), retries: 0, label: [label, many] })),
    );
    const entries = await eventually(() => logs({ label: many }), (entries) => entries.length === 400);
    assert.deepEqual(new Set(ids(entries)), new Set(published.map((one) => one.messageId)));
    const slow = own("slow");
    const started = Date.now();
    await Promise.all(Array.from({ length: 10 }, () => client.publish({ url: `${here}/slow-1000/at-once`, body: "x", label: [label, slow] })));
    await came("/slow-1000/at-once", 10);
    assert.ok(Date.now() - started < 5000, "one does not wait for the other");
  },
});
