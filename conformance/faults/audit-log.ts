import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseJson } from "../json.ts";
import { type Recorded, toRecorded } from "./check-audit.ts";

const COMMAND = fileURLToPath(new URL("../../gateway/commands/audit.ts", import.meta.url));
/** What a shell, or a test runner, may have set for something else. */
const UNSET = { BASE_URL: "", REGISTER_FILE: "", GATEWAY_MODE: "", IDENTITY_KEY: "", DATABASE_URL: "", REDIS_URL: "" };
const execute = promisify(execFile);

/** What `npm run -s audit` says of the log of a gateway: whether it is whole, and every AuditEvent of it. */
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
  const out = join(dataDir, "exported");
  const year = 365 * 86_400_000;
  const [from, until] = [-year, year].map((apart) => new Date(Date.now() + apart).toISOString());
  const exported = await audit("export", "--from", from ?? "", "--until", until ?? "", "--out", out);
  if (!exported.isDone) throw new Error(`the audit log could not be exported: ${exported.told}`);
  const lines = (await readFile(join(out, "AuditEvent.ndjson"), "utf8")).split("\n");
  const recorded = lines.flatMap((line) => toRecorded(parseJson(line)) ?? []);
  return { isWhole: verified.isDone, told: verified.told, recorded };
}
