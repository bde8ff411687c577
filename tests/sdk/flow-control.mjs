// rows: 74 75 76 77 78 79 80
import { assert, came, client, eventually, here, label, own, pause, refused, tell, to } from "./kit.mjs";

const flow = client.flowControl;

/** Publishes what carries a key; without a delay it is delivered as the key allows. */
const publish = async (key, limits, request = {}) =>
  (await client.publish({ url: `${here}/ok/flow`, body: "x", flowControl: { key, ...limits }, label, ...request })).messageId;

const later = { delay: "1h" };

const mostAtOnce = (path) =>
  Math.max(...to(path).map((one) => to(path).filter((other) => other.at <= one.at && (other.left ?? Infinity) > one.at).length));

await tell({
  "a key is there as soon as it was used": async () => {
    const key = own("there");
    await publish(key, { parallelism: 3, rate: 10, period: "1m" }, later);
    const { ratePeriodStart, rateCount, ...info } = await flow.get(key);
    assert.deepEqual(info, {
      flowControlKey: key,
      waitListSize: 0,
      parallelismMax: 3,
      parallelismCount: 0,
      rateMax: 10,
      ratePeriod: 60,
      isPaused: false,
      isPinnedParallelism: false,
      isPinnedRate: false,
    });
    assert.equal(typeof rateCount, "number");
    assert.equal(typeof ratePeriodStart, "number");
  },

  "a key that nobody used": async () => {
    await refused(flow.get(own("unknown")), 404);
  },

  "limits are kept as they were written": async () => {
    const key = own("kept");
    const cases = [
      [{ parallelism: 3 }, { parallelism: 3, rate: undefined, period: 1 }],
      [{ rate: 5 }, { parallelism: undefined, rate: 5, period: 1 }],
      [{ ratePerSecond: 7 }, { parallelism: undefined, rate: 7, period: 1 }],
      [{ rate: 5, parallelism: 2, period: "1d" }, { parallelism: 2, rate: 5, period: 86_400 }],
      [{ rate: 5, period: 90 }, { parallelism: undefined, rate: 5, period: 90 }],
    ];
    for (const [limits, expected] of cases) {
      const message = await client.messages.get(await publish(key, limits, later));
      const { parallelism, rate, period } = message;
      assert.equal(message.flowControlKey, key);
      assert.deepEqual({ parallelism, rate, period }, expected);
    }
    const info = await flow.get(key);
    assert.deepEqual([info.rateMax, info.ratePeriod], [5, 90], "the last writer wins");
  },

  "no more at once than allowed": async () => {
    const key = own("parallel");
    // In one call: none of them is through before the last one waits.
    await client.batch(Array.from({ length: 6 }, (_, n) => ({ url: `${here}/slow-300/parallel`, body: String(n), flowControl: { key, parallelism: 2 }, label })));
    await eventually(() => flow.get(key), ({ parallelismCount, waitListSize }) => parallelismCount === 2 && waitListSize > 0);
    await came("/slow-300/parallel", 6);
    assert.equal(mostAtOnce("/slow-300/parallel"), 2);
    await eventually(() => flow.get(key), ({ parallelismCount, waitListSize }) => parallelismCount === 0 && waitListSize === 0);
  },

  "no more in a period than allowed": async () => {
    const key = own("rate");
    // In one call: none of its periods passes while they are published.
    await client.batch(Array.from({ length: 5 }, (_, n) => ({ url: `${here}/ok/rate`, body: String(n), flowControl: { key, rate: 2, period: 3 }, label })));
    const { rateMax, ratePeriod } = await eventually(() => flow.get(key), ({ rateCount, waitListSize }) => rateCount === 2 && waitListSize === 3);
    assert.deepEqual({ rateMax, ratePeriod }, { rateMax: 2, ratePeriod: 3 });
    const arrivals = await came("/ok/rate", 5);
    const periods = [arrivals.slice(0, 2), arrivals.slice(2, 4), arrivals.slice(4)];
    assert.deepEqual(periods.map((period) => period.map((one) => one.body).sort()), [["0", "1"], ["2", "3"], ["4"]]);
    // A start may reach the destination late, so less than a whole period can lie between the arrivals.
    for (const [n, [first]] of periods.entries())
      if (n > 0) assert.ok(first.at - periods[n - 1][0].at > 1500, `period ${n} begins after ${first.at - periods[n - 1][0].at} ms`);
  },

  "paused: messages gather; resumed: they go": async () => {
    const key = own("paused");
    await publish(key, { parallelism: 5 }, later);
    await flow.pause(key);
    assert.equal((await flow.get(key)).isPaused, true);
    for (let n = 0; n < 3; n++) await publish(key, { parallelism: 5 }, { url: `${here}/ok/paused` });
    await eventually(() => flow.get(key), ({ waitListSize }) => waitListSize === 3);
    assert.equal(to("/ok/paused").length, 0);
    await flow.resume(key);
    await came("/ok/paused", 3);
    const info = await eventually(() => flow.get(key), ({ waitListSize }) => waitListSize === 0);
    assert.equal(info.isPaused, false);
  },

  "pinned limits do not follow the messages": async () => {
    const key = own("pinned");
    const limits = async () => {
      const { parallelismMax, rateMax, ratePeriod, isPinnedParallelism, isPinnedRate } = await flow.get(key);
      return { parallelismMax, rateMax, ratePeriod, isPinnedParallelism, isPinnedRate };
    };
    await publish(key, { parallelism: 5, rate: 50, period: "1m" }, later);
    await flow.pin(key, { parallelism: 2, rate: 20, period: 120 });
    const pinned = { parallelismMax: 2, rateMax: 20, ratePeriod: 120, isPinnedParallelism: true, isPinnedRate: true };
    assert.deepEqual(await limits(), pinned);
    await publish(key, { parallelism: 9, rate: 90, period: "1m" }, later);
    assert.deepEqual(await limits(), pinned);
    await flow.unpin(key, { parallelism: true });
    assert.deepEqual(await limits(), { ...pinned, isPinnedParallelism: false });
    await publish(key, { parallelism: 9, rate: 90, period: "1m" }, later);
    assert.deepEqual(await limits(), { ...pinned, parallelismMax: 9, isPinnedParallelism: false });
    await flow.unpin(key, { rate: true });
    await publish(key, { parallelism: 9, rate: 90, period: "1m" }, later);
    assert.deepEqual(await limits(), { parallelismMax: 9, rateMax: 90, ratePeriod: 60, isPinnedParallelism: false, isPinnedRate: false });
    await flow.pin(key, { rate: 1, period: 1 });
    assert.deepEqual(await limits(), { parallelismMax: 9, rateMax: 1, ratePeriod: 1, isPinnedParallelism: false, isPinnedRate: true });
  },

  "a pinned limit is kept to": async () => {
    const key = own("pin-held");
    await publish(key, { parallelism: 5 }, later);
    await flow.pin(key, { parallelism: 1 });
    for (let n = 0; n < 3; n++) await publish(key, { parallelism: 5 }, { url: `${here}/slow-200/pin` });
    await came("/slow-200/pin", 3);
    assert.equal(mostAtOnce("/slow-200/pin"), 1);
  },

  "the rate starts anew": async () => {
    const key = own("reset");
    await publish(key, { rate: 1, period: "1h" }, { url: `${here}/ok/reset` });
    await publish(key, { rate: 1, period: "1h" }, { url: `${here}/ok/reset` });
    assert.equal((await flow.get(key)).rateCount, 1, "counted when the publish is answered");
    await came("/ok/reset", 1);
    await pause(300);
    assert.equal(to("/ok/reset").length, 1);
    await flow.resetRate(key);
    await came("/ok/reset", 2);
    await flow.resetRate(key);
    assert.equal((await eventually(() => flow.get(key), ({ rateCount }) => rateCount === 0)).waitListSize, 0);
    await pause(300);
    assert.equal((await flow.get(key)).rateCount, 0, "it stays at zero");
  },

  "a cancelled message frees its place once its request has ended": async () => {
    const key = own("freed");
    const first = await publish(key, { parallelism: 1 }, { url: `${here}/slow-5000/held` });
    await publish(key, { parallelism: 1 }, { url: `${here}/ok/freed` });
    await came("/slow-5000/held");
    await client.messages.cancel(first);
    await came("/ok/freed");
    await eventually(() => flow.get(key), ({ parallelismCount }) => parallelismCount === 0);
  },

  "the account as a whole": async () => {
    const { parallelismMax, parallelismCount } = await flow.getGlobalParallelism();
    assert.ok(Number.isInteger(parallelismMax) && parallelismMax >= 0);
    assert.ok(Number.isInteger(parallelismCount) && parallelismCount >= 0);
  },

  "keys of any spelling": async () => {
    const key = `${own("spelled")}:user@x.test/sub a=b`;
    await publish(key, { parallelism: 4 }, later);
    const { flowControlKey, parallelismMax } = await flow.get(key);
    assert.deepEqual({ flowControlKey, parallelismMax }, { flowControlKey: key, parallelismMax: 4 });
    await flow.pause(key);
    assert.equal((await flow.get(key)).isPaused, true);
    await flow.resume(key);
  },

  "limits that are none": async () => {
    await assert.rejects(publish(own("none"), {}, later), /at least one/);
    await refused(publish(own("none"), { parallelism: -1 }, later), 400);
    await refused(publish(own("none"), { rate: 1, period: "soon" }, later), 400);
  },
});
