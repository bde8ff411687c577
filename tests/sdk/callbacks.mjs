// rows: 39 40 41 42 43 44
import { assert, came, client, deadLetter, here, label, logged, own, pause, plan, sdk, signingKeys, states, tell, to, utf8 } from "./kit.mjs";

const bodies = (path) => to(path).map((one) => JSON.parse(one.body));

await tell({
  "the answer comes back": async () => {
    const url = plan("/ok/asked", () => ({ status: 202, headers: { "x-answer": "42" }, body: "응답" }));
    const callback = `${here}/ok/callback?id=1`;
    const before = Date.now();
    const { messageId } = await client.publishJSON({ url, body: { ask: 1 }, headers: { "x-own": "1" }, method: "PUT", callback, retries: 4, label });
    const [one] = await came("/ok/callback");
    const body = JSON.parse(one.body);
    const told = { status: 202, sourceMessageId: messageId, url, method: "PUT", maxRetries: 4 };
    assert.deepEqual({ ...body, ...told }, body);
    assert.equal(body.retried ?? 0, 0);
    assert.equal(utf8(body.body), "응답");
    assert.deepEqual(body.header["X-Answer"], ["42"]);
    assert.equal(utf8(body.sourceBody), '{"ask":1}');
    assert.deepEqual(body.sourceHeader["X-Own"], ["1"]);
    assert.ok(Number(body.createdAt) >= before - 1000);
    assert.equal(body.dlqId, undefined);
    assert.equal(one.method, "POST");
    assert.equal(one.url, "/ok/callback?id=1");
    assert.match(one.headers["content-type"], /^application\/json/);
    const id = one.headers["upstash-message-id"];
    assert.notEqual(id, messageId);
    assert.equal((await logged(id)).at(-1).url, callback);
    const receiver = new sdk.Receiver(await signingKeys());
    assert.equal(await receiver.verify({ signature: one.headers["upstash-signature"], body: one.body, url: callback }), true);
    const message = await client.messages.get(messageId);
    assert.equal(message.callback, callback);
  },

  "after every attempt, until it works": async () => {
    const { messageId } = await client.publish({
      url: `${here}/fail-2/asked`,
      body: "x",
      retries: 3,
      retryDelay: "200",
      callback: `${here}/ok/each`,
      failureCallback: `${here}/ok/never-failed`,
      label,
    });
    await came("/ok/each", 3);
    await states(messageId);
    await pause(300);
    const told = bodies("/ok/each").sort((a, b) => (a.retried ?? 0) - (b.retried ?? 0));
    assert.deepEqual(told.map(({ status, retried }) => [status, retried ?? 0]), [[500, 0], [500, 1], [200, 2]]);
    assert.ok(told.every((one) => one.sourceMessageId === messageId && one.maxRetries === 3));
    assert.equal(to("/ok/never-failed").length, 0);
  },

  "given up: once, with the dead letter": async () => {
    const failureCallback = `${here}/ok/failed?x=1`;
    const { messageId } = await client.publishJSON({
      url: `${here}/fail/for-good`,
      body: { n: 1 },
      retries: 1,
      retryDelay: "100",
      callback: `${here}/ok/each-failure`,
      failureCallback,
      label,
    });
    const [one] = await came("/ok/failed");
    const letter = await deadLetter(messageId);
    const body = JSON.parse(one.body);
    const told = { status: 500, retried: 1, maxRetries: 1, sourceMessageId: messageId, url: `${here}/fail/for-good`, dlqId: letter.dlqId };
    assert.deepEqual({ ...body, ...told }, body);
    assert.equal(utf8(body.sourceBody), '{"n":1}');
    assert.equal(utf8(body.body), "answer of /fail/for-good");
    assert.equal(letter.failureCallback, failureCallback);
    await came("/ok/each-failure", 2);
    await pause(300);
    assert.equal(to("/ok/failed").length, 1);
    assert.equal(to("/ok/each-failure").length, 2);
  },

  "given up at once": async () => {
    const url = plan("/status-489/final", () => ({ status: 489, headers: { "upstash-nonretryable-error": "true" } }));
    await client.publish({ url, body: "x", retries: 5, failureCallback: `${here}/ok/final`, label });
    const [one] = await came("/ok/final");
    assert.equal(JSON.parse(one.body).status, 489);
    assert.equal(to("/status-489/final").length, 1);
  },

  "nobody answered": async () => {
    await client.publish({ url: "http://127.0.0.1:1/none", body: "x", retries: 0, failureCallback: `${here}/ok/nobody`, label });
    const [one] = await came("/ok/nobody");
    const body = JSON.parse(one.body);
    assert.equal(body.status ?? 0, 0);
    assert.match(body.dlqId, /^\d+-\d+$/);
  },

  "settings for the callback itself": async () => {
    const { messageId } = await client.publishJSON({
      url: `${here}/ok/configured`,
      body: 1,
      callback: `${here}/fail-1/callback`,
      failureCallback: `${here}/ok/unused`,
      headers: {
        "Upstash-Callback-Method": "PUT",
        "Upstash-Callback-Retries": "2",
        "Upstash-Callback-Retry-Delay": "100",
        "Upstash-Callback-Forward-X-Own": "callback, own",
        "Upstash-Failure-Callback-Forward-X-Own": "failure",
      },
      label,
    });
    const [first, second] = await came("/fail-1/callback", 2);
    for (const one of [first, second]) {
      assert.equal(one.method, "PUT");
      assert.equal(one.headers["x-own"], "callback, own");
    }
    assert.equal(second.headers["upstash-retried"], "1");
    const of = await client.messages.get(first.headers["upstash-message-id"]);
    assert.equal(of.maxRetries, 2);
    const message = await client.messages.get(messageId);
    assert.deepEqual(message.callbackHeader["Upstash-Forward-X-Own"], ["callback, own"]);
    const [created] = await logged(messageId);
    assert.deepEqual(created.callbackHeaders, message.callbackHeader);
    assert.deepEqual(created.failureCallbackHeaders, message.failureCallbackHeader);
    assert.match(JSON.stringify(message.failureCallbackHeader), /failure/);
  },

  "a callback that comes later": async () => {
    await client.publish({ url: `${here}/ok/delayed`, body: "x", callback: `${here}/ok/later`, headers: { "Upstash-Callback-Delay": "1s" }, label });
    const [[asked], [one]] = [await came("/ok/delayed"), await came("/ok/later")];
    assert.ok(one.at - asked.left >= 950, `after ${one.at - asked.left} ms`);
  },

  "a callback that fails has a callback of its own, and dies as others do": async () => {
    await client.publish({
      url: `${here}/ok/nested`,
      body: "x",
      callback: `${here}/fail/nested`,
      headers: {
        "Upstash-Callback-Retries": "0",
        "Upstash-Callback-Failure-Callback": `${here}/ok/nested-failed`,
        "Upstash-Callback-Failure-Callback-Forward-X-Deep": "deep",
      },
      label,
    });
    const [one] = await came("/ok/nested-failed");
    assert.equal(one.headers["x-deep"], "deep");
    const [callback] = to("/fail/nested");
    const body = JSON.parse(one.body);
    assert.equal(body.sourceMessageId, callback.headers["upstash-message-id"]);
    assert.equal((await deadLetter(body.sourceMessageId)).dlqId, body.dlqId);
    assert.deepEqual(await client.dlq.delete([body.dlqId]), { deleted: 1 });
  },

  "from a batch and from a queue": async () => {
    const queueName = own("queue");
    const [a, b] = await client.batchJSON([
      { url: `${here}/ok/batched`, body: 1, callback: `${here}/ok/of-batch`, label },
      { url: `${here}/ok/queued`, body: 2, callback: `${here}/ok/of-queue`, queueName, label },
    ]);
    await Promise.all([came("/ok/of-batch"), came("/ok/of-queue")]);
    assert.equal(bodies("/ok/of-batch")[0].sourceMessageId, a.messageId);
    assert.equal(bodies("/ok/of-queue")[0].sourceMessageId, b.messageId);
    await client.queue({ queueName }).delete();
  },
});
