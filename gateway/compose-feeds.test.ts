import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestCertificate } from "./mllp/certificate.fixtures.ts";
import { adt, framed, sendTo, type TestSender } from "./mllp/mllp.fixtures.ts";
import { freePort, RUNTIME } from "./spawned.fixtures.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const POLL_MS = 10;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "feeds-"));
});

afterAll(() => rm(directory, { recursive: true }));

interface Started {
  readonly process: ChildProcess;
  /** All that it has written. */
  said(): string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<unknown>;
}

function start(data: string, environment: Readonly<Record<string, string>>): Started {
  const told = { ...RUNTIME, DATA_DIR: join(directory, data), DEMONSTRATION_CHILDREN: "0" };
  const child = spawn(process.execPath, [MAIN], { env: { ...told, ...environment } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  return { process: child, said: () => said, ended: once(child, "close").then(([code, signal]) => code ?? signal) };
}

async function ready(started: Started, port: number): Promise<void> {
  while (started.process.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    await answer?.body?.cancel();
    // The feeds open behind the readiness, and are told of last.
    if (answer?.status === 200 && started.said().includes('"msg":"ready"')) return;
    await sleep(POLL_MS);
  }
  throw new Error(`The gateway ended before it was ready: ${started.said()}`);
}

async function answerOf(sender: TestSender, message: string): Promise<string | undefined> {
  sender.send(framed(message));
  return (await sender.answer()).split("\r").find((segment) => segment.startsWith("MSA"));
}

test("what was accepted by MLLP is there after a kill, a stop is clean, and nothing of a child is in logs or metrics", async () => {
  const [port, mllp] = [await freePort(), await freePort()];
  const environment = { PORT: String(port), MLLP_LISTEN: `127.0.0.1:${mllp}=leeds-adt`, LOG_LEVEL: "trace" };
  const messages = [
    adt({ control: "A" }),
    adt({ control: "B", event: "A31", family: "Adeyemi" }).replaceAll("20260301115900", "20260302115900"),
    adt({ control: "C", local: "8000009" }),
    adt({ control: "D", event: "A40", more: ["MRG|8000009^^^Z9911^MR"] }),
  ];
  const accepted = ["MSA|AA|A", "MSA|AA|B", "MSA|AA|C", "MSA|AA|D"];

  const killed = start("killed", environment);
  await ready(killed, port);
  const first = sendTo(connect(mllp, "127.0.0.1"));
  const answers = [];
  for (const message of messages) answers.push(await answerOf(first, message));
  killed.process.kill("SIGKILL");
  expect([answers, await killed.ended]).toEqual([accepted, "SIGKILL"]);

  const again = start("killed", environment);
  await ready(again, port);
  const second = sendTo(connect(mllp, "127.0.0.1"));
  for (const message of messages) await answerOf(second, message);
  const wrong = adt({ control: "E", local: "8000010" }).replace("20220314", "20220230");
  expect(await answerOf(second, wrong)).toMatch(/^MSA\|AE\|E/);
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain('gateway_source_records_total{source="leeds-adt",outcome="unchanged"} 3');
  expect(metrics).toContain('gateway_source_records_total{source="leeds-adt",outcome="quarantined"} 1');
  again.process.kill("SIGTERM");
  await second.closed;
  expect(await again.ended).toBe(0);

  const journal = await journalOf(join(directory, "killed", "audit"));
  expect(journal.match(/"query":"MLLP leeds-adt from 127\.0\.0\.1"/g)).toHaveLength(9);
  for (const text of [killed.said(), again.said(), metrics, journal]) {
    expect(text).not.toMatch(/Okonjo|Adeyemi|Nadia|20220314|20220230|LS14|\b(?:8000002|8000010)\b/);
  }
});

async function journalOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".journal"));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.join("");
}

describe("what the operator can mend ends the start with exit code 1 and the name of the variable", () => {
  const own = createTestCertificate();
  const other = createTestCertificate();

  async function pem(name: string, text: string): Promise<string> {
    const path = join(directory, name);
    await writeFile(path, text);
    return path;
  }

  test("of MLLP and of the folder that is watched", async () => {
    const [port, free] = [await freePort(), await freePort()];
    const MLLP_LISTEN = `127.0.0.1:${free}=leeds-adt`;
    const MLLP_TLS_CERT = await pem("own.crt", own.cert);
    const MLLP_TLS_KEY = await pem("own.key", own.key);
    const noPem = await pem("no.pem", "-----BEGIN CERTIFICATE-----\nsecret\n-----END CERTIFICATE-----\n");
    const tls = { MLLP_LISTEN, MLLP_TLS_CERT, MLLP_TLS_KEY };
    const cases = [
      [{ MLLP_LISTEN: "127.0.0.1=leeds-adt" }, "MLLP_LISTEN: expected host:port=source"],
      [{ MLLP_LISTEN: `127.0.0.1:${free}=nobody-adt` }, "MLLP_LISTEN: nobody-adt is no source"],
      [{ MLLP_LISTEN: `127.0.0.1:${free}=leeds-eyfsp` }, "MLLP_LISTEN: leeds-eyfsp is no source"],
      [{ MLLP_LISTEN: `127.0.0.1:${port}=leeds-adt` }, `MLLP_LISTEN: cannot listen on 127.0.0.1:${port} (EADDRINUSE)`],
      [{ ...tls, MLLP_TLS_KEY: join(directory, "none") }, "MLLP_TLS_KEY: the file cannot be read"],
      [{ ...tls, MLLP_TLS_CERT: noPem }, "MLLP_TLS_CERT: expected a PEM file of certificates"],
      [{ ...tls, MLLP_TLS_KEY: noPem }, "MLLP_TLS_KEY: expected a PEM file of a private key"],
      [{ ...tls, MLLP_TLS_CA: noPem }, "MLLP_TLS_CA: expected a PEM file of certificates"],
      [{ ...tls, MLLP_TLS_KEY: await pem("other.key", other.key) }, "MLLP_TLS_KEY: not the key of the certificate"],
      [{ INBOX_DIR: noPem }, "INBOX_DIR: the folder cannot be made, read or written (EEXIST)"],
    ] as const;
    for (const [environment, problem] of cases) {
      const started = start("wrong", { PORT: String(port), LOG_LEVEL: "fatal", ...environment });
      const end = await started.ended;
      expect([end, started.said()]).toEqual([1, expect.stringContaining(problem)]);
      expect(started.said()).not.toMatch(/secret|BEGIN|at .*\.ts:/);
    }
  });
});
