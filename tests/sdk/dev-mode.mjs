// rows: 108
// Needs an engine that runs with the SDK's public development credentials.
import { registerQStashDev } from "@upstash/qstash/nextjs";
import { assert, baseUrl, came, client, here, label, record, sdk, tell, token, used } from "./kit.mjs";

const developmentToken = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=";

await tell(
  {
    "the SDK finds the engine by its port and takes it for its own": async () => {
      const said = [];
      const warn = console.warn;
      console.warn = (...words) => (said.push(words.join(" ")), warn(...words));
      await sdk.startDevServer();
      await registerQStashDev();
      console.warn = warn;
      assert.deepEqual(said.filter((line) => line.includes("Could not start")), []);
      ["startDevServer", "nextjs.registerQStashDev"].forEach(used);
    },

    "a client without any settings": async () => {
      const developer = record(new sdk.Client());
      const { messageId } = await developer.publishJSON({ url: `${here}/ok/development`, body: { n: 1 }, label });
      const [one] = await came("/ok/development");
      assert.equal(one.headers["upstash-message-id"], messageId);
      const request = { signature: one.headers["upstash-signature"], body: one.body, url: `${here}/ok/development` };
      assert.equal(await record(new sdk.Receiver()).verify(request), true);
      assert.equal((await client.messages.get(messageId)).messageId, messageId);
    },
  },
  {
    oneByOne: true,
    first: async () => {
      assert.equal(token, developmentToken, "the engine must run with the development credentials");
      const answer = await fetch(`${baseUrl}/v2/keys`, { headers: { authorization: `Bearer ${token}` } });
      // Without this answer the SDK would download a server.
      assert.deepEqual(await answer.json(), { current: "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r", next: "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs" });
      Object.assign(process.env, { QSTASH_DEV: "true", QSTASH_DEV_PORT: new URL(baseUrl).port });
    },
  },
);
