// rows: 55 56 57 58 59 60 61
import { assert, atEnd, came, client, eventually, here, label, logged, own, pause, refused, states, tell, to } from "./kit.mjs";

const queueOf = (name) => {
  const queueName = own(name);
  atEnd((client) => client.queue({ queueName }).delete());
  return client.queue({ queueName });
};

const listed = async (name) => (await client.queue().list()).filter((one) => one.name === own(name));

await tell({
  "create, read, change, list, delete": async () => {
    const queue = queueOf("life");
    const before = Date.now();
    await queue.upsert({ parallelism: 2 });
    const { createdAt, updatedAt, ...rest } = await queue.get();
    assert.deepEqual(rest, { name: own("life"), parallelism: 2, lag: 0, paused: false });
    assert.ok(createdAt >= before - 1000 && createdAt <= Date.now() + 1000 && updatedAt >= createdAt);
    await queue.upsert({ parallelism: 5 });
    const changed = await queue.get();
    assert.equal(changed.parallelism, 5);
    assert.equal(changed.createdAt, createdAt);
    assert.ok(changed.updatedAt >= updatedAt);
    assert.deepEqual(await listed("life"), [changed]);
    await queue.delete();
    assert.deepEqual(await listed("life"), []);
    await refused(queue.get(), 404);
    await queue.delete();
  },

  "a name that is none": async () => {
    await refused(client.queue({ queueName: "no such name!" }).upsert({ parallelism: 1 }), 400);
    await assert.rejects(client.queue().get(), /provide a queue name/);
  },

  "made by the first message": async () => {
    const queue = queueOf("made");
    const { messageId } = await queue.enqueueJSON({ url: `${here}/ok/made?q=1`, body: { n: 1 }, headers: { "x-own": "1" }, method: "PUT", label });
    const [one] = await came("/ok/made");
    assert.equal(one.headers["upstash-message-id"], messageId);
    assert.equal(one.url, "/ok/made?q=1");
    assert.equal(one.method, "PUT");
    assert.equal(one.headers["x-own"], "1");
    assert.equal(one.headers["content-type"], "application/json");
    assert.deepEqual(JSON.parse(one.body), { n: 1 });
    const { parallelism, paused } = await queue.get();
    assert.deepEqual({ parallelism, paused }, { parallelism: 1, paused: false });
    assert.equal((await client.messages.get(messageId)).queueName, own("made"));
    assert.ok((await logged(messageId)).every((entry) => entry.queueName === own("made")));
  },

  "paused: taken, counted, and delivered in order when resumed": async () => {
    const queue = queueOf("paused");
    await queue.upsert({ parallelism: 1 });
    await queue.pause();
    assert.equal((await queue.get()).paused, true);
    for (let n = 1; n <= 4; n++) await queue.enqueue({ url: `${here}/ok/paused`, body: String(n), label });
    assert.equal((await queue.get()).lag, 4);
    await pause(500);
    assert.equal(to("/ok/paused").length, 0);
    await queue.resume();
    assert.equal((await queue.get()).paused, false);
    await came("/ok/paused", 4);
    assert.deepEqual(to("/ok/paused").map((one) => one.body), ["1", "2", "3", "4"]);
    await eventually(() => queue.get(), ({ lag }) => lag === 0);
  },

  "paused and resumed by writing it anew": async () => {
    const queue = queueOf("upsert");
    await queue.upsert({ parallelism: 3, paused: true });
    const { parallelism, paused } = await queue.get();
    assert.deepEqual({ parallelism, paused }, { parallelism: 3, paused: true });
    await queue.enqueue({ url: `${here}/ok/upsert`, body: "x", label });
    await queue.upsert({ parallelism: 3, paused: false });
    assert.equal((await queue.get()).paused, false);
    await came("/ok/upsert");
  },

  "one after the other": async () => {
    const queue = queueOf("line");
    await queue.upsert({ parallelism: 1 });
    for (let n = 1; n <= 4; n++) await queue.enqueue({ url: `${here}/slow-150/line`, body: String(n), label });
    const arrivals = await came("/slow-150/line", 4);
    assert.deepEqual(arrivals.map((one) => one.body), ["1", "2", "3", "4"]);
    for (let n = 1; n < 4; n++) assert.ok(arrivals[n].at >= arrivals[n - 1].left, `${n + 1} began before ${n} ended`);
  },

  "the line waits for retries": async () => {
    const queue = queueOf("retries");
    await queue.enqueue({ url: `${here}/fail-2/line`, body: "1", retries: 3, retryDelay: "200", label });
    const { messageId } = await queue.enqueue({ url: `${here}/ok/after-retries`, body: "2", label });
    const [next] = await came("/ok/after-retries");
    assert.equal(to("/fail-2/line").length, 3);
    assert.ok(next.at >= to("/fail-2/line")[2].left);
    await states(messageId);
    await queue.enqueue({ url: `${here}/fail/line`, body: "3", retries: 1, retryDelay: "100", label });
    await queue.enqueue({ url: `${here}/ok/after-failure`, body: "4", label });
    const [last] = await came("/ok/after-failure");
    assert.equal(to("/fail/line").length, 2);
    assert.ok(last.at >= to("/fail/line")[1].left);
  },

  "the line waits for callbacks": async () => {
    const queue = queueOf("callbacks");
    await queue.enqueue({ url: `${here}/ok/called-back`, body: "1", callback: `${here}/slow-400/callback`, label });
    await queue.enqueue({ url: `${here}/ok/after-callback`, body: "2", label });
    const [next] = await came("/ok/after-callback");
    const [callback] = to("/slow-400/callback");
    assert.ok(callback?.left, "the callback came first");
    assert.ok(next.at >= callback.left);
  },

  "more at once, as soon as it is allowed": async () => {
    const queue = queueOf("wide");
    await queue.upsert({ parallelism: 1 });
    const most = () => {
      const all = to("/slow-500/wide");
      return Math.max(...all.map((one) => all.filter((other) => other.at <= one.at && (other.left ?? Infinity) > one.at).length));
    };
    await queue.pause();
    for (let n = 0; n < 6; n++) await queue.enqueue({ url: `${here}/slow-500/wide`, body: String(n), label });
    await queue.upsert({ parallelism: 3, paused: false });
    await came("/slow-500/wide", 6);
    assert.equal(most(), 3);
  },

  "a body kept secret": async () => {
    const queue = queueOf("secret");
    await queue.upsert({ paused: true });
    const { messageId } = await queue.enqueueJSON({ url: `${here}/ok/secret`, body: { pin: "very-secret" }, redact: { body: true }, label });
    assert.match((await client.messages.get(messageId)).body, /^REDACTED:[0-9a-f]{64}$/);
    await queue.resume();
    const [one] = await came("/ok/secret");
    assert.equal(one.body, '{"pin":"very-secret"}');
  },

  "its messages outlive it": async () => {
    const queue = queueOf("gone");
    await queue.upsert({ paused: true });
    for (const n of [1, 2]) await queue.enqueue({ url: `${here}/ok/gone`, body: String(n), label });
    await queue.delete();
    await came("/ok/gone", 2);
  },
});
