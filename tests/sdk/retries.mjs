// rows: 28 29 30 31 32 33 34 88
import { assert, came, client, deadLetter, eventually, here, label, logged, near, plan, refused, states, tell, to } from "./kit.mjs";

const seconds = (n) => n * 1000;

/** How long the engine means to wait before the first retry of what this URL refused. */
const firstWait = async (request) => {
  const { messageId } = await client.publish({ body: "x", retries: 3, label, ...request });
  const retry = await eventually(
    async () => (await client.logs({ filter: { messageId } })).logs.find((entry) => entry.state === "RETRY"),
    (entry) => entry !== undefined,
  );
  await client.messages.cancel(messageId).catch(() => {});
  return retry.nextDeliveryTime - retry.time;
};

await tell({
  "fails twice, then works": async () => {
    const { messageId } = await client.publish({ url: `${here}/fail-2/then`, body: "x", retries: 3, retryDelay: "100", label });
    const arrivals = await came("/fail-2/then", 3);
    assert.deepEqual(arrivals.map((one) => one.headers["upstash-retried"]), ["0", "1", "2"]);
    assert.equal(new Set(arrivals.map((one) => one.headers["upstash-message-id"])).size, 1);
    assert.ok(arrivals.every((one) => one.body === "x"));
    assert.deepEqual(await states(messageId), ["CREATED", "ACTIVE", "ERROR", "RETRY", "ACTIVE", "ERROR", "RETRY", "ACTIVE", "DELIVERED"]);
  },

  "no retries: four entries, the error among them": async () => {
    const { messageId } = await client.publish({ url: `${here}/fail/none`, body: "x", retries: 0, label });
    const log = await logged(messageId, "FAILED");
    assert.deepEqual(log.map((entry) => entry.state), ["CREATED", "ACTIVE", "ERROR", "FAILED"]);
    assert.equal(log[2].responseStatus, 500);
    assert.ok(log.every((entry, i) => i === 0 || entry.time >= log[i - 1].time));
    assert.equal(to("/fail/none").length, 1);
  },

  "every retry fails": async () => {
    const { messageId } = await client.publish({ url: `${here}/fail/all`, body: "x", retries: 2, retryDelay: "50", label });
    assert.deepEqual(await states(messageId, "FAILED"), [
      ...["CREATED", "ACTIVE", "ERROR", "RETRY", "ACTIVE", "ERROR", "RETRY", "ACTIVE", "ERROR", "FAILED"],
    ]);
    assert.equal(to("/fail/all").length, 3);
    assert.equal((await deadLetter(messageId)).maxRetries, 2);
  },

  "three retries by default, the first after twelve seconds": async () => {
    const { messageId } = await client.publish({ url: `${here}/ok/default`, body: "x", label, delay: "1h" });
    assert.equal((await client.messages.get(messageId)).maxRetries, 3);
    near(await firstWait({ url: `${here}/fail/default` }), seconds(Math.exp(2.5)), 500);
  },

  "an expression is kept as it was written": async () => {
    const retryDelay = "max(1000,  pow(2, retried) * 100)";
    const { messageId } = await client.publish({ url: `${here}/ok/kept`, body: "x", delay: "1h", retryDelay, label });
    assert.equal((await client.messages.get(messageId)).retryDelayExpression, retryDelay);
    const [created] = (await client.logs({ filter: { messageId } })).logs;
    assert.equal(created.retryDelayExpr, retryDelay);
    assert.equal(created.retryDelayExpression, retryDelay);
    const failing = await client.publish({ url: `${here}/fail/kept`, body: "x", retries: 0, retryDelay, label });
    assert.equal((await deadLetter(failing.messageId)).retryDelayExpression, retryDelay);
  },

  "expressions are reckoned": async () => {
    const expressions = {
      "90000": 90_000,
      "1000 * (60 + retried)": 60_000,
      "pow(2, retried) * 60000": 60_000,
      "max(1000, pow(2, retried) * 100000)": 100_000,
      "min(70000, 80000, 90000)": 70_000,
      "exp(retried) * 61000": 61_000,
      "sqrt(10000) * 650": 65_000,
      "abs(-66) * 1000": 66_000,
      "floor(67.9) * 1000": 67_000,
      "ceil(67.1) * 1000": 68_000,
      "round(68.6) * 1000": 69_000,
      "(200 - 60) / 2 * 1000": 70_000,
      "-(-71) * 1000": 71_000,
    };
    const waits = Object.entries(expressions).map(async ([retryDelay, expected], i) =>
      near(await firstWait({ url: `${here}/fail/expression-${i}`, retryDelay }), expected, 500, retryDelay),
    );
    await Promise.all(waits);
  },

  "an expression grows with the retries": async () => {
    const started = Date.now();
    await client.publish({ url: `${here}/fail/grows`, body: "x", retries: 2, retryDelay: "5000 * retried", label });
    const [first, second, third] = await came("/fail/grows", 3);
    assert.ok(second.at - first.at < 4000, `the first retry is at once, not after ${second.at - first.at} ms`);
    assert.ok(third.at - second.at >= 4950, `the second retry after 5000 ms, not ${third.at - second.at}`);
    assert.ok(third.at - started < 30_000);
  },

  "an expression that is none": async () => {
    for (const retryDelay of ["pow(2", "retries * 2", "1000 +", "max(1)"])
      await refused(client.publish({ url: `${here}/ok/wrong`, body: "x", retryDelay }), 400);
  },

  "the destination says when to come again": async () => {
    const saying = (name, value) =>
      plan(`/fail/${name}-${value.replaceAll(/[ ,:]/g, "")}`, () => ({ status: 503, headers: { [name]: value } }));
    const date = new Date(Date.now() + 120_000).toUTCString();
    const cases = [
      ["retry-after", "90", 90_000, 500],
      ["retry-after", date, 120_000, 10_000],
      ["x-ratelimit-reset", "6m5s", 365_000, 500],
      ["x-ratelimit-reset-requests", "75", 75_000, 500],
      ["x-ratelimit-reset-tokens", "61s500ms", 61_500, 500],
      ["retry-after", "604800", seconds(Math.exp(2.5)), 500],
    ];
    const waits = cases.map(async ([name, value, expected, tolerance]) =>
      near(await firstWait({ url: saying(name, value) }), expected, tolerance, `${name}: ${value}`),
    );
    const url = plan("/fail/both", () => ({ status: 429, headers: { "retry-after": "80" } }));
    near(await firstWait({ url, retryDelay: "60000" }), 80_000, 500, "the answer before the expression");
    await Promise.all(waits);
  },

  "an error that no retry will heal": async () => {
    const final = plan("/status-489/final", () => ({ status: 489, headers: { "Upstash-NonRetryable-Error": "true" } }));
    const { messageId } = await client.publish({ url: final, body: "x", retries: 5, retryDelay: "50", label });
    assert.deepEqual(await states(messageId, "FAILED"), ["CREATED", "ACTIVE", "ERROR", "FAILED"]);
    assert.equal((await deadLetter(messageId)).responseStatus, 489);
    const other = await client.publish({ url: `${here}/status-489/other`, body: "x", retries: 1, retryDelay: "50", label });
    await states(other.messageId, "FAILED");
    assert.equal(to("/status-489/final").length, 1);
    assert.equal(to("/status-489/other").length, 2);
  },

  "an answer that takes too long": async () => {
    const { messageId } = await client.publish({ url: `${here}/slow-30000/late`, body: "x", timeout: 1, retries: 0, label });
    const published = Date.now();
    const log = await logged(messageId, "FAILED");
    assert.ok(Date.now() - published < 20_000);
    assert.match(log[2].error, /./);
    assert.equal(log[2].timeout ?? 1000, 1000);
    assert.equal((await deadLetter(messageId)).responseStatus ?? 0, 0);
    await client.publish({ url: `${here}/slow-300/intime`, body: "x", timeout: "5s", retries: 0, label });
    await came("/slow-300/intime");
  },

  "nobody at home": async () => {
    const { messageId } = await client.publish({ url: "http://127.0.0.1:1/none", body: "x", retries: 0, label });
    const log = await logged(messageId, "FAILED");
    assert.match(log[2].error, /./);
    assert.equal((await deadLetter(messageId)).responseStatus ?? 0, 0);
  },

  "200 to 299 are success, all else is not": async () => {
    for (const status of [201, 204, 299]) {
      const { messageId } = await client.publish({ url: `${here}/status-${status}/s`, body: "x", retries: 0, label });
      assert.equal((await logged(messageId)).at(-1).state, "DELIVERED");
    }
    for (const status of [302, 404, 503]) {
      const { messageId } = await client.publish({ url: `${here}/status-${status}/s`, body: "x", retries: 0, label });
      assert.equal((await deadLetter(messageId)).responseStatus, status);
    }
  },
});
