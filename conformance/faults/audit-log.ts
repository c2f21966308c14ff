import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseJson } from "../json.ts";
import { type Recorded, toRecorded } from "./check-audit.ts";

const COMMAND = fileURLToPath(new URL("../../gateway/commands/audit.ts", import.meta.url));
/** What a shell, or a test runner, may have set for something else. */
const UNSET = { BASE_URL: "", REGISTER_FILE: "", GATEWAY_MODE: "", IDENTITY_KEY: "", DATABASE_URL: "", REDIS_URL: "" };
const execute = promisify(execFile);

/**
 * What `npm run -s audit` says of the log of a gateway: whether it is whole, and every AuditEvent of it. These are several
 * times the log, and are put where there is more room than the gateway has.
 */
export async function readAuditLog(
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly isWhole: boolean; readonly told: string; readonly recorded: readonly Recorded[] }> {
  const audit = async (...words: string[]) => {
    const options = { env: { ...process.env, ...UNSET, ...env, DATA_DIR: dataDir }, maxBuffer: 100_000_000 };
    return execute(process.execPath, [COMMAND, ...words], options).then(
      ({ stdout }) => ({ isDone: true, told: stdout.trim() }),
      (error: unknown) => ({ isDone: false, told: String(Object(error).stdout) + String(Object(error).stderr) }),
    );
  };
  const verified = await audit("verify");
  const year = 365 * 86_400_000;
  const [from, until] = [-year, year].map((apart) => new Date(Date.now() + apart).toISOString());
  const directory = await mkdtemp(join(tmpdir(), "faults-audit-"));
  try {
    const out = join(directory, "exported");
    const exported = await audit("export", "--from", from ?? "", "--until", until ?? "", "--out", out);
    if (!exported.isDone) throw new Error(`the audit log could not be exported: ${exported.told}`);
    return {
      isWhole: verified.isDone,
      told: verified.told,
      recorded: await readEvents(join(out, "AuditEvent.ndjson")),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A line at a time: all of a long run are more than a text may be. */
async function readEvents(path: string): Promise<readonly Recorded[]> {
  const recorded: Recorded[] = [];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const one = toRecorded(parseJson(line));
    if (one !== undefined) recorded.push(one);
  }
  return recorded;
}
