/**
 * `npm run -s pds-stand-in -- [--port N] [--children N] [--out DIR]`
 *
 * A stand-in for PDS on this machine that knows the demonstration's children. Makes a key pair in DIR when there is
 * none, says on standard output with which variables a gateway asks it, and answers until it is stopped. Exit 2 on
 * misuse, 1 when it cannot listen.
 */
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureFile } from "../access/private-file.ts";
import { demonstrationPeople } from "../demonstration/pds-people.ts";
import { startStandIn } from "../pds/stand-in/server.ts";

const USAGE = `usage: npm run -s pds-stand-in -- [options]

  --port N       where it listens on 127.0.0.1 (default 9400; 0 for any free port)
  --children N   how many of the demonstration's children it knows besides the named ones (default 400)
  --out DIR      where the gateway's key for it is kept (default .data/pds-stand-in)
`;
const CHILDREN_MAX = 396_000;
const KEY_BITS = 4_096;
const CLIENT = { apiKey: "early-years-gateway", keyId: "stand-in-1" };

interface Task {
  readonly port: number;
  readonly children: number;
  readonly directory: string;
}

function parseTask(args: readonly string[]): Task | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "9400" },
        children: { type: "string", default: "400" },
        out: { type: "string", default: join(".data", "pds-stand-in") },
      },
    });
    const [port, children] = [Number(values.port), Number(values.children)];
    const isRight = Number.isInteger(port) && port >= 0 && port < 65_536 && Number.isInteger(children) && children >= 0;
    return isRight && children <= CHILDREN_MAX ? { port, children, directory: resolve(values.out) } : undefined;
  } catch {
    return undefined;
  }
}

async function run({ port, children, directory }: Task): Promise<void> {
  const keyFile = join(directory, "key.pem");
  const pem = await ensureFile(keyFile, async () =>
    generateKeyPairSync("rsa", { modulusLength: KEY_BITS })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString(),
  );
  const clients = [{ ...CLIENT, publicKey: createPublicKey(pem) }];
  const standIn = await startStandIn({ people: demonstrationPeople(children), clients, port });
  const variables = {
    PDS_BASE_URL: standIn.baseUrl,
    PDS_TOKEN_URL: standIn.tokenUrl,
    PDS_API_KEY: CLIENT.apiKey,
    PDS_KEY_ID: CLIENT.keyId,
    PDS_KEY_FILE: keyFile,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  process.stdout.write(`${lines.join("\n")}\n`);
  const stop = (): void => void standIn.close();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

const task = parseTask(process.argv.slice(2));
if (task === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  await run(task).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : "unknown";
    process.stderr.write(`Cannot listen on 127.0.0.1:${task.port}: ${String(code)}\n`);
    process.exitCode = 1;
  });
}
