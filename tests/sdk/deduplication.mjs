// rows: 45 46 48
import { assert, came, client, here, label, makeClient, own, pause, refused, states, tell, to } from "./kit.mjs";

await tell({
  "by id: the first message stands for the second": async () => {
    const deduplicationId = own("id");
    const first = await client.publish({ url: `${here}/ok/by-id`, body: "1", deduplicationId, label });
    assert.equal(first.deduplicated, undefined);
    const second = await client.publish({ url: `${here}/ok/by-id`, body: "2", deduplicationId, label });
    assert.deepEqual({ ...second, ...{ messageId: first.messageId, deduplicated: true } }, second);
    await came("/ok/by-id");
    const log = await states(first.messageId);
    const third = await client.publishJSON({ url: `${here}/ok/by-id-elsewhere`, body: 3, deduplicationId, label });
    assert.equal(third.deduplicated, true, "still blocked after the delivery");
    await pause(500);
    assert.deepEqual(to("/ok/by-id").map((one) => one.body), ["1"]);
    assert.equal(to("/ok/by-id-elsewhere").length, 0);
    assert.deepEqual(await states(first.messageId), log, "a duplicate leaves no trace in the log");
  },

  "a cancelled message blocks too": async () => {
    const deduplicationId = own("cancelled");
    const first = await client.publish({ url: `${here}/ok/cancelled`, body: "1", deduplicationId, delay: "1h", label });
    await client.messages.cancel(first.messageId);
    const second = await client.publish({ url: `${here}/ok/cancelled`, body: "1", deduplicationId, label });
    assert.equal(second.deduplicated, true);
    assert.equal(second.messageId, first.messageId);
  },

  "by content": async () => {
    const request = (other = {}) => ({
      url: `${here}/ok/content`,
      body: { run: label },
      headers: { "x-a": "1", "x-b": "2" },
      contentBasedDeduplication: true,
      label,
      ...other,
    });
    const first = await client.publishJSON(request());
    const same = await client.publishJSON(request({ headers: { "x-b": "2", "x-a": "1" } }));
    assert.equal(same.deduplicated, true);
    assert.equal(same.messageId, first.messageId);
    for (const other of [{ body: { run: "other" } }, { url: `${here}/ok/content?b` }, { headers: { "x-a": "2", "x-b": "2" } }])
      assert.equal((await client.publishJSON(request(other))).deduplicated, undefined, JSON.stringify(other));
    await came("/ok/content", 4);
    await pause(300);
    assert.equal(to("/ok/content").length, 4);
  },

  "an id goes before the content": async () => {
    const request = (deduplicationId) => ({ url: `${here}/ok/both`, body: "x", contentBasedDeduplication: true, deduplicationId, label });
    assert.equal((await client.publish(request(own("one")))).deduplicated, undefined);
    assert.equal((await client.publish(request(own("two")))).deduplicated, undefined);
    assert.equal((await client.publish(request(own("one")))).deduplicated, true);
  },

  "in a batch the first wins": async () => {
    const deduplicationId = own("batch");
    const [first, second, other] = await client.batch([
      { url: `${here}/ok/batch`, body: "1", deduplicationId, label },
      { url: `${here}/ok/batch`, body: "2", deduplicationId, label },
      { url: `${here}/ok/batch`, body: "3", label },
    ]);
    assert.equal(second.messageId, first.messageId);
    assert.equal(second.deduplicated, true);
    assert.equal(first.deduplicated, undefined);
    assert.notEqual(other.messageId, first.messageId);
    await came("/ok/batch", 2);
    await pause(300);
    assert.deepEqual(to("/ok/batch").map((one) => one.body).sort(), ["1", "3"]);
  },

  "many at once: one is taken": async () => {
    const deduplicationId = own("race");
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) => makeClient().publish({ url: `${here}/ok/race`, body: String(n), deduplicationId, label })),
    );
    assert.equal(new Set(all.map((one) => one.messageId)).size, 1);
    assert.equal(all.filter((one) => one.deduplicated).length, 19);
    await came("/ok/race");
    await pause(300);
    assert.equal(to("/ok/race").length, 1);
  },

  "an id with a colon": async () => {
    await refused(client.publish({ url: `${here}/ok/colon`, body: "x", deduplicationId: "a:b" }), 400, /DeduplicationId cannot contain ':'/);
  },
});
