import { parseRegister, type Register } from "../access/register.ts";
import { ensureDemonstrationKeys } from "./keys.ts";
import { demonstrationRegister } from "./register.ts";

/** The demonstration's register with the keys under DATA_DIR, made when they are not there yet. */
export async function ensureDemonstrationRegister(dataDir: string): Promise<Register> {
  const keys = await ensureDemonstrationKeys(dataDir);
  const sets = Object.entries(keys).map(([client, { publicJwk }]) => [client, { keys: [publicJwk] }] as const);
  const parsed = parseRegister(demonstrationRegister(Object.fromEntries(sets)));
  if (parsed.ok) return parsed.register;
  const problems = parsed.problems.map(({ path, message }) => `${path}: ${message}`);
  throw new Error(`the demonstration's own register is wrong: ${problems.join("; ")}`);
}
