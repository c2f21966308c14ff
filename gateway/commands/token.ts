import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { importJWK, SignJWT } from "jose";
import { z } from "zod";
import { tokenUrl } from "../access/addresses.ts";
import { type Client, parseRegisterText, type Register } from "../access/register.ts";
import { formatScope } from "../access/scope.ts";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { DEMONSTRATION_CLIENTS } from "../demonstration/clients.ts";
import { ensureDemonstrationRegister } from "../demonstration/ensure-register.ts";
import { readDemonstrationKey } from "../demonstration/keys.ts";
import { LIMITS } from "../limits.ts";
import { nearest } from "../outcome/nearest.ts";

/** How a command ends: 0 done, 1 it could not be done, 2 it was called in a wrong way. */
export interface CommandResult {
  readonly exit: 0 | 1 | 2;
  readonly out: string;
  readonly error: string;
}

const USAGE = `Usage: npm run -s token -- --client CLIENT [--purpose PURPOSE] [--scope "SCOPE …"]

Prints an access token of the running gateway (BASE_URL), got by an assertion signed with the client's key (DATA_DIR).
Without --scope: all that the client may. Without --purpose: the first that is registered.
Clients of the demonstration: ${DEMONSTRATION_CLIENTS.join(", ")}
`;

const ANSWER_WAIT_ms = 10_000;
const ANSWER = z.union([
  z.object({ access_token: z.string() }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
]);

export async function runToken(
  given: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CommandResult> {
  const options = parseOptions(given);
  if (typeof options === "string") return { exit: 2, out: "", error: `${options}\n\n${USAGE}` };
  try {
    const token = await getToken(options, loadConfig(environment));
    return { exit: 0, out: `${token}\n`, error: "" };
  } catch (error) {
    if (error instanceof CannotError || error instanceof ConfigError)
      return { exit: 1, out: "", error: `${error.message}\n` };
    throw error;
  }
}

/** Something that whoever runs the command can mend. */
export class CannotError extends Error {}

interface Options {
  readonly client: string;
  readonly purpose: string | undefined;
  readonly scope: string | undefined;
}

function parseOptions(given: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: { client: { type: "string" }, purpose: { type: "string" }, scope: { type: "string" } },
    });
    const { client, purpose, scope } = values;
    return client ? { client, purpose, scope } : "--client is missing.";
  } catch (error) {
    return error instanceof Error ? error.message : "The options are not understood.";
  }
}

/** Also for commands that need a token on their way. Throws a CannotError whose message says what to do. */
export async function getToken({ client, purpose, scope }: Options, config: Config): Promise<string> {
  const key = await readDemonstrationKey(config.dataDir, client);
  if (key === undefined) throw new CannotError(toMissingKeyText(client, config));
  const register = await readRegister(config);
  const registered = register.client(client);
  if (registered === undefined)
    throw new CannotError(`${client} is not in the register ${config.registerFile ?? ""} of this gateway.`);

  const url = tokenUrl(config.baseUrl);
  const now_s = Math.floor(Date.now() / 1_000);
  const assertion = await new SignJWT(purpose === undefined ? {} : { purpose })
    .setProtectedHeader({ alg: "ES384", typ: "JWT", kid: key.publicJwk.kid ?? "" })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(url)
    .setExpirationTime(now_s + LIMITS.assertion_life_s_max)
    .setJti(randomUUID())
    .sign(await importJWK(key.privateJwk, "ES384"));
  const form = {
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    scope: scope ?? registered.scopes.map(formatScope).join(" "),
  };
  return await send(url, form, (error) => toHint(error, scope, registered));
}

async function readRegister(config: Config): Promise<Register> {
  if (config.registerFile === undefined) return await ensureDemonstrationRegister(config.dataDir);
  const text = await readFile(config.registerFile, "utf8").catch(() => {
    throw new CannotError(`REGISTER_FILE: ${config.registerFile} cannot be read.`);
  });
  const parsed = parseRegisterText(text);
  if (parsed.ok) return parsed.register;
  const problems = parsed.problems.map(({ path, message }) => `  ${path}: ${message}`);
  throw new CannotError(`REGISTER_FILE is wrong:\n${problems.join("\n")}`);
}

async function send(
  url: string,
  form: Readonly<Record<string, string>>,
  hintOf: (error: string) => string,
): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(form),
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_WAIT_ms),
  }).catch(() => {
    throw new CannotError(
      `No gateway answers at ${url}. Start it with npm start, or set BASE_URL to the one that the running gateway has.`,
    );
  });
  const answer = ANSWER.safeParse(await response.json().catch(() => undefined));
  if (!answer.success)
    throw new CannotError(`What answers at ${url} is no token endpoint (status ${response.status}). Check BASE_URL.`);
  if ("access_token" in answer.data) return answer.data.access_token;
  const { error, error_description } = answer.data;
  throw new CannotError(`The gateway gave no token: ${error}. ${error_description ?? ""}${hintOf(error)}`);
}

function toHint(error: string, scope: string | undefined, { id, scopes }: Client): string {
  if (error === "invalid_client")
    return " If the gateway was started with another DATA_DIR or BASE_URL, set the same here.";
  const source = /^ingest\/(\S+)$/.exec(scope ?? "")?.[1];
  if (error !== "invalid_scope" || source === undefined) return "";
  const sources = scopes.flatMap((each) => (each.context === "ingest" ? [each.source] : []));
  if (sources.length === 0) return ` ${id} sends for no source.`;
  const meant = nearest(source, sources);
  return ` ${id} does not send for ${source}. ${meant === undefined ? `It does for ${sources.join(", ")}.` : `Did you mean ${meant}?`}`;
}

function toMissingKeyText(client: string, { dataDir }: Config): string {
  return DEMONSTRATION_CLIENTS.some((known) => known === client)
    ? `There is no key of ${client} under ${dataDir}. Start the gateway once with npm start, or set DATA_DIR to its directory.`
    : `${client} is no client of the demonstration. There are: ${DEMONSTRATION_CLIENTS.join(", ")}.`;
}

if (import.meta.main) {
  const { exit, out, error } = await runToken(process.argv.slice(2), process.env);
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
