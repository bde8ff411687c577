// rows: 62 63 64 65 66 67 68 69 70 71 72 85 93
import { assert, atEnd, came, client, eventually, here, label, logged, own, pause, refused, tell, to } from "./kit.mjs";

const schedules = client.schedules;
const never = "0 0 1 1 *";
const minute = 60_000;
const tick = 75_000;

const create = async (name, request) => {
  const scheduleId = own(name);
  atEnd((client) => client.schedules.delete(scheduleId));
  assert.deepEqual(await schedules.create({ destination: `${here}/ok/${name}`, cron: never, scheduleId, label, ...request }), { scheduleId });
  return scheduleId;
};

const listed = async (scheduleId) => (await schedules.list()).filter((one) => one.scheduleId === scheduleId);

const nextOf = async (name, cron) => new Date((await schedules.get(await create(name, { cron }))).nextScheduleTime);

await tell({
  "create, read, list, delete": async () => {
    const before = Date.now();
    const scheduleId = await create("life", { destination: `${here}/ok/life/`, cron: "*/10 * * * * " });
    const schedule = await schedules.get(scheduleId);
    const told = {
      scheduleId,
      cron: "*/10 * * * *",
      destination: `${here}/ok/life/`,
      method: "POST",
      isPaused: false,
      retries: 3,
      header: { "Content-Type": ["application/json"] },
      label,
      labels: [label],
    };
    assert.deepEqual({ ...schedule, ...told }, schedule);
    assert.ok(schedule.createdAt >= before - 1000 && schedule.createdAt <= Date.now() + 1000);
    for (const absent of ["body", "bodyBase64", "delay", "callback", "failureCallback", "queueName", "flowControlKey", "parallelism", "rate", "lastScheduleTime"])
      assert.equal(schedule[absent], undefined, absent);
    assert.deepEqual(await listed(scheduleId), [schedule]);
    await schedules.delete(scheduleId);
    await refused(schedules.get(scheduleId), 404);
    assert.deepEqual(await listed(scheduleId), []);
  },

  "an id is made when none is given": async () => {
    const { scheduleId } = await schedules.create({ destination: `${here}/ok/made`, cron: never });
    assert.match(scheduleId, /^scd_/);
    await schedules.delete(scheduleId);
  },

  "every setting is kept": async () => {
    const key = own("key");
    const scheduleId = await create("settings", {
      body: '{"hello":"세계"}',
      headers: { "content-type": "text/own", "x-own": "1, 2" },
      method: "PUT",
      delay: "1h30m3s",
      retries: 5,
      retryDelay: "1000 * (1 + retried)",
      timeout: 30,
      callback: `${here}/ok/callback?a=1`,
      failureCallback: `${here}/ok/failure-callback`,
      queueName: own("kept-queue"),
      flowControl: { key, parallelism: 2, rate: 20, period: "1m" },
      label: [label, "second"],
    });
    atEnd((client) => client.queue({ queueName: own("kept-queue") }).delete());
    const schedule = await schedules.get(scheduleId);
    const told = {
      body: '{"hello":"세계"}',
      header: { "Content-Type": ["text/own"], "X-Own": ["1, 2"] },
      method: "PUT",
      delay: 5403,
      retries: 5,
      retryDelayExpression: "1000 * (1 + retried)",
      callback: `${here}/ok/callback?a=1`,
      failureCallback: `${here}/ok/failure-callback`,
      queueName: own("kept-queue"),
      callerIP: "127.0.0.1",
      callerIp: "127.0.0.1",
      flowControlKey: key,
      parallelism: 2,
      rate: 20,
      ratePerSecond: 20,
      period: 60,
      label,
      labels: [label, "second"],
    };
    assert.deepEqual({ ...schedule, ...told }, schedule);
    assert.deepEqual(await listed(scheduleId), [schedule]);
  },

  "written anew it is all new": async () => {
    const scheduleId = await create("anew", { body: "first", headers: { "x-own": "1" }, retries: 1, delay: 60, queueName: own("anew") });
    await create("anew", { destination: `${here}/ok/other`, cron: "5 4 * * *" });
    const schedule = await schedules.get(scheduleId);
    assert.deepEqual([schedule.cron, schedule.destination, schedule.retries], ["5 4 * * *", `${here}/ok/other`, 3]);
    assert.deepEqual(schedule.header, { "Content-Type": ["application/json"] });
    for (const absent of ["body", "delay", "queueName"]) assert.equal(schedule[absent], undefined, absent);
    assert.equal((await listed(scheduleId)).length, 1);
  },

  "pause and resume": async () => {
    const scheduleId = await create("pausing");
    await schedules.pause({ schedule: scheduleId });
    assert.equal((await schedules.get(scheduleId)).isPaused, true);
    await create("pausing", { cron: "1 1 1 1 *" });
    assert.equal((await schedules.get(scheduleId)).isPaused, true, "written anew it stays paused");
    await schedules.resume({ schedule: scheduleId });
    assert.equal((await schedules.get(scheduleId)).isPaused, false);
    await refused(schedules.pause({ schedule: own("unknown") }), 404);
    await refused(schedules.resume({ schedule: own("unknown") }), 404);
  },

  "crons that are none": async () => {
    for (const cron of ["", "soon", "* * * *", "61 * * * *", "* * 32 * *", "CRON_TZ=Nowhere/Town * * * * *"])
      await refused(schedules.create({ destination: `${here}/ok/wrong`, cron, scheduleId: own("wrong") }), 400, /cron|time ?zone/i);
    assert.deepEqual(await listed(own("wrong")), []);
    await refused(schedules.create({ destination: "no-scheme.test/x", cron: never, scheduleId: own("wrong") }), 400);
    await refused(schedules.get(own("wrong")), 404);
  },

  "the next time, in its own zone": async () => {
    const utc = await nextOf("utc", "0 9 * * *");
    assert.equal(utc.toISOString().slice(11), "09:00:00.000Z");
    assert.ok(utc > Date.now() && utc - Date.now() <= 24 * 60 * minute);
    assert.equal((await nextOf("seoul", "CRON_TZ=Asia/Seoul 0 9 * * *")).toISOString().slice(11), "00:00:00.000Z");
    assert.equal((await schedules.get(own("seoul"))).cron, "CRON_TZ=Asia/Seoul 0 9 * * *");
    assert.equal((await nextOf("summer", "CRON_TZ=Europe/Berlin 0 12 1 7 *")).toISOString().slice(5), "07-01T10:00:00.000Z");
    assert.equal((await nextOf("winter", "CRON_TZ=Europe/Berlin 0 12 1 1 *")).toISOString().slice(5), "01-01T11:00:00.000Z");
    assert.equal((await nextOf("monday", "0 0 * * MON")).getUTCDay(), 1);
    const steps = await nextOf("steps", "*/20 5-7 * JAN,FEB *");
    assert.match(steps.toISOString(), /^\d+-0[12]-\d+T0[5-7]:[024]0:00\.000Z$/);
    const either = await nextOf("either", "0 12 13 * 5");
    assert.ok(either.getUTCDate() === 13 || either.getUTCDay() === 5, either.toISOString());
    const soon = await nextOf("soon", "* * * * *");
    assert.ok(soon % minute === 0 && soon - Date.now() <= minute);
    await schedules.delete(own("soon"));
  },

  "it fires, once a minute": async () => {
    const scheduleId = await create("fires", {
      cron: "* * * * *",
      destination: `${here}/ok/fires?q=1`,
      body: '{"n":1}',
      headers: { "x-own": "1" },
      method: "PUT",
      callback: `${here}/ok/fires-callback`,
      retries: 2,
    });
    const [one] = await came("/ok/fires", 1, tick);
    const messageId = one.headers["upstash-message-id"];
    assert.deepEqual([one.url, one.method, one.body, one.headers["x-own"]], ["/ok/fires?q=1", "PUT", '{"n":1}', "1"]);
    assert.equal(one.headers["upstash-schedule-id"], scheduleId);
    assert.equal(one.headers["upstash-caller-ip"], "127.0.0.1");
    assert.ok(one.at % minute < 20_000, `fired ${one.at % minute} ms after the minute`);
    const message = await client.messages.get(messageId);
    assert.deepEqual([message.scheduleId, message.maxRetries, message.label], [scheduleId, 2, label]);
    const schedule = await eventually(() => schedules.get(scheduleId), ({ lastScheduleStates }) => lastScheduleStates?.[messageId] === "SUCCESS");
    assert.deepEqual(schedule.lastScheduleStates, { [messageId]: "SUCCESS" });
    const minuteOfTick = one.at - (one.at % minute);
    assert.ok(schedule.lastScheduleTime >= minuteOfTick && schedule.lastScheduleTime <= one.at);
    assert.equal(schedule.nextScheduleTime, minuteOfTick + minute);
    const [callback] = await came("/ok/fires-callback");
    assert.equal(JSON.parse(callback.body).scheduleId, scheduleId);
    const { logs } = await client.logs({ filter: { scheduleId, state: "DELIVERED" } });
    assert.ok(logs.some((entry) => entry.messageId === messageId));
    await pause(1000);
    assert.equal(to("/ok/fires").length, 1);
    await schedules.delete(scheduleId);
  },

  "to a group": async () => {
    const group = own("group");
    atEnd((client) => client.urlGroups.delete(group));
    await client.urlGroups.addEndpoints({ name: group, endpoints: [{ url: `${here}/ok/before` }] });
    await create("grouped", { cron: "* * * * *", destination: group, body: "x" });
    await client.urlGroups.addEndpoints({ name: group, endpoints: [{ url: `${here}/ok/after` }] });
    const [[before], [after]] = [await came("/ok/before", 1, tick), await came("/ok/after", 1, tick)];
    for (const one of [before, after])
      assert.deepEqual([one.headers["upstash-topic-name"], one.headers["upstash-schedule-id"], one.body], [group, own("grouped"), "x"]);
    await schedules.delete(own("grouped"));
  },

  "to a queue, which stays as it is": async () => {
    const queueName = own("queue");
    const queue = client.queue({ queueName });
    atEnd((client) => client.queue({ queueName }).delete());
    await queue.upsert({ parallelism: 3, paused: true });
    await create("queued", { cron: "* * * * *", queueName, body: "x" });
    await eventually(() => queue.get(), ({ lag }) => lag === 1, tick);
    await schedules.delete(own("queued"));
    const { parallelism, paused } = await queue.get();
    assert.deepEqual({ parallelism, paused }, { parallelism: 3, paused: true });
    await queue.resume();
    const [one] = await came("/ok/queued");
    assert.equal((await client.messages.get(one.headers["upstash-message-id"])).queueName, queueName);
  },

  "delayed: made at its time, cancelled by its schedule": async () => {
    const scheduleId = await create("delayed", { cron: "* * * * *", delay: 3600, body: "x" });
    const { logs } = await eventually(() => client.logs({ filter: { scheduleId } }), ({ logs }) => logs.length > 0, tick);
    const message = await client.messages.get(logs[0].messageId);
    assert.equal(message.scheduleId, scheduleId);
    assert.ok(Math.abs(message.notBefore - message.createdAt - 3_600_000) < 5000);
    await schedules.delete(scheduleId);
    assert.equal((await client.messages.get(message.messageId)).messageId, message.messageId, "it outlives its schedule");
    assert.deepEqual(await client.messages.cancel({ filter: { scheduleId: own("other") } }), { cancelled: 0 });
    assert.deepEqual(await client.messages.cancel({ filter: { scheduleId } }), { cancelled: 1 });
    await logged(message.messageId, "CANCELED");
  },

  "failing: its state and its dead letter": async () => {
    const scheduleId = await create("failing", { cron: "* * * * *", destination: `${here}/fail/scheduled`, retries: 0, failureCallback: `${here}/ok/failed` });
    const [callback] = await came("/ok/failed", 1, tick);
    const { sourceMessageId, dlqId } = JSON.parse(callback.body);
    const { lastScheduleStates } = await eventually(() => schedules.get(scheduleId), ({ lastScheduleStates }) => lastScheduleStates?.[sourceMessageId] === "FAIL");
    assert.deepEqual(lastScheduleStates, { [sourceMessageId]: "FAIL" });
    await schedules.delete(scheduleId);
    const { messages } = await client.dlq.listMessages({ filter: { scheduleId } });
    assert.deepEqual(messages.map((one) => [one.dlqId, one.scheduleId]), [[dlqId, scheduleId]]);
    assert.deepEqual(await client.dlq.delete({ filter: { scheduleId } }), { deleted: 1 });
  },

  "paused it is silent, resumed it fires": async () => {
    // Paused before it has a slot that may come meanwhile; what is written anew stays paused.
    const [silent, resumed] = await Promise.all(["silent", "resumed"].map((name) => create(name, { cron: "0 0 29 2 *" })));
    for (const schedule of [silent, resumed]) await schedules.pause({ schedule });
    for (const name of ["silent", "resumed"]) await create(name, { cron: "* * * * *" });
    await schedules.resume({ schedule: resumed });
    await came("/ok/resumed", 1, tick);
    await pause(1500);
    assert.equal(to("/ok/silent").length, 0);
    for (const schedule of [silent, resumed]) await schedules.delete(schedule);
  },
});
