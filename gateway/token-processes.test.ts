import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKeyPair, createRegisterFile } from "./access/register-fixtures.ts";

const PAIR = createKeyPair("first");
const ASSERTIONS = 40;

interface Asker {
  readonly child: ChildProcess;
  readonly lines: Interface;
}

let dataDir: string;
let askers: readonly Asker[] = [];

const nextLine = ({ lines }: Asker): Promise<string> => new Promise((resolve) => lines.once("line", resolve));

async function start(): Promise<Asker> {
  const script = join(import.meta.dirname, "token-processes.asker.ts");
  const child = spawn(process.execPath, [script, dataDir], { stdio: ["pipe", "pipe", "inherit"] });
  if (child.stdout === null) throw new Error("the process has no output");
  const asker = { child, lines: createInterface({ input: child.stdout }) };
  expect(await nextLine(asker)).toBe("ready");
  return asker;
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "processes-"));
  askers = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all(
    askers.map(({ child }) => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin?.end();
      return ended;
    }),
  );
  await rm(dataDir, { recursive: true });
});

test("an assertion that two processes get at the same moment is taken by one of them", async () => {
  const now_s = Math.floor(Date.now() / 1_000);
  const assertions = await Promise.all(
    Array.from({ length: ASSERTIONS }, () =>
      new SignJWT()
        .setProtectedHeader({ alg: "ES384", typ: "JWT", kid: "first" })
        .setIssuer("practice-system")
        .setSubject("practice-system")
        .setAudience("https://gateway.example/oauth2/token")
        .setJti(randomUUID())
        .setExpirationTime(now_s + 240)
        .sign(PAIR.privateKey),
    ),
  );
  const line = `${JSON.stringify({ register: createRegisterFile(PAIR.jwk), assertions })}\n`;
  const answers = askers.map(nextLine);
  for (const { child } of askers) child.stdin?.write(line);
  const [one = [], other = []] = (await Promise.all(answers)).map((answer): number[] => JSON.parse(answer));
  const taken = assertions.map((_, at) => [one[at], other[at]].filter((status) => status === 200).length);
  expect(taken).toEqual(assertions.map(() => 1));
  expect([...one, ...other].filter((status) => status === 401)).toHaveLength(ASSERTIONS);
});
