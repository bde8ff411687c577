// rows: 1 2 3 4 5 6 7 8 11 12 14 15 16 17 25 26 27 35 36
import { createHash } from "node:crypto";
import { assert, came, client, here, host, label, logged, makeClient, near, refused, sdk, tell, to, used, utf8 } from "./kit.mjs";

const { anthropic, custom, openai, resend, upstash } = sdk;
const hours = 3_600_000;

/** The message as the engine keeps it, never to be delivered. */
const kept = async (request) => {
  const { messageId } = await client.publishJSON({ delay: "1h", label, ...request });
  const message = await client.messages.get(messageId);
  assert.deepEqual(await client.messages.cancel(messageId), { cancelled: 1 });
  return message;
};

await tell({
  "any text to a URL": async () => {
    const body = "한국어 and 🦀\n\u0000 end";
    const answer = await client.publish({ url: `${here}/ok/text`, body, headers: { "content-type": "text/x-own" }, label });
    assert.match(answer.messageId, /^msg_/);
    assert.equal(answer.deduplicated, undefined);
    const [one] = await came("/ok/text");
    assert.equal(one.body, body);
    assert.equal(one.method, "POST");
    assert.equal(one.headers["content-type"], "text/x-own");
    assert.equal(one.headers["content-length"], String(Buffer.byteLength(body)));
    assert.deepEqual((await logged(answer.messageId)).map((entry) => entry.state), ["CREATED", "ACTIVE", "DELIVERED"]);
    assert.equal(to("/ok/text").length, 1);
  },

  "JSON, with its content type": async () => {
    const { messageId } = await client.publishJSON({ url: `${here}/ok/json`, body: { hello: "세계", n: [1, null] }, label });
    const [one] = await came("/ok/json");
    assert.deepEqual(JSON.parse(one.body), { hello: "세계", n: [1, null] });
    assert.equal(one.headers["content-type"], "application/json");
    const message = await client.messages.get(messageId);
    assert.equal(message.body, JSON.stringify({ hello: "세계", n: [1, null] }));
    assert.deepEqual(message.header, { "Content-Type": ["application/json"] });
  },

  "no body at all": async () => {
    await client.publishJSON({ url: `${here}/ok/empty`, label });
    const [one] = await came("/ok/empty");
    assert.equal(one.bytes.length, 0);
  },

  "the query of the destination, byte for byte": async () => {
    const url = `${here}/ok/query?b=2&a=1&q=%41%2F&deep=https://x.test//y&empty`;
    const { messageId } = await client.publish({ url, body: "x", label });
    const [one] = await came("/ok/query");
    assert.equal(here + one.url, url);
    assert.equal((await client.messages.get(messageId)).url, url);
  },

  "every method, a body with GET": async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const { messageId } = await client.publish({ url: `${here}/ok/${method}`, method, body: `by ${method}`, label });
      const [one] = await came(`/ok/${method}`);
      assert.equal(one.method, method);
      assert.equal(one.body, `by ${method}`);
      assert.equal((await client.messages.get(messageId)).method, method);
    }
  },

  "custom headers, and those of the client": async () => {
    const headers = { "x-color": "red", "X-List": "a, b", "upstash-forward-upstash-own": "kept" };
    const { messageId } = await makeClient({ headers: { "x-color": "blue", "x-global": "v1, v2" } }).publishJSON({
      url: `${here}/ok/headers`,
      body: 1,
      headers,
      label,
    });
    const [one] = await came("/ok/headers");
    assert.equal(one.headers["x-color"], "red");
    assert.equal(one.headers["x-list"], "a, b");
    assert.equal(one.headers["x-global"], "v1, v2");
    assert.equal(one.headers["upstash-own"], "kept");
    assert.deepEqual((await client.messages.get(messageId)).header, {
      "Content-Type": ["application/json"],
      "Upstash-Own": ["kept"],
      "X-Color": ["red"],
      "X-Global": ["v1, v2"],
      "X-List": ["a, b"],
    });
  },

  "all headers of the request, when asked": async () => {
    await client.publish({ url: `${here}/ok/plain`, body: "x", label });
    await client.publish({ url: `${here}/ok/forward`, body: "x", headers: { "Upstash-Header-Forward": "true" }, label });
    const [[plain], [forward]] = [await came("/ok/plain"), await came("/ok/forward")];
    // Node's fetch adds this one by itself.
    assert.equal(plain.headers["accept-language"], undefined);
    assert.equal(forward.headers["accept-language"], "*");
    assert.equal(forward.headers.authorization, undefined);
    assert.equal(forward.headers["upstash-header-forward"], undefined);
    assert.equal(forward.headers.host, host);
  },

  "settings in the query": async () => {
    const url = `${here}/ok/settings?keep=1&upstash-retries=2&upstash-delay=1h&also=%20`;
    const message = await client.messages.get((await client.publish({ url, body: "x", label })).messageId);
    assert.equal(message.url, `${here}/ok/settings?keep=1&also=%20`);
    assert.equal(message.maxRetries, 2);
    assert.equal(message.notBefore - message.createdAt, hours);
  },

  "an unknown group, a destination without scheme": async () => {
    await refused(client.publish({ urlGroup: "publish-no-such-group", body: "x" }), 404, /topic publish-no-such-group not found/);
    await refused(client.publish({ url: "example.com/x", body: "x" }), 400, /invalid destination url.*scheme/);
    await refused(client.publish({ url: "ftp://example.com/x", body: "x" }), 400, /invalid destination url.*scheme/);
  },

  "ids that differ": async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => client.publish({ url: `${here}/ok/many`, body: "x", label })));
    assert.equal(new Set(all.map((one) => one.messageId)).size, 30);
    const arrivals = await came("/ok/many", 30);
    assert.deepEqual(new Set(arrivals.map((one) => one.headers["upstash-message-id"])), new Set(all.map((one) => one.messageId)));
  },

  "a language model behind a provider": async () => {
    const provider = custom({ baseUrl: `${here}/ok/v1/chat/completions`, token: "provider-token" });
    assert.equal(provider.getUrl(), `${here}/ok/v1/chat/completions`);
    const { messageId } = await client.publishJSON({
      api: { name: "llm", provider },
      body: { model: "m", messages: [] },
      callback: `${here}/ok/llm-callback`,
      label,
    });
    const [one] = await came("/ok/v1/chat/completions");
    assert.equal(one.headers.authorization, "Bearer provider-token");
    assert.equal(one.headers["content-type"], "application/json");
    assert.deepEqual(JSON.parse(one.body), { model: "m", messages: [] });
    const [callback] = await came("/ok/llm-callback");
    assert.equal(JSON.parse(callback.body).sourceMessageId, messageId);
    used("custom");
  },

  "the providers that the SDK knows": async () => {
    const callback = `${here}/ok/never`;
    const ofOpenAi = await kept({ api: { name: "llm", provider: openai({ token: "t1", organization: "org" }) }, body: {}, callback });
    assert.equal(ofOpenAi.url, "https://api.openai.com/v1/chat/completions");
    assert.deepEqual(ofOpenAi.header.Authorization, ["Bearer t1"]);
    assert.deepEqual(ofOpenAi.header["Openai-Organization"], ["org"]);
    assert.equal(ofOpenAi.callback, callback);
    const ofAnthropic = await kept({ api: { name: "llm", provider: anthropic({ token: "t2" }) }, body: {}, callback });
    assert.equal(ofAnthropic.url, "https://api.anthropic.com/v1/messages");
    assert.deepEqual(ofAnthropic.header["X-Api-Key"], ["t2"]);
    const email = await kept({ api: { name: "email", provider: resend({ token: "t3" }) }, body: { to: "a@b.test" } });
    assert.equal(email.url, "https://api.resend.com/emails");
    assert.deepEqual(email.header.Authorization, ["Bearer t3"]);
    assert.equal(email.body, JSON.stringify({ to: "a@b.test" }));
    const emails = await kept({ api: { name: "email", provider: resend({ token: "t3", batch: true }) }, body: [] });
    assert.equal(emails.url, "https://api.resend.com/emails/batch");
    ["openai", "anthropic", "resend"].forEach(used);
  },

  "the vendor's own model: accepted, or refused in so many words": async () => {
    const asked = client.publishJSON({ api: { name: "llm", provider: upstash() }, body: {}, callback: `${here}/ok/never`, delay: "1h", label });
    const answer = await asked.catch((error) => error);
    if (answer instanceof Error) await refused(Promise.reject(answer), 400);
    else assert.match(answer.messageId, /^msg_/);
    used("upstash");
  },

  "bytes that are no text": async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const { messageId } = await client.publish({ url: `${here}/ok/bytes`, body: new Blob([bytes]), label });
    const [one] = await came("/ok/bytes");
    assert.deepEqual([...one.bytes], [...bytes]);
    const message = await client.messages.get(messageId);
    assert.equal(message.body, undefined);
    assert.equal(message.bodyBase64, Buffer.from(bytes).toString("base64"));
    const [created] = await logged(messageId);
    assert.equal(created.body, Buffer.from(bytes).toString("base64"));
    assert.equal(utf8(btoa("ab")), sdk.decodeBase64(btoa("ab")));
    used("decodeBase64");
  },

  "large bodies, up to a limit that is told": async () => {
    const body = "0123456789abcdef".repeat(60_000);
    await client.publish({ url: `${here}/ok/large`, body, label });
    const [one] = await came("/ok/large");
    const digest = (text) => createHash("sha256").update(text).digest("hex");
    assert.equal(digest(one.bytes), digest(body));
    // Refused before all of it was sent: the connection may break once or twice, as it does for every user of the SDK.
    const patient = makeClient({ retry: { retries: 5, backoff: () => 100 } });
    await refused(patient.publish({ url: `${here}/ok/too-large`, body: "x".repeat(12 * 1024 * 1024), label }), 413, /maxMessageSize/);
  },

  "a delay": async () => {
    const { messageId } = await client.publish({ url: `${here}/ok/delayed`, body: "x", delay: 1, label });
    const message = await client.messages.get(messageId);
    assert.equal(message.notBefore - message.createdAt, 1000);
    const [one] = await came("/ok/delayed");
    assert.ok(one.at >= message.notBefore - 20, `came ${message.notBefore - one.at} ms early`);
    assert.ok(one.at < message.notBefore + 3000, `came ${one.at - message.notBefore} ms late`);
    for (const [delay, span] of [["10d", 240 * hours], ["1h30m3s", 5_403_000], ["1d10h30m", 124_200_000], [90, 90_000]]) {
      const { notBefore, createdAt } = await kept({ url: `${here}/ok/never`, delay });
      assert.equal(notBefore - createdAt, span, String(delay));
    }
    await refused(client.publish({ url: `${here}/x`, body: "x", delay: "soon" }), 400, /delay/i);
  },

  "a moment, which comes before a delay": async () => {
    const moment = Math.floor(Date.now() / 1000) + 7200;
    assert.equal((await kept({ url: `${here}/ok/never`, notBefore: moment, delay: "1m" })).notBefore, moment * 1000);
    await client.publish({ url: `${here}/ok/past`, body: "x", notBefore: moment - 14_400, delay: "1h", label });
    await came("/ok/past", 1, 5000);
  },

  "delivered within seconds": async () => {
    const { messageId } = await client.publish({ url: `${here}/ok/soon`, body: "x", label });
    const log = await logged(messageId, "DELIVERED", 5000);
    assert.equal(log.filter((entry) => entry.state === "DELIVERED").length, 1);
    assert.equal(log.at(-1).url, `${here}/ok/soon`);
    assert.equal(utf8(log[0].body), "x");
  },

  "what a delivery tells of itself": async () => {
    const { messageId } = await client.publish({
      url: `${here}/fail-1/told`,
      body: "x",
      retries: 4,
      retryDelay: "50",
      flowControl: { key: label, parallelism: 3, rate: 50, period: "1m" },
      label,
    });
    const [first, second] = await came("/fail-1/told", 2);
    for (const { headers } of [first, second]) {
      assert.equal(headers["user-agent"], "Upstash-QStash");
      assert.equal(headers["upstash-message-id"], messageId);
      assert.equal(headers["upstash-caller-ip"], "127.0.0.1");
      assert.equal(headers["upstash-region"], "EU-CENTRAL-1");
      assert.equal(headers["upstash-label"], label);
      assert.equal(headers.authorization, undefined);
      assert.equal(headers["upstash-method"], undefined);
      assert.equal(headers.host, host);
      assert.equal(headers["upstash-max-retries"], "4");
      assert.equal(headers["upstash-flow-control-key"], label);
      assert.deepEqual(headers["upstash-flow-control-value"].split(/, ?/).sort(), ["parallelism=3", "period=60", "rate=50"]);
    }
    assert.equal(first.headers["upstash-retried"], "0");
    assert.equal(second.headers["upstash-retried"], "1");
    assert.notEqual(first.headers["upstash-signature"], undefined);
    near(second.at, first.at + 50, 2000, "the retry");
  },
});
