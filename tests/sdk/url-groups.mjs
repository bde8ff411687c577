// rows: 49 50 51 52 54
import { assert, atEnd, came, client, here, label, logged, own, refused, tell } from "./kit.mjs";

const groups = client.urlGroups;
const groupOf = (name) => {
  atEnd((client) => client.urlGroups.delete(own(name)));
  return own(name);
};

await tell({
  "create, read, list, delete": async () => {
    const name = groupOf("life");
    const before = Date.now();
    await groups.addEndpoints({ name, endpoints: [{ name: "first", url: `${here}/ok/1` }, { url: `${here}/ok/2` }] });
    const group = await groups.get(name);
    const { createdAt, updatedAt, ...rest } = group;
    assert.deepEqual(rest, { name, endpoints: [{ name: "first", url: `${here}/ok/1` }, { url: `${here}/ok/2` }] });
    assert.ok(createdAt >= before - 1000 && createdAt <= Date.now() + 1000 && updatedAt >= createdAt);
    assert.deepEqual((await groups.list()).filter((one) => one.name === name), [group]);
    assert.deepEqual((await client.topics.list()).filter((one) => one.name === name), [group]);
    await groups.delete(name);
    await refused(groups.get(name), 404);
    assert.deepEqual((await groups.list()).filter((one) => one.name === name), []);
    await groups.delete(name);
    await groups.delete(own("never-there"));
  },

  "an endpoint written again is changed, not added": async () => {
    const name = groupOf("upsert");
    await groups.addEndpoints({ name, endpoints: [{ name: "a", url: `${here}/ok/a` }, { url: `${here}/ok/b` }] });
    await groups.addEndpoints({ name, endpoints: [{ name: "a", url: `${here}/ok/a2` }, { name: "b", url: `${here}/ok/b` }, { url: `${here}/ok/c` }] });
    assert.deepEqual((await groups.get(name)).endpoints, [
      { name: "a", url: `${here}/ok/a2` },
      { name: "b", url: `${here}/ok/b` },
      { url: `${here}/ok/c` },
    ]);
  },

  "endpoints go by URL or by name, and the group with the last": async () => {
    const name = groupOf("remove");
    await groups.addEndpoints({ name, endpoints: [{ name: "a", url: `${here}/ok/a` }, { url: `${here}/ok/b` }, { name: "c", url: `${here}/ok/c` }] });
    await groups.removeEndpoints({ name, endpoints: [{ name: "a" }] });
    assert.deepEqual((await groups.get(name)).endpoints, [{ url: `${here}/ok/b` }, { name: "c", url: `${here}/ok/c` }]);
    await groups.removeEndpoints({ name, endpoints: [{ url: `${here}/ok/b` }] });
    assert.deepEqual((await groups.get(name)).endpoints, [{ name: "c", url: `${here}/ok/c` }]);
    await groups.removeEndpoints({ name, endpoints: [{ url: `${here}/ok/c` }] });
    await refused(groups.get(name), 404);
  },

  "names and endpoints that are none": async () => {
    await refused(groups.addEndpoints({ name: "no such name!", endpoints: [{ url: `${here}/ok` }] }), 400);
    await refused(groups.addEndpoints({ name: groupOf("wrong"), endpoints: [{ url: "no-scheme.test" }] }), 400);
    await refused(groups.get(own("wrong")), 404);
  },

  "a message goes to each endpoint": async () => {
    const name = groupOf("fan");
    await groups.addEndpoints({ name, endpoints: [{ name: "one", url: `${here}/ok/fan-1?q=1` }, { url: `${here}/fail-1/fan-2` }] });
    const answer = await client.publishJSON({ urlGroup: name, body: { n: 1 }, headers: { "x-own": "1" }, retryDelay: "100", label });
    assert.deepEqual(answer.map((one) => one.url), [`${here}/ok/fan-1?q=1`, `${here}/fail-1/fan-2`]);
    assert.equal(new Set(answer.map((one) => one.messageId)).size, 2);
    const [first] = await came("/ok/fan-1");
    const [second, again] = await came("/fail-1/fan-2", 2);
    assert.deepEqual([first, second].map((one) => one.headers["upstash-message-id"]), answer.map((one) => one.messageId));
    assert.equal(again.headers["upstash-retried"], "1");
    for (const one of [first, second]) {
      assert.deepEqual(JSON.parse(one.body), { n: 1 });
      assert.equal(one.headers["x-own"], "1");
      assert.equal(one.headers["upstash-topic-name"], name);
    }
    const message = await client.messages.get(answer[0].messageId);
    assert.equal(message.urlGroup, name);
    assert.equal(message.endpointName, "one");
    assert.equal((await client.messages.get(answer[1].messageId)).endpointName, undefined);
    assert.ok((await logged(answer[0].messageId)).every((entry) => entry.urlGroup === name));
    const logs = await client.logs({ filter: { urlGroup: name, state: "CREATED" } });
    assert.deepEqual(new Set(logs.logs.map((entry) => entry.messageId)), new Set(answer.map((one) => one.messageId)));
    assert.equal((await client.publish({ topic: name, body: "by its old name", delay: "1h", label })).length, 2);
  },

  "the endpoints of the moment of publishing count": async () => {
    const name = groupOf("fixed");
    await groups.addEndpoints({ name, endpoints: [{ url: `${here}/ok/fixed` }] });
    await client.publish({ urlGroup: name, body: "x", delay: 1, label });
    await groups.delete(name);
    await came("/ok/fixed");
  },

  "the same id counts for each endpoint": async () => {
    const name = groupOf("duplicates");
    const request = { urlGroup: name, body: "x", deduplicationId: own("dedup"), label };
    await groups.addEndpoints({ name, endpoints: [{ url: `${here}/ok/dup-1` }] });
    const [first] = await client.publish(request);
    await groups.addEndpoints({ name, endpoints: [{ url: `${here}/ok/dup-2` }] });
    const second = await client.publish(request);
    assert.equal(second[0].messageId, first.messageId);
    assert.deepEqual(second.map((one) => one.deduplicated), [true, undefined]);
    await came("/ok/dup-2");
  },

  "through a queue": async () => {
    const name = groupOf("queued");
    const queueName = own("queue");
    const queue = client.queue({ queueName });
    atEnd((client) => client.queue({ queueName }).delete());
    await groups.addEndpoints({ name, endpoints: [{ url: `${here}/ok/queued-1` }, { url: `${here}/ok/queued-2` }] });
    await queue.upsert({ paused: true });
    const answer = await queue.enqueueJSON({ urlGroup: name, body: "x", label });
    assert.deepEqual(answer.map((one) => one.url), [`${here}/ok/queued-1`, `${here}/ok/queued-2`]);
    assert.equal((await queue.get()).lag, 2);
    const message = await client.messages.get(answer[1].messageId);
    assert.deepEqual([message.urlGroup, message.queueName], [name, queueName]);
    await queue.resume();
    await Promise.all([came("/ok/queued-1"), came("/ok/queued-2")]);
  },

  "an unknown group": async () => {
    await refused(client.publishJSON({ urlGroup: own("unknown"), body: 1 }), 404, new RegExp(`topic ${own("unknown")} not found`));
    await refused(client.queue({ queueName: own("queue") }).enqueue({ urlGroup: own("unknown"), body: "1" }), 404, /topic .* not found/);
  },
});
