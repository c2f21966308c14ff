import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AuditLog } from "./audit.ts";
import { createAuditIndex } from "./audit-index.ts";
import { createAuditLog } from "./log.ts";
import { faultOfProof, proveConsistency, proveInclusion } from "./proof.ts";
import { purgeAudit } from "./purge.ts";
import { type HeadSigner, thumbprintOf, toHeadKey, toKeyText } from "./tree-head.ts";
import { verifyAudit } from "./verify.ts";

const NOON = Date.UTC(2026, 0, 31, 12);
const DAY_MS = 86_400_000;
const JOURNAL = "gateway.2026-01-31.000001.journal";
const LEAVES = "gateway.000001.leaves";

let directory = "";
let copies = "";
let now = NOON;
let opened: AuditLog[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "audit-heads-"));
  copies = mkdtempSync(join(tmpdir(), "audit-copies-"));
  now = NOON;
});
afterEach(async () => {
  for (const log of opened) await log.close();
  opened = [];
  for (const one of [directory, copies]) rmSync(one, { recursive: true, force: true });
});

function createSigner(): HeadSigner {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { x = "" } = privateKey.export({ format: "jwk" });
  const publicJwk = { kty: "OKP", crv: "Ed25519", x };
  const key: KeyObject = createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" }));
  return { kid: thumbprintOf(publicJwk), publicJwk, sign: (bytes) => sign(null, bytes, key) };
}

const SIGNER = createSigner();

async function openLog(change: { process?: string; signer?: HeadSigner } = {}): Promise<AuditLog> {
  const { process = "gateway", signer = SIGNER } = change;
  const log = await createAuditLog({ directory, process, clock: () => now, heads: { signer, copies } });
  opened.push(log);
  return log;
}

async function append(log: AuditLog, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    await log.append({ interaction: "read", outcome: "success", requestId: `r-${n}`, client: "gp-demo" });
  }
}

/** Opens, appends and closes: what was appended is signed for. */
async function written(count: number, change: { process?: string; signer?: HeadSigner } = {}): Promise<void> {
  const log = await openLog(change);
  await append(log, count);
  await log.close();
}

const pathOf = (name: string): string => join(directory, name);
const linesOf = (name: string): readonly string[] => readFileSync(pathOf(name), "utf8").split("\n").slice(0, -1);
const keysOf = (signer: HeadSigner) => {
  const found = toHeadKey(toKeyText(signer.publicJwk));
  return new Map(found ? [[found.kid, found.key]] : []);
};

test("a log that was closed is signed for as a whole, and goes on from there", async () => {
  for (const count of [3, 1, 9]) await written(count);
  const sizes = linesOf("gateway.heads").map((line) => JSON.parse(line).head.chains[0].size);
  expect(sizes).toEqual([3, 4, 13]);
  expect(await verifyAudit(directory, { keys: keysOf(SIGNER), copies })).toMatchObject({
    records: 13,
    heads: 6,
    broken: [],
  });
});

test("a log to which nothing was added is not signed for again", async () => {
  await written(2);
  await written(0);
  expect(linesOf("gateway.heads")).toHaveLength(1);
});

test("a leaf says how much of the past was signed for when it was written", async () => {
  await written(2);
  await written(1);
  expect(linesOf(LEAVES).map((line) => JSON.parse(line).leaf.head)).toEqual([undefined, undefined, 2]);
});

test("a head vouches for the chains of other processes too", async () => {
  await written(2, { process: "second" });
  await written(3);
  const { chains } = JSON.parse(linesOf("gateway.heads")[0] ?? "").head;
  expect(chains).toMatchObject([
    { chain: "gateway", size: 3 },
    { chain: "second", size: 2 },
  ]);
  rmSync(pathOf("second.heads"));
  truncateSync(pathOf("second.000001.leaves"), 0);
  rmSync(pathOf("second.2026-01-31.000001.journal"));
  const { broken } = await verifyAudit(directory);
  expect(broken).toMatchObject([{ file: "gateway.heads", line: 1, reason: expect.stringContaining("cut off") }]);
});

test.each(["gateway.tree", "gateway.heads"])("without %s the tree is made again from the leaves", async (name) => {
  await written(5);
  rmSync(pathOf(name));
  await written(2);
  const { broken } = await verifyAudit(directory);
  expect(broken).toEqual([]);
});

test("a tree that was changed on disk is not gone on with", async () => {
  await written(5);
  writeFileSync(pathOf("gateway.tree"), readFileSync(pathOf("gateway.tree"), "utf8").replace(/"\w/, '"_'));
  await written(2);
  expect(await verifyAudit(directory)).toMatchObject({ records: 7, broken: [] });
});

test("heads by an earlier key stay good after another has followed it", async () => {
  await written(2);
  await written(2, { signer: createSigner() });
  expect(await verifyAudit(directory)).toMatchObject({ heads: 2, broken: [] });
  const { broken } = await verifyAudit(directory, { keys: keysOf(SIGNER) });
  expect(broken).toMatchObject([
    { file: "gateway.heads", line: 2, reason: expect.stringContaining("No key is known") },
  ]);
});

describe("a second party's copies", () => {
  test("show leaves that were cut off, with their head and their journal", async () => {
    await written(2);
    copyFileSync(pathOf("gateway.heads"), pathOf("before"));
    copyFileSync(pathOf(LEAVES), pathOf("leaves-before"));
    await written(2);
    renameSync(pathOf("before"), pathOf("gateway.heads"));
    renameSync(pathOf("leaves-before"), pathOf(LEAVES));
    for (const name of [JOURNAL, "gateway.tree"]) rmSync(pathOf(name));
    expect(await verifyAudit(directory)).toMatchObject({ broken: [] });
    const { broken } = await verifyAudit(directory, { copies });
    expect(broken).toMatchObject([{ reason: expect.stringContaining("cut off") }]);
  });

  test("show a log that was replaced as a whole", async () => {
    await written(2);
    for (const name of readdirSync(directory)) if (!name.startsWith("head-key")) rmSync(pathOf(name));
    const forged = await createAuditLog({ directory, process: "gateway", clock: () => now, heads: { signer: SIGNER } });
    await append(forged, 3);
    await forged.close();
    expect(await verifyAudit(directory)).toMatchObject({ broken: [] });
    const { broken } = await verifyAudit(directory, { copies });
    expect(broken).toMatchObject([{ reason: expect.stringContaining("root") }]);
  });
});

describe("a byte that is changed", () => {
  const kinds = ["gateway.000001.leaves", JOURNAL, "gateway.heads", "gateway.tree", "head-key"];

  test.each(kinds)("anywhere in %s is found, and its file is named", async (kind) => {
    await written(4);
    await written(3);
    const name = readdirSync(directory).find((one) => one.startsWith(kind)) ?? "";
    const before = readFileSync(pathOf(name));
    await fc.assert(
      fc.asyncProperty(fc.nat(before.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(before);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        writeFileSync(pathOf(name), bytes);
        const { broken } = await verifyAudit(directory);
        expect(broken.map(({ file }) => file)).toContain(name);
        for (const { line, reason } of broken) expect([line > 0, reason.length > 0]).toEqual([true, true]);
      }),
      { numRuns: Number(process.env.AUDIT_FLIPS ?? 150) },
    );
  });

  test("is found where it makes one line of the last payload and its leaf", async () => {
    await written(2);
    const bytes = readFileSync(pathOf(JOURNAL));
    const end = bytes.lastIndexOf('\n{"hash"');
    bytes[end] = 11;
    writeFileSync(pathOf(JOURNAL), bytes);
    const { broken } = await verifyAudit(directory);
    expect(broken[0]).toMatchObject({ file: JOURNAL, line: 3, reason: expect.stringContaining("neither") });
  });

  test("in a copy that a second party holds is found", async () => {
    await written(3);
    const [name = ""] = readdirSync(copies);
    const path = join(copies, name);
    const bytes = readFileSync(path);
    rmSync(path);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const { broken } = await verifyAudit(directory, { copies });
    expect(broken.map(({ file }) => file)).toContain(name);
  });
});

describe("a proof", () => {
  async function idOf(position: number): Promise<string> {
    const index = createAuditIndex({ directory, process: "reader" });
    await index.catchUp();
    const found = (await index.scan({}, undefined, 100))[position];
    await index.close();
    return found?.id ?? "";
  }

  test("that an event is in the log holds by the public key alone, and not with a byte changed", async () => {
    await written(7);
    const made = await proveInclusion(directory, await idOf(4));
    if (!made.ok) throw new Error(made.problem);
    expect(faultOfProof(made.proof, keysOf(SIGNER))).toBeUndefined();
    const text = JSON.stringify(made.proof);
    const at = text.indexOf('\\"sequence\\":5');
    expect(
      faultOfProof(JSON.parse(text.slice(0, at) + text.slice(at).replace("5", "6")), keysOf(SIGNER)),
    ).toBeDefined();
    expect(faultOfProof(made.proof, keysOf(createSigner()))).toContain("known key");
    for (const other of [undefined, {}, { ...made.proof, path: ["x"] }, { ...made.proof, chain: "second" }]) {
      expect(faultOfProof(other, keysOf(SIGNER))).toBeDefined();
    }
  });

  test("that nothing was changed between two heads holds, and not for a log that was", async () => {
    for (const count of [3, 4, 5]) await written(count);
    const made = await proveConsistency(directory, { chain: "gateway", first: 3, second: 12 });
    if (!made.ok || made.proof.kind !== "consistency") throw new Error("No proof.");
    expect(faultOfProof(made.proof, keysOf(SIGNER))).toBeUndefined();
    expect(faultOfProof({ ...made.proof, second: linesOf("gateway.heads")[1] }, keysOf(SIGNER))).toBeDefined();
  });

  test.each([
    ["an event that is not there", () => proveInclusion(directory, "0".repeat(64)), "no event"],
    ["no id", () => proveInclusion(directory, "x"), "64 hexadecimal"],
    ["a size that no head has", () => proveConsistency(directory, { chain: "gateway", first: 2 }), "no head"],
  ])("of %s is not made", async (_, prove, problem) => {
    await written(3);
    expect(await prove()).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });
});

describe("a purge", () => {
  const purge = (before: string, today = "2026-02-01") =>
    purgeAudit(directory, { before, today }, async () => undefined);

  test("takes details of past days, and leaves chain, trees and proofs as they were", async () => {
    await written(3);
    now += DAY_MS;
    await written(2);
    expect(await purge("2026-02-01")).toEqual({ ok: true, files: [JOURNAL] });
    expect(readdirSync(directory)).not.toContain(JOURNAL);
    expect(await verifyAudit(directory, { copies })).toMatchObject({ records: 5, broken: [] });
  });

  test("takes nothing of today, nothing that is not filed, and nothing from a log that is damaged", async () => {
    await written(3);
    expect(await purge("2026-02-02")).toMatchObject({ ok: false });
    truncateSync(pathOf(LEAVES), 0);
    rmSync(pathOf("gateway.tree"));
    expect(await purge("2026-02-01")).toMatchObject({ ok: false, problems: [expect.stringContaining("not filed")] });
    writeFileSync(pathOf(LEAVES), "x\n");
    expect(await purge("2026-02-01")).toMatchObject({ ok: false });
    expect(readdirSync(directory)).toContain(JOURNAL);
  });
});
