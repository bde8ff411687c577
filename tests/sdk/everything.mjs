// rows: 83 94 95
// alone: cancels all messages of the account, and deletes and retries all its dead letters.
import { assert, client, die, here, label, logged, plan, tell } from "./kit.mjs";

const { dlq, messages } = client;
const waiting = async () => (await client.publish({ url: `${here}/ok/waiting`, body: "x", delay: "1h", label })).messageId;
const letters = async () => (await dlq.listMessages()).messages.map((one) => one.dlqId);

const emptied = async () => {
  let cursor;
  do ({ cursor } = await dlq.delete({ all: true, count: 100, cursor }));
  while (cursor);
  assert.deepEqual(await letters(), []);
};

await tell(
  {
    "cancel all that waits, and count nothing else": async () => {
      while ((await messages.cancel({ all: true })).cancelled > 0);
      await logged((await client.publish({ url: `${here}/ok/delivered`, body: "x", label })).messageId);
      const [a, b, c] = [await waiting(), await waiting(), await waiting()];
      assert.deepEqual(await messages.cancel([a, b]), { cancelled: 2 });
      assert.deepEqual(await messages.cancel({ all: true }), { cancelled: 1 });
      assert.deepEqual(await messages.cancel([c]), { cancelled: 0 });
      await waiting();
      await waiting();
      assert.equal(await messages.deleteAll(), 2);
      assert.equal(await messages.deleteAll(), 0);
    },

    "delete all dead letters, by portions": async () => {
      await emptied();
      const ids = [];
      for (let n = 0; n < 5; n++) ids.push((await die()).dlqId);
      assert.deepEqual(await letters(), ids);
      const first = await dlq.delete({ all: true, count: 2 });
      assert.equal(first.deleted, 2);
      const second = await dlq.delete({ all: true, count: 2, cursor: first.cursor });
      assert.equal(second.deleted, 2);
      assert.deepEqual(await dlq.delete({ all: true, cursor: second.cursor }), { deleted: 1 });
      assert.deepEqual(await letters(), []);
      assert.deepEqual(await dlq.delete({ all: true }), { deleted: 0 });
    },

    "retry all dead letters, by portions": async () => {
      await emptied();
      for (let n = 0; n < 3; n++) await die({ url: plan(`/fail/all-${n}`, (n) => ({ status: n === 1 ? 500 : 200 })) });
      const first = await dlq.retry({ all: true, count: 2 });
      assert.equal(first.responses.length, 2);
      const second = await dlq.retry({ all: true, count: 2, cursor: first.cursor });
      assert.equal(second.responses.length, 1);
      assert.equal(second.cursor, undefined);
      assert.deepEqual((await dlq.retry({ all: true })).responses, []);
      assert.deepEqual(await letters(), []);
    },
  },
  { oneByOne: true },
);
