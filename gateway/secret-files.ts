import { readFileSync } from "node:fs";

/** Settings that are secrets, or hold one: `<name>_FILE` names a file that holds the value, as container runtimes give it. */
export const SECRETS = ["DATABASE_URL", "REDIS_URL", "IDENTITY_KEY", "IDENTITY_KEY_OTHER", "PDS_API_KEY"] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment with what such files hold. A problem names the variable, never what is in the file. */
export function readSecretFiles(environment: Environment): {
  readonly environment: Environment;
  readonly problems: readonly string[];
} {
  const read: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of SECRETS) {
    const file = environment[`${name}_FILE`]?.trim() ?? "";
    if (file === "") continue;
    if ((environment[name]?.trim() ?? "") !== "")
      problems.push(`${name}_FILE: expected in the place of ${name}, not beside it`);
    try {
      read[name] = readFileSync(file, "utf8");
    } catch {
      problems.push(`${name}_FILE: the file cannot be read`);
    }
  }
  return { environment: { ...environment, ...read }, problems };
}
