// rows: 92 93 94 95 97 98
import { assert, atEnd, came, client, deadLetter, die, eventually, here, label, own, plan, refused, tell, to } from "./kit.mjs";

const dlq = client.dlq;
const list = async (filter, more = {}) => (await dlq.listMessages({ filter, ...more })).messages;
const ids = (messages) => messages.map((one) => one.dlqId);

/** Dead letters that share a label of their own. */
const dieTogether = async (name, count, request = () => ({})) => {
  const shared = own(name);
  const letters = [];
  for (let n = 0; n < count; n++) letters.push(await die({ label: [label, shared], body: n, ...request(n) }));
  return { shared, letters };
};

await tell({
  "a dead letter tells what was sent and what came back": async () => {
    const url = plan("/fail/told", () => ({
      status: 418,
      headers: { "content-type": "text/plain", "x-why": "tea", "x-many": ["1", "2"] },
      body: "keine Lust: 싫어",
    }));
    const before = Date.now();
    const { messageId } = await client.publishJSON({
      url,
      body: { n: 1 },
      headers: { "x-own": "1" },
      method: "PUT",
      retries: 1,
      retryDelay: "50",
      callback: `${here}/ok/callback`,
      failureCallback: `${here}/ok/failure-callback`,
      flowControl: { key: own("key"), parallelism: 2, rate: 30, period: "1m" },
      label: [label, own("told")],
    });
    const letter = await deadLetter(messageId);
    const told = {
      messageId,
      url,
      method: "PUT",
      header: { "Content-Type": ["application/json"], "X-Own": ["1"] },
      body: '{"n":1}',
      maxRetries: 1,
      retryDelayExpression: "50",
      callback: `${here}/ok/callback`,
      failureCallback: `${here}/ok/failure-callback`,
      callerIP: "127.0.0.1",
      label,
      labels: [label, own("told")],
      flowControlKey: own("key"),
      parallelism: 2,
      rate: 30,
      ratePerSecond: 30,
      period: 60,
      responseStatus: 418,
      responseBody: "keine Lust: 싫어",
    };
    assert.deepEqual({ ...letter, ...told }, letter);
    assert.match(letter.dlqId, /^\d+-\d+$/);
    assert.ok(letter.createdAt >= before - 1000 && letter.createdAt <= Date.now() + 1000);
    assert.deepEqual(letter.responseHeader["X-Why"], ["tea"]);
    assert.deepEqual(letter.responseHeader["Content-Type"], ["text/plain"]);
    assert.deepEqual(letter.responseHeader["X-Many"].flatMap((value) => value.split(", ")), ["1", "2"]);
    assert.deepEqual((await dlq.listMessages({ dlqIds: [letter.dlqId] })).messages, [letter]);
    assert.deepEqual((await dlq.listMessages({ dlqIds: letter.dlqId })).messages, [letter]);
  },

  "an answer that is no text": async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    const letter = await die({ url: plan("/fail/bytes", () => ({ status: 500, body: bytes })) });
    assert.equal(letter.responseBody, undefined);
    assert.equal(letter.responseBodyBase64, bytes.toString("base64"));
  },

  "each filter finds its own": async () => {
    const name = own("group");
    atEnd((client) => client.urlGroups.delete(name));
    await client.urlGroups.addEndpoints({ name, endpoints: [{ url: `${here}/status-503/group` }] });
    const queueName = own("queue");
    atEnd((client) => client.queue({ queueName }).delete());
    const key = own("flow");
    const [grouped] = await client.publish({ urlGroup: name, body: "x", retries: 0, label });
    const queued = await client.queue({ queueName }).enqueue({ url: `${here}/status-409/queue`, body: "x", retries: 0, label });
    const a = await deadLetter(grouped.messageId);
    const b = await deadLetter(queued.messageId);
    const c = await die({ url: `${here}/status-410/flow`, flowControl: { key, parallelism: 1 } });
    assert.deepEqual(ids(await list({ urlGroup: name })), [a.dlqId]);
    assert.equal(a.urlGroup, name);
    assert.deepEqual(ids(await list({ queueName })), [b.dlqId]);
    assert.equal(b.queueName, queueName);
    assert.deepEqual(ids(await list({ flowControlKey: key })), [c.dlqId]);
    assert.deepEqual(ids(await list({ url: `${here}/status-410/flow` })), [c.dlqId]);
    assert.deepEqual(ids(await list({ messageId: a.messageId })), [a.dlqId]);
    assert.deepEqual(ids(await list({ label, responseStatus: 409 })), [b.dlqId]);
    assert.deepEqual(ids(await list({ label, responseStatus: [409, 410] })), [b.dlqId, c.dlqId]);
    assert.deepEqual(ids(await list({ url: [`${here}/status-410/flow`, `${here}/status-503/group`] })), [a.dlqId, c.dlqId]);
    assert.deepEqual(await list({ url: `${here}/status-410/flow`, responseStatus: 409 }), []);
    assert.deepEqual(await list({ label, responseStatus: 999 }), []);
    assert.deepEqual(await list({ scheduleId: own("no-schedule") }), []);
    assert.deepEqual(ids(await list({ url: `${here}/status-410/flow`, callerIp: "127.0.0.1" })), [c.dlqId]);
    assert.deepEqual(await list({ url: `${here}/status-410/flow`, callerIp: "203.0.113.9" }), []);
    const [from, to] = [Math.min(a.createdAt, b.createdAt, c.createdAt), Date.now() + 60_000];
    assert.deepEqual(ids(await list({ queueName, fromDate: new Date(from), toDate: new Date(to) })), [b.dlqId]);
    assert.deepEqual(await list({ queueName, fromDate: to }), []);
    assert.deepEqual(await list({ queueName, toDate: from - 60_000 }), []);
  },

  "page by page, oldest first": async () => {
    const { shared, letters } = await dieTogether("pages", 5);
    const seen = [];
    let cursor;
    let pages = 0;
    do {
      const page = await dlq.listMessages({ filter: { label: shared }, count: 2, cursor });
      assert.ok(page.messages.length <= 2);
      seen.push(...page.messages);
      cursor = page.cursor;
      pages++;
    } while (cursor !== undefined && pages < 10);
    assert.deepEqual(ids(seen), ids(letters));
    assert.ok(pages <= 4, `${pages} pages`);
  },

  "delete one; it is gone then": async () => {
    const letter = await die();
    assert.deepEqual(await dlq.delete(letter.dlqId), { deleted: 1 });
    await refused(dlq.delete(letter.dlqId), 404);
    assert.deepEqual(await list({ messageId: letter.messageId }), []);
  },

  "delete many by id": async () => {
    const { letters } = await dieTogether("ids", 4);
    const [a, b, c, d] = ids(letters);
    assert.deepEqual(await dlq.delete([a, b]), { deleted: 2 });
    assert.deepEqual(await dlq.deleteMany({ dlqIds: [b, c] }), { deleted: 1 });
    assert.deepEqual(await dlq.delete({ dlqIds: d }), { deleted: 1 });
    assert.deepEqual(await dlq.delete({ dlqIds: [a, "0-0"] }), { deleted: 0 });
    assert.deepEqual(await dlq.delete([]), { deleted: 0 });
  },

  "delete by filter, by portions": async () => {
    const { shared, letters } = await dieTogether("filter", 3);
    const other = await die();
    const first = await dlq.delete({ filter: { label: shared }, count: 2 });
    assert.equal(first.deleted, 2);
    assert.match(first.cursor, /./);
    assert.deepEqual(ids(await list({ label: shared })), [letters[2].dlqId]);
    const second = await dlq.delete({ filter: { label: shared }, count: 2 });
    assert.deepEqual(second, { deleted: 1 });
    assert.deepEqual(await dlq.delete({ filter: { label: shared } }), { deleted: 0 });
    assert.equal((await list({ messageId: other.messageId })).length, 1);
  },

  "a filter with a slip of the pen touches nothing": async () => {
    const letter = await die();
    for (const filter of [{ labeel: label }, { host: "127.0.0.1" }]) {
      await assert.rejects(dlq.delete({ filter }), (error) => error.status >= 400 && error.status < 500);
      await assert.rejects(dlq.retry({ filter }), (error) => error.status >= 400 && error.status < 500);
      await assert.rejects(dlq.listMessages({ filter }), (error) => error.status >= 400 && error.status < 500);
    }
    assert.equal((await list({ messageId: letter.messageId })).length, 1);
  },

  "retry one: a new message, as the first was": async () => {
    const url = plan("/fail/once", (n) => ({ status: n === 1 ? 500 : 200 }));
    const letter = await die({ url: `${url}?q=1`, body: { n: 1 }, headers: { "x-own": "1" }, method: "PATCH" });
    const { responses, cursor } = await dlq.retry(letter.dlqId);
    assert.equal(cursor, undefined);
    assert.equal(responses.length, 1);
    assert.match(responses[0].messageId, /^msg_/);
    assert.notEqual(responses[0].messageId, letter.messageId);
    const [, again] = await came("/fail/once", 2);
    assert.equal(again.url, "/fail/once?q=1");
    assert.equal(again.method, "PATCH");
    assert.equal(again.body, '{"n":1}');
    assert.equal(again.headers["x-own"], "1");
    assert.equal(again.headers["upstash-message-id"], responses[0].messageId);
    assert.equal(again.headers["upstash-retried"], "0");
    await refused(dlq.delete(letter.dlqId), 404);
    const message = await client.messages.get(responses[0].messageId);
    assert.deepEqual([message.label, message.maxRetries], [label, 0]);
  },

  "retry with a fresh budget": async () => {
    const url = plan("/fail/budget", (n) => ({ status: n <= 3 ? 500 : 200 }));
    const letter = await die({ url, retries: 1, retryDelay: "50" });
    assert.equal(to("/fail/budget").length, 2);
    await dlq.retry([letter.dlqId]);
    const arrivals = await came("/fail/budget", 4);
    assert.deepEqual(arrivals.map((one) => one.headers["upstash-retried"]), ["0", "1", "0", "1"]);
  },

  "what fails again becomes a dead letter again": async () => {
    const letter = await die();
    const { responses } = await dlq.retry({ dlqIds: [letter.dlqId] });
    const again = await deadLetter(responses[0].messageId);
    assert.notEqual(again.dlqId, letter.dlqId);
  },

  "retry by filter, by portions": async () => {
    const { shared } = await dieTogether("retry", 3, (n) => ({ url: plan(`/fail/retry-${n}`, (n) => ({ status: n === 1 ? 500 : 200 })) }));
    const first = await dlq.retry({ filter: { label: shared }, count: 2 });
    assert.equal(first.responses.length, 2);
    const second = await dlq.retry({ filter: { label: shared }, count: 2 });
    assert.equal(second.responses.length, 1);
    assert.equal(second.cursor, undefined);
    assert.deepEqual((await dlq.retry({ filter: { label: shared } })).responses, []);
    for (const n of [0, 1, 2]) await came(`/fail/retry-${n}`, 2);
    await eventually(() => list({ label: shared }), (letters) => letters.length === 0);
  },

  "every filter is known to retry": async () => {
    const none = { label: own("nothing") };
    for (const filter of [
      { url: "https://none.test" },
      { urlGroup: "none" },
      { scheduleId: "none" },
      { queueName: "none" },
      { flowControlKey: "none" },
      { messageId: "msg_none" },
      { callerIp: "203.0.113.9" },
      { responseStatus: 999 },
      { fromDate: Date.now() + 3_600_000 },
      { toDate: new Date(0) },
      { api: "llm" },
    ]) {
      assert.deepEqual((await dlq.retry({ filter: { ...none, ...filter } })).responses, [], JSON.stringify(filter));
      assert.deepEqual(await dlq.delete({ filter: { ...none, ...filter } }), { deleted: 0 });
    }
    assert.deepEqual(await dlq.retry([]), { responses: [] });
    await assert.rejects(dlq.retry({ dlqIds: [] }), /Empty dlqIds/);
  },
});
