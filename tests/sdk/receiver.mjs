// rows: 102 104
import { assert, atEnd, baseUrl, came, client, here, label, makeClient, own, record, sdk, signingKeys, tell, token } from "./kit.mjs";

const other = { currentSigningKey: "sig_other1", nextSigningKey: "sig_other2" };
let keys;

const receiverOf = (config) => record(new sdk.Receiver(config));

/** A real delivery, and what a receiver needs to know of it. */
const delivery = async (path, request = {}) => {
  await client.publish({ url: here + path, body: "x", label, ...request });
  const [one] = await came(path.split("?")[0]);
  return { one, request: { signature: one.headers["upstash-signature"], body: one.body, url: here + path } };
};

const decoded = (signature) => signature.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));

const withEnvironment = async (variables, act) => {
  Object.assign(process.env, variables);
  try {
    return await act();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
};

const isForged = (promise) => assert.rejects(promise, (error) => error instanceof sdk.SignatureError);

await tell(
  {
    "a delivery is what it says": async () => {
      const receiver = receiverOf(keys);
      for (const [path, body] of [["/ok/text?q=1&r=%2F", "한국어 🦀"], ["/ok/empty", ""], ["/ok/json", '{"a": 1}']]) {
        const { request } = await delivery(path, { body });
        assert.equal(request.body, body);
        assert.equal(await receiver.verify(request), true);
        assert.equal(await receiver.verify({ ...request, url: undefined }), true);
        await isForged(receiver.verify({ ...request, body: `${body} ` }));
        await isForged(receiver.verify({ ...request, url: `${request.url}x` }));
        await isForged(receiverOf(other).verify(request));
        await isForged(receiver.verify({ ...request, signature: `${request.signature.slice(0, -4)}AAAA` }));
      }
    },

    "signed with the current key, taken with the next one too": async () => {
      const { request } = await delivery("/ok/keys");
      assert.equal(await receiverOf({ ...other, nextSigningKey: keys.currentSigningKey }).verify(request), true);
      await isForged(receiverOf({ currentSigningKey: keys.nextSigningKey, nextSigningKey: "sig_other" }).verify(request));
    },

    "what the signature holds": async () => {
      const { one, request } = await delivery("/ok/claims?q=1");
      const [header, claims] = decoded(request.signature);
      assert.deepEqual(header, { alg: "HS256", typ: "JWT" });
      assert.equal(claims.iss, "Upstash");
      assert.equal(claims.sub, `${here}/ok/claims?q=1`);
      assert.equal(claims.exp - claims.iat, 300);
      assert.ok(claims.iat <= Math.floor(one.at / 1000) && claims.iat >= one.at / 1000 - 10);
      assert.ok(claims.nbf <= claims.iat);
      assert.match(claims.jti, /^jwt_/);
      assert.ok(!claims.aud);
    },

    "every attempt is signed anew": async () => {
      await client.publish({ url: `${here}/fail-1/anew`, body: "x", retryDelay: "1100", label });
      const attempts = await came("/fail-1/anew", 2);
      const signatures = attempts.map((one) => one.headers["upstash-signature"]);
      for (const signature of signatures) assert.equal(await receiverOf(keys).verify({ signature, body: "x", url: `${here}/fail-1/anew` }), true);
      const [[, first], [, second]] = signatures.map(decoded);
      assert.notEqual(first.jti, second.jti);
      assert.ok(second.iat > first.iat);
    },

    "each endpoint of a group has its own": async () => {
      const name = own("group");
      atEnd((client) => client.urlGroups.delete(name));
      await client.urlGroups.addEndpoints({ name, endpoints: [{ url: `${here}/ok/g1` }, { url: `${here}/ok/g2` }] });
      await client.publish({ urlGroup: name, body: "x", label });
      for (const path of ["/ok/g1", "/ok/g2"]) {
        const [one] = await came(path);
        const request = { signature: one.headers["upstash-signature"], body: "x" };
        assert.equal(await receiverOf(keys).verify({ ...request, url: here + path }), true);
        await isForged(receiverOf(keys).verify({ ...request, url: here }));
      }
    },

    "the keys come from the environment": async () => {
      const { request } = await delivery("/ok/environment");
      await assert.rejects(receiverOf().verify(request), /No signing keys/);
      const variables = { QSTASH_CURRENT_SIGNING_KEY: keys.currentSigningKey, QSTASH_NEXT_SIGNING_KEY: keys.nextSigningKey };
      await withEnvironment(variables, async () => assert.equal(await receiverOf().verify(request), true));
    },

    "the keys of its region": async () => {
      const { one, request } = await delivery("/ok/region");
      const upstashRegion = one.headers["upstash-region"];
      assert.equal(upstashRegion, "EU-CENTRAL-1");
      // Only the keys that the delivery's own header picks are the right ones; the receiver itself is in the other region.
      const variables = { QSTASH_REGION: "US_EAST_1" };
      for (const each of ["", "US_EAST_1_", "EU_CENTRAL_1_"]) {
        const { currentSigningKey, nextSigningKey } = each === "EU_CENTRAL_1_" ? keys : other;
        variables[`${each}QSTASH_CURRENT_SIGNING_KEY`] = currentSigningKey;
        variables[`${each}QSTASH_NEXT_SIGNING_KEY`] = nextSigningKey;
      }
      await withEnvironment(variables, async () => {
        assert.equal(await receiverOf().verify({ ...request, upstashRegion }), true);
        assert.equal(await receiverOf(keys).verify({ ...request, upstashRegion }), true);
        await isForged(receiverOf().verify({ ...request, upstashRegion: "US-EAST-1" }));
        await isForged(receiverOf().verify(request));
      });
    },

    "a client of its region": async () => {
      const variables = { QSTASH_REGION: "US_EAST_1", US_EAST_1_QSTASH_URL: baseUrl, US_EAST_1_QSTASH_TOKEN: token, QSTASH_TOKEN: "wrong" };
      await withEnvironment(variables, async () => {
        const { messageId } = await makeClient({ baseUrl: undefined, token: undefined }).publish({ url: `${here}/ok/of-region`, body: "x", label });
        const [one] = await came("/ok/of-region");
        assert.equal(one.headers["upstash-message-id"], messageId);
      });
    },
  },
  { first: async () => (keys = await signingKeys()), oneByOne: true },
);
