import { parseRegister, type Register } from "../access/register.ts";
import { ensureDemonstrationKeys } from "./keys.ts";
import { demonstrationRegister } from "./register.ts";

/**
 * The demonstration's register with the keys under DATA_DIR, made when they are not there yet. `traces`: whether children
 * of education sources, which tell no NHS number, may be asked for at PDS.
 */
export async function ensureDemonstrationRegister(
  dataDir: string,
  { traces = false }: { readonly traces?: boolean } = {},
): Promise<Register> {
  const keys = await ensureDemonstrationKeys(dataDir);
  const sets = Object.entries(keys).map(([client, { publicJwk }]) => [client, { keys: [publicJwk] }] as const);
  const { sources, ...others } = demonstrationRegister(Object.fromEntries(sets));
  const asking = sources.map((source) => ({ ...source, traces: traces && TRACED.has(source.kind) }));
  const parsed = parseRegister({ ...others, sources: asking });
  if (parsed.ok) return parsed.register;
  const problems = parsed.problems.map(({ path, message }) => `${path}: ${message}`);
  throw new Error(`the demonstration's own register is wrong: ${problems.join("; ")}`);
}

const TRACED: ReadonlySet<string> = new Set([
  "eyfs-profile",
  "common-transfer-file",
  "early-years-census",
  "progress-check",
  "family-hub",
]);
