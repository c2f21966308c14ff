import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { at, parseJson } from "../json.ts";
import { own, release, removeDirectory, temporaryDirectory } from "./clean-up.ts";
import {
  closedLoop,
  createTally,
  type Load,
  type LoadOptions,
  type LoadRequest,
  type Tokens,
  toBytes,
} from "./load.ts";
import { ownCpuTime } from "./process-usage.ts";
import { createWire } from "./wire.ts";

const execute = promisify(execFile);
const INSTALL_TIMEOUT_MS = 120_000;
/** wrk sees statuses alone. Beside it so many requests a second are sent whose answers are read and verified. */
const VERIFY_PAUSE_MS = 40;

/** wrk where there is one, else a closed loop of our own, which takes more of the machine. */
export async function chooseLoad(): Promise<{ readonly name: string; readonly load: Load }> {
  const isHere = (await isThere()) || (await installed());
  return isHere ? { name: "wrk", load: wrkLoad } : { name: "closed loop of our own", load: closedLoop };
}

const wrkLoad: Load = async (options) => {
  const { base, requests, tokens, duration_s, connections } = options;
  if (requests.length === 0) throw new RangeError("a load needs a request");
  const directory = await temporaryDirectory("wrk-");
  const script = join(directory, "load.lua");
  try {
    await writeFile(script, toLua(requests, tokens), { mode: 0o600 });
    const cpu_s = await ownCpuTime();
    const shape = ["-t1", `-c${connections}`, `-d${duration_s}s`, "--timeout", "10s", "--latency"];
    const child = spawn("wrk", [...shape, "-s", script, base], { stdio: ["ignore", "pipe", "pipe"] });
    own(child.pid);
    const ended = once(child, "exit");
    const isOver = new AbortController();
    const verifying = verifyBeside(options, isOver.signal);
    const [output, complaint] = await Promise.all([readText(child.stdout), readText(child.stderr)]);
    await ended;
    release(child.pid);
    isOver.abort();
    const { failures, verified, wrong } = await verifying;
    const measured = resultFrom(output, complaint);
    const load_cpu_s = (await ownCpuTime()) - cpu_s;
    return { ...measured, beside: verified, failures: measured.failures + failures, verified, wrong, load_cpu_s };
  } finally {
    await removeDirectory(directory);
  }
};

/** The same requests, now and then, while wrk runs: each answer is read and verified. */
async function verifyBeside({ base, requests, tokens }: LoadOptions, over: AbortSignal) {
  const tally = createTally(undefined, 1);
  const wire = createWire(base);
  // Another place each time, so that over some rounds all kinds of a mix are met.
  let turn = Math.floor(Math.random() * requests.length);
  while (!over.aborted) {
    const request = requests[turn % requests.length];
    if (request === undefined) break;
    turn += 1;
    tally.answered(request, await wire.send(toBytes(base, request, tokens), true), 0, true);
    await sleep(VERIFY_PAUSE_MS, undefined, { signal: over }).catch(() => undefined);
  }
  wire.close();
  return tally.result(0, 0);
}

async function isThere(): Promise<boolean> {
  return execute("wrk", ["-v"]).then(
    () => true,
    // wrk ends with 1 after saying its version.
    (error: unknown) => at(error, "code") !== "ENOENT",
  );
}

async function installed(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, timeout: INSTALL_TIMEOUT_MS };
  return execute("apt-get", ["install", "-y", "-q", "wrk"], options).then(isThere, () => false);
}

function lua(text: string): string {
  return JSON.stringify(text).replace(/\\u([0-9a-f]{4})/gi, (_all, hex: string) => `\\u{${hex}}`);
}

/** All requests are formatted once, so that the load's own cost is small and the same for both servers. */
export function toLua(requests: readonly LoadRequest[], tokens: Tokens): string {
  const formatted = requests.map(({ method, path, headers, body, role }) => {
    const token = tokens[role ?? "reader"];
    const fields = Object.entries(token === "" ? headers : { ...headers, authorization: `Bearer ${token}` })
      .map(([name, value]) => `[${lua(name)}]=${lua(value)}`)
      .join(",");
    return `  all[#all + 1] = wrk.format(${lua(method)}, ${lua(path)}, {${fields}}, ${body === undefined ? "nil" : lua(body)})`;
  });
  return `local all = {}
local turn = 0
function init(args)
${inParts(formatted)}
end
function request()
  turn = turn % #all + 1
  return all[turn]
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests":%d,"duration":%d,"status":%d,"broken":%d,"p50":%d,"p95":%d,"p99":%d}\\n',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
`;
}

/** One function of Lua may hold so many constants and no more. */
const STATEMENTS_EACH = 1_000;

function inParts(statements: readonly string[]): string {
  const parts: string[] = [];
  for (let start = 0; start < statements.length; start += STATEMENTS_EACH)
    parts.push(`  (function()\n${statements.slice(start, start + STATEMENTS_EACH).join("\n")}\n  end)();`);
  return parts.join("\n");
}

function resultFrom(output: string, complaint: string) {
  const result = parseJson(/^RESULT (.*)$/m.exec(output)?.[1] ?? "");
  if (result === undefined)
    throw new Error(`wrk told no result: ${complaint.trim().slice(0, 200) || "it ended without a word"}`);
  const number = (name: string) => Number(at(result, name));
  return {
    requests: number("requests"),
    failures: number("status") + number("broken"),
    seconds: number("duration") / 1e6,
    p50_ms: number("p50") / 1000,
    p95_ms: number("p95") / 1000,
    p99_ms: number("p99") / 1000,
  };
}
