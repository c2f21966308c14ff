import { parseArgs } from "node:util";
import { rotateKeys } from "../access/gateway-keys.ts";
import { type KeyFolder, readKeyFiles, signingAt } from "../access/key-files.ts";
import { withShelf } from "../compose-machines.ts";
import { ConfigError, loadConfig } from "../config.ts";
import type { CommandResult } from "./token.ts";

const USAGE = `Usage: npm run -s keys -- list
       npm run -s keys -- rotate [--at-once]

list     The keys that access tokens are signed with, under DATA_DIR or in the database of DATABASE_URL: kid, since when,
         and what for now.
rotate   Makes the next key. It is published now and used in an hour, by when everybody has seen it; the one before it
         stays published until its last token has ended.
         --at-once: for a key that others may hold. The new key is used now, those before it are taken away, and all
         tokens signed with them end, in every process within half a minute. Keys in a database that IDENTITY_KEY does not
         open are taken away, too.
`;

export async function runKeys(
  given: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  now_ms: number,
): Promise<CommandResult> {
  const asked = parse(given);
  if (typeof asked === "string") return { exit: 2, out: "", error: `${asked}\n\n${USAGE}` };
  try {
    const config = loadConfig(environment);
    return await withShelf({ config, isLost: asked.atOnce }, async (shelf) => {
      const where = { ...config, ...(shelf && { shelf }) };
      if (asked.command === "list") return { exit: 0, out: await list(where, now_ms), error: "" };
      const { kid, from_ms } = await rotateKeys(where, now_ms, asked);
      return { exit: 0, out: `${kid} is used from ${new Date(from_ms).toISOString()} on.\n`, error: "" };
    });
  } catch (error) {
    if (error instanceof ConfigError) return { exit: 1, out: "", error: `${error.message}\n` };
    throw error;
  }
}

interface Asked {
  readonly command: "list" | "rotate";
  readonly atOnce: boolean;
}

function parse(given: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      options: { "at-once": { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const [command, further] = positionals;
    const atOnce = values["at-once"];
    if ((command !== "list" && command !== "rotate") || further !== undefined) return "Expected list or rotate.";
    if (command === "list" && atOnce) return "--at-once goes with rotate.";
    return { command, atOnce };
  } catch (error) {
    return error instanceof Error ? error.message : "The options are not understood.";
  }
}

async function list(where: KeyFolder, now_ms: number): Promise<string> {
  const files = await readKeyFiles(where);
  const signing = signingAt(files, now_ms);
  if (signing === undefined) return "There is no key yet: the gateway makes one at its first start.\n";
  return files
    .map((file) => {
      const { kid, from_ms } = file.key;
      const state = file === signing ? "signing" : from_ms > now_ms ? "next" : "former";
      return `${kid}  ${new Date(from_ms).toISOString()}  ${state}\n`;
    })
    .join("");
}

if (import.meta.main) {
  const { exit, out, error } = await runKeys(process.argv.slice(2), process.env, Date.now());
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
