// rows: 45 100 107 109
import { once } from "node:events";
import { createServer, request as ask } from "node:http";
import { assert, atEnd, baseUrl, came, client, here, label, makeClient, own, pause, refused, sdk, tell, to, token } from "./kit.mjs";

/** Stands before the engine and does with the n-th request as told: "drop" it, or forward it and "lose" the answer, or pass it on. */
const relay = async (...orders) => {
  let n = 0;
  const server = createServer((request, response) => {
    const order = orders[n++];
    if (order === "drop") return request.socket.destroy();
    const { method, headers } = request;
    const onward = ask(baseUrl + request.url, { method, headers }, (answer) => {
      if (order === "lose") return answer.resume().on("end", () => request.socket.destroy());
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atEnd(() => (server.close(), server.closeAllConnections()));
  return { url: `http://127.0.0.1:${server.address().port}`, requests: () => n };
};

const patient = { retries: 3, backoff: () => 20 };

await tell({
  "a wrong token": async () => {
    for (const wrong of ["wrong", `${token}x`, btoa('{"UserID":"nobody","Password":"x"}')]) {
      const stranger = makeClient({ token: wrong });
      await refused(stranger.publish({ url: `${here}/ok/stranger`, body: "x" }), 401);
      await refused(stranger.batch([{ url: `${here}/ok/stranger`, body: "x" }]), 401);
      await refused(stranger.messages.get("msg_x"), 401);
      await refused(stranger.messages.cancel("msg_x"), 401);
      await refused(stranger.logs(), 401);
      await refused(stranger.dlq.listMessages(), 401);
      await refused(stranger.queue({ queueName: own("stranger") }).enqueue({ url: `${here}/ok/stranger`, body: "x" }), 401);
      await refused(stranger.queue().list(), 401);
      await refused(stranger.schedules.list(), 401);
      await refused(stranger.schedules.create({ destination: `${here}/ok/stranger`, cron: "* * * * *" }), 401);
      await refused(stranger.urlGroups.list(), 401);
      await refused(stranger.urlGroups.addEndpoints({ name: own("stranger"), endpoints: [{ url: `${here}/ok/stranger` }] }), 401);
      await refused(stranger.flowControl.get("key"), 401);
      await refused(stranger.flowControl.getGlobalParallelism(), 401);
    }
    await pause(200);
    assert.equal(to("/ok/stranger").length, 0);
  },

  "errors are the SDK's own, with status and words": async () => {
    await refused(client.messages.get("msg_unknown"), 404, /msg_unknown/);
    await refused(client.publish({ url: `${here}/ok/x`, delay: "soon" }), 400, /delay/i);
    await refused(client.publish({ url: `${here}/ok/x`, headers: { "Upstash-Retries": "many" } }), 400, /retries/i);
    await refused(client.publish({ url: `${here}/ok/x`, callback: "no-scheme.test/x" }), 400, /callback/i);
    await refused(client.publish({ url: `${here}/ok/x`, headers: { "Upstash-Timeout": "soon" } }), 400, /timeout/i);
  },

  "what the SDK tells of itself is taken, and goes no further": async () => {
    const { messageId } = await makeClient({ enableTelemetry: true, headers: { "x-global": "1" } }).publishJSON({ url: `${here}/ok/telemetry`, body: 1, label });
    const [one] = await came("/ok/telemetry");
    assert.deepEqual(Object.keys(one.headers).filter((name) => name.includes("telemetry")), []);
    const message = await client.messages.get(messageId);
    assert.deepEqual(message.header, { "Content-Type": ["application/json"], "X-Global": ["1"] });
    await makeClient({ enableTelemetry: true }).batchJSON([{ url: `${here}/ok/telemetry-batch`, body: 1, label }]);
    const [batched] = await came("/ok/telemetry-batch");
    assert.deepEqual(Object.keys(batched.headers).filter((name) => name.includes("telemetry")), []);
  },

  "address and token from the environment, a slash at the end": async () => {
    Object.assign(process.env, { QSTASH_URL: `${baseUrl}/`, QSTASH_TOKEN: token });
    const fromEnvironment = new sdk.Client({ retry: false });
    delete process.env.QSTASH_URL;
    delete process.env.QSTASH_TOKEN;
    const { messageId } = await fromEnvironment.publishJSON({ url: `${here}/ok/environment`, body: 1, label });
    const [one] = await came("/ok/environment");
    assert.equal(one.headers["upstash-message-id"], messageId);
  },

  "a connection that breaks is tried again": async () => {
    const { url, requests } = await relay("drop", "drop");
    const { messageId } = await makeClient({ baseUrl: url, retry: patient }).publish({ url: `${here}/ok/broken`, body: "x", label });
    const [one] = await came("/ok/broken");
    assert.equal(one.headers["upstash-message-id"], messageId);
    assert.equal(requests(), 3);
  },

  "an answer that got lost: with an id the message is taken once": async () => {
    const { url, requests } = await relay("lose");
    const request = { url: `${here}/ok/lost`, body: "x", deduplicationId: own("lost"), label };
    const answer = await makeClient({ baseUrl: url, retry: patient }).publish(request);
    assert.equal(requests(), 2);
    assert.equal(answer.deduplicated, true);
    const [one] = await came("/ok/lost");
    assert.equal(one.headers["upstash-message-id"], answer.messageId);
    await pause(300);
    assert.equal(to("/ok/lost").length, 1);
  },

  "a refusal is not tried again": async () => {
    const { url, requests } = await relay();
    await refused(makeClient({ baseUrl: url, retry: patient }).publish({ url: `${here}/ok/x`, delay: "soon" }), 400);
    assert.equal(requests(), 1);
  },

  "nobody there": async () => {
    await assert.rejects(makeClient({ baseUrl: "http://127.0.0.1:1", retry: { retries: 1, backoff: () => 10 } }).logs(), /fetch failed/);
  },
});
