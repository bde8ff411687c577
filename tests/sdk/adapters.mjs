// rows: 102
import { once } from "node:events";
import { createServer } from "node:http";
import { verifySignature, verifySignatureAppRouter, verifySignatureEdge } from "@upstash/qstash/nextjs";
import { verifySignatureH3 } from "@upstash/qstash/h3";
import { verifySignatureNuxt } from "@upstash/qstash/nuxt";
import { verifySignatureSolidjs } from "@upstash/qstash/solidjs";
import { verifySignatureSvelte } from "@upstash/qstash/svelte";
import { createApp, eventHandler, toNodeListener } from "h3";
import { Hono } from "hono";
import { assert, atEnd, client, label, logged, sdk, signingKeys, tell, used } from "./kit.mjs";

const keys = await signingKeys();
const receiver = new sdk.Receiver(keys);
const accepted = [];

/** A handler of web requests behind Node's server. */
const web = (handle) => async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const { method, headers } = request;
  const asked = new Request(`http://${headers.host}${request.url}`, { method, headers, body: body.length > 0 ? body : undefined });
  const answer = await handle(asked);
  response.writeHead(answer.status).end(await answer.text());
};

const take = (name, body) => (accepted.push({ name, body }), new Response("taken"));

const hono = new Hono();
hono.post("/hono", async (context) => {
  const body = await context.req.text();
  const { origin } = new URL(context.req.url);
  const signature = context.req.header("upstash-signature") ?? "";
  if (!(await receiver.verify({ signature, body, url: `${origin}/hono` }).catch(() => false))) return context.text("no", 403);
  accepted.push({ name: "hono", body });
  return context.text("taken");
});

const h3 = (name, verify) => {
  const handle = verify(eventHandler(() => (accepted.push({ name, body: "" }), "taken")), keys);
  return toNodeListener(createApp().use(handle));
};

const pages = verifySignature((request, response) => {
  accepted.push({ name: "nextjs.verifySignature", body: JSON.stringify(request.body) });
  response.status(200).send("taken");
}, keys);

const appRouter = verifySignatureAppRouter(async (request) => take("nextjs.verifySignatureAppRouter", await request.text()), keys);
const edge = verifySignatureEdge(async (request) => take("nextjs.verifySignatureEdge", await request.text()), keys);
const solid = verifySignatureSolidjs(async ({ request }) => take("solidjs.verifySignatureSolidjs", await request.text()), keys);
const svelte = verifySignatureSvelte(async ({ request }) => take("svelte.verifySignatureSvelte", await request.text()), keys);

const adapters = {
  // What Next.js adds to the response of its pages.
  "nextjs.verifySignature": (request, response) =>
    pages(request, Object.assign(response, { status: (code) => ((response.statusCode = code), response), send: (text) => response.end(text) })),
  "nextjs.verifySignatureAppRouter": web((request) => appRouter(request)),
  "nextjs.verifySignatureEdge": web((request) => edge(request, {})),
  "solidjs.verifySignatureSolidjs": web((request) => solid({ request })),
  "svelte.verifySignatureSvelte": web((request) => svelte({ request })),
  "h3.verifySignatureH3": h3("h3.verifySignatureH3", verifySignatureH3),
  "nuxt.verifySignatureNuxt": h3("nuxt.verifySignatureNuxt", verifySignatureNuxt),
  hono: web((request) => hono.fetch(request)),
};

const server = createServer((request, response) =>
  Promise.resolve(adapters[request.url.slice(1)](request, response)).catch(() => response.writeHead(500).end()),
);
server.listen(0, "127.0.0.1");
await once(server, "listening");
atEnd(() => (server.close(), server.closeAllConnections()));
const here = `http://127.0.0.1:${server.address().port}`;

/** The h3 adapter of SDK 2.12.0 hashes the body's JSON text once more, so it takes bodies of no bytes only. */
const bodyless = (name) => /^(h3|nuxt)/.test(name);

await tell(
  Object.fromEntries(
    Object.keys(adapters).map((name) => [
      name,
      async () => {
        const body = bodyless(name) ? undefined : { hello: "세계" };
        const { messageId } = await client.publishJSON({ url: `${here}/${name}`, body, retries: 0, label });
        const log = await logged(messageId);
        assert.equal(log.at(-1).state, "DELIVERED");
        const taken = () => accepted.filter((one) => one.name === name).map((one) => one.body);
        const asSent = bodyless(name) ? "" : JSON.stringify(body);
        assert.deepEqual(taken(), [asSent]);

        const forged = { "content-type": "application/json", "upstash-signature": "e30.e30.e30" };
        const answer = await fetch(`${here}/${name}`, { method: "POST", headers: forged, body: asSent || undefined });
        assert.ok(answer.status >= 400, String(answer.status));
        assert.equal(taken().length, 1);
        if (name !== "hono") used(name);
      },
    ]),
  ),
);
