import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { at, parseJson } from "../json.ts";
import type { Load, LoadRequest } from "./load.ts";

const execute = promisify(execFile);
const INSTALL_TIMEOUT_MS = 120_000;

/** A load by wrk; undefined where it is neither here nor to be had from apt. */
export async function createWrkLoad(): Promise<Load | undefined> {
  if (!(await isThere()) && !(await installed())) return undefined;
  return async ({ base, requests, duration_s, connections }) => {
    const directory = await mkdtemp(join(tmpdir(), "wrk-"));
    const script = join(directory, "load.lua");
    try {
      await writeFile(script, toLua(requests), { mode: 0o600 });
      const shape = ["-t1", `-c${connections}`, `-d${duration_s}s`, "--timeout", "10s"];
      const { stdout } = await execute("wrk", [...shape, "-s", script, base]);
      return resultFrom(stdout);
    } finally {
      await rm(directory, { recursive: true });
    }
  };
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

/** Long brackets hold any text that has no closing bracket of their level. */
function lua(text: string): string {
  return JSON.stringify(text).replace(/\\u([0-9a-f]{4})/gi, (_all, hex: string) => `\\u{${hex}}`);
}

/** All requests are formatted once, so that the load's own cost is small and the same for both servers. */
export function toLua(requests: readonly LoadRequest[]): string {
  const formatted = requests.map(({ method, path, headers, body }) => {
    const fields = Object.entries(headers).map(([name, value]) => `[${lua(name)}]=${lua(value)}`);
    return `  all[#all + 1] = wrk.format(${lua(method)}, ${lua(path)}, {${fields.join(",")}}, ${body === undefined ? "nil" : lua(body)})`;
  });
  return `local all = {}
local turn = 0
function init(args)
${formatted.join("\n")}
end
function request()
  turn = turn % #all + 1
  return all[turn]
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests":%d,"duration":%d,"status":%d,"broken":%d,"p50":%d,"p99":%d}\\n',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`;
}

function resultFrom(output: string) {
  const result = parseJson(/^RESULT (.*)$/m.exec(output)?.[1] ?? "");
  const number = (name: string) => Number(at(result, name));
  return {
    requests: number("requests"),
    failures: number("status") + number("broken"),
    seconds: number("duration") / 1e6,
    p50_ms: number("p50") / 1000,
    p99_ms: number("p99") / 1000,
  };
}
