// Tells which story called which public method of the SDK; fails when nobody called one.
// Runs all stories, or reads what they noted in the file that METHODS_FILE names if it is there already.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as sdk from "@upstash/qstash";

const [baseUrl, token] = process.argv.slice(2);
const folder = import.meta.dirname;
const atOnce = 4;

const developmentOnly = "would download the vendor's server; dev-mode.mjs calls it, given an engine with the development credentials";
const model = "the vendor's hosted language model, deprecated in the SDK";
const workflow = "Workflow, which is not QStash";

/** What is public and yet not asked of the engine, and why. */
const LEFT_OUT = {
  "Client.chat": model,
  "Client.workflow": workflow,
  "Receiver.verifyWithKey": "private in the SDK's types",
  "Receiver.verifyBodyAndUrl": "private in the SDK's types",
  "exports.setupAnalytics": model,
  "exports.formatWorkflowError": workflow,
  "exports.nextjs.servePagesRouter": workflow,
  ...Object.fromEntries(["nextjs", "h3", "hono", "cloudflare", "solidjs", "svelte", "workflow"].map((name) => [`exports.${name}.serve`, workflow])),
  "exports.workflow.*": workflow,
  "exports.startDevServer": developmentOnly,
  "exports.nextjs.registerQStashDev": developmentOnly,
};

const isClass = (value) => /^class\b/.test(String(value));

const publicMethods = async () => {
  const client = new sdk.Client({ baseUrl, token });
  const classes = [sdk.Client, sdk.Receiver, ...[client.messages, client.dlq, client.queue(), client.schedules, client.urlGroups, client.flowControl].map((one) => one.constructor)];
  const methods = classes.flatMap((one) =>
    Object.getOwnPropertyNames(one.prototype)
      .filter((name) => name !== "constructor")
      .map((name) => `${one.name}.${name}`),
  );
  const functions = (module, prefix) =>
    Object.keys(module)
      .filter((name) => typeof module[name] === "function" && !isClass(module[name]))
      .map((name) => `exports.${prefix}${name}`);
  methods.push(...functions(sdk, ""));
  for (const name of ["nextjs", "h3", "hono", "cloudflare", "nuxt", "solidjs", "svelte", "workflow"])
    methods.push(...functions(await import(`@upstash/qstash/${name}`), `${name}.`));
  return methods;
};

const leftOut = (method) => LEFT_OUT[method] ?? LEFT_OUT[method.replace(/[^.]+$/, "*")];

// ---- the stories

const head = (story) => readFileSync(join(folder, `${story}.mjs`), "utf8").split("\n").slice(0, 2);

const stories = () =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".mjs"))
    .map((file) => file.slice(0, -4))
    .filter((story) => head(story)[0].startsWith("// rows:"));

const tell = (story, notes) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, `${story}.mjs`), baseUrl, token], {
      env: { ...process.env, METHODS_FILE: notes },
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.on("exit", (code) => resolve(code === 0));
  });

const tellAll = async (notes) => {
  const failed = [];
  const run = async (story) => (await tell(story, notes)) || failed.push(story);
  const isAlone = (story) => head(story)[1].startsWith("// alone:");
  const all = stories().filter((story) => story !== "dev-mode");
  // The schedules wait for the minute, so they begin first.
  const together = all.filter((story) => !isAlone(story)).sort((a, b) => (b === "schedules") - (a === "schedules"));
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (together.length > 0) await run(together.shift());
    }),
  );
  for (const story of all.filter(isAlone)) await run(story);
  return failed;
};

// ---- the table

let notes = process.env.METHODS_FILE;
let failed = [];
if (!notes || !existsSync(notes)) {
  const temporary = mkdtempSync(join(tmpdir(), "methods-"));
  notes = join(temporary, "notes");
  failed = await tellAll(notes);
  process.on("exit", () => rmSync(temporary, { recursive: true }));
}

const calls = new Map();
for (const line of existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : []) {
  const [story, method] = line.split(" ");
  calls.set(method, [...new Set([...(calls.get(method) ?? []), story])].sort());
}
const methods = await publicMethods();
const never = methods.filter((method) => !calls.has(method) && !leftOut(method));
console.log(
  JSON.stringify(
    {
      methods: Object.fromEntries(methods.filter((method) => calls.has(method)).map((method) => [method, calls.get(method)])),
      leftOut: Object.fromEntries(methods.filter((method) => !calls.has(method) && leftOut(method)).map((method) => [method, leftOut(method)])),
      never,
      failed,
    },
    null,
    2,
  ),
);
process.exitCode = never.length > 0 || failed.length > 0 ? 1 : 0;
