import { expect, test } from "vitest";
import type { SourceKind } from "#mappers/mapper.ts";
import { AREAS } from "#mappers/synthetic/areas.ts";
import { generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import { extractKeys } from "../../search/keys.ts";
import type { Store } from "../../store/store.ts";
import { inChunks, sourceOf, startLine, type TestLine } from "../line.fixtures.ts";
import { MAPPERS } from "../mappers.fixtures.ts";
import { readRecords } from "../prepare.ts";
import { canBeDrafted, mapOf } from "./drafted-batches.ts";

const AREA = AREAS.filter(({ id }) => id === "leeds");

/** The files of one area's children, a fifth of them with something wrong. */
const SOME = { children: 3_200, seed: "drafting", today: REFERENCE_DATE, areas: AREA, dirtRate: 0.2, scenarios: false };
const LONG = new Map([...generate(SOME)].map(({ name, chunks }) => [name, [...chunks].join("")]));
/** The same of fewer, by who sends it. */
const SHORT = [...generate({ ...SOME, children: 400 })].map(({ source, chunks }) => ({
  sender: source,
  text: [...chunks].join(""),
}));
const CTF = LONG.get("leeds-ctf.xml") ?? "";
const EYFSP = LONG.get("leeds-eyfsp.csv") ?? "";

/** What two stores have in common when they hold the same: ids stand as the name of what they are of. */
async function contentsOf(store: Store): Promise<readonly string[]> {
  const lines: string[] = [];
  const names = new Map<string, string>();
  const records = new Set<number>();
  for (const kind of ["common-transfer-file", "eyfs-profile", "community-services-data-set"] as const) {
    const { source } = sourceOf(kind);
    for (const { unit, hash, record, made, line } of await store.unitsOf(source, 100_000)) {
      for (const { slot, id } of made) names.set(id, `${source}/${unit}#${slot}`);
      records.add(record);
      const kept = await store.raw(source, unit);
      lines.push(`${source} ${unit} ${hash} ${line} ${made.map(({ slot }) => slot).join()} ${kept?.content}`);
    }
  }
  for (const key of records) {
    const record = await store.record(key);
    if (record === undefined) continue;
    names.set(record.patientId, `child of ${record.contributions.map(({ localId }) => localId).toSorted()}`);
  }
  const named = (text: string): string =>
    text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => names.get(id) ?? "organisation");
  for (const key of records) {
    const record = await store.record(key);
    for (const { body, version, keys } of record?.resources ?? []) {
      const isKeyed = keys === extractKeys(JSON.parse(String(body)));
      lines.push(named(`${version} ${isKeyed ? "" : "under other keys "}${body}`));
    }
    for (const { source, body } of record?.contributions ?? []) lines.push(named(`${source} ${body}`));
    for (const { kind, source, organization, start } of record?.relationships ?? []) {
      lines.push(`${kind} ${source} ${organization.value} ${start}`);
    }
  }
  return lines.toSorted();
}

async function receiptOf(line: TestLine, kind: SourceKind, text: string) {
  const { id: _, ...receipt } = await line.send(kind, inChunks(text, 65_536), { id: "delivery", fileName: "pupils" });
  return receipt;
}

test("a long file drafted in a thread of its own gives what it gives in one thread, known children and all", async () => {
  expect(CTF.length).toBeGreaterThan(1_200_000);
  expect(EYFSP.length).toBeLessThan(1_000_000);
  const lines = [startLine(), startLine({ hasDrafters: true })] as const;
  const changed = CTF.replaceAll("<Result>1</Result>", "<Result>2</Result>");
  for (const [kind, text] of [
    ["eyfs-profile", EYFSP],
    ["common-transfer-file", CTF],
    ["common-transfer-file", CTF],
    ["common-transfer-file", changed],
  ] as const) {
    const [inOne, inTwo] = [await receiptOf(lines[0], kind, text), await receiptOf(lines[1], kind, text)];
    expect(inTwo).toEqual(inOne);
    expect(inTwo.received).toBe(inTwo.committed + inTwo.unchanged + inTwo.quarantined);
  }
  const contents = await contentsOf(lines[1].store);
  expect(contents).toEqual(await contentsOf(lines[0].store));
  expect(contents.filter((one) => one.includes("under other keys"))).toEqual([]);
  const held = await Promise.all(
    lines.map(({ store }) => store.quarantined({ sources: ["leeds-ctf", "leeds-eyfsp"] }, 100_000)),
  );
  const [inOne, inTwo] = held.map((entries) => entries.map(({ line, issues, content }) => ({ line, issues, content })));
  expect(inTwo).toEqual(inOne);
  expect(inTwo?.length).toBeGreaterThan(10);
  for (const line of lines) await line.close();
});

/** Tables of 400 children that a health visitor knows, in the order of their keys. */
function tablesOf(dirtRate: number): readonly string[] {
  const files = [...generate({ ...SOME, children: 400, dirtRate })];
  return files.flatMap(({ name, chunks }) =>
    /CYP(?:001|101|201|202|611|605)/.test(name) ? [[...chunks].join("")] : [],
  );
}

test("tables drafted in a thread give what they give in one thread, whatever comes first and comes again", async () => {
  const [patients = "", ...others] = tablesOf(0.2);
  expect(patients.length).toBeGreaterThan(32_768);
  const moved = patients.replaceAll(/,LS(\d)/g, ",LS1$1");
  expect(moved).not.toBe(patients);
  const lines = [startLine(), startLine({ hasDrafters: true })] as const;
  for (const text of [patients, ...others.toReversed(), ...others.slice(3), moved]) {
    const [inOne, inTwo] = [
      await receiptOf(lines[0], "community-services-data-set", text),
      await receiptOf(lines[1], "community-services-data-set", text),
    ];
    expect(inTwo).toEqual(inOne);
  }
  const contents = await contentsOf(lines[1].store);
  expect(contents.length).toBeGreaterThan(5_000);
  expect(contents).toEqual(await contentsOf(lines[0].store));
  expect(contents.filter((one) => one.includes("under other keys"))).toEqual([]);
  for (const line of lines) await line.close();
});

test("the Provenances of rows that made nothing before are those that were drafted", async () => {
  const line = startLine({ hasDrafters: true, organizationId: () => "made-in-the-commit" });
  for (const text of tablesOf(0)) await receiptOf(line, "community-services-data-set", text);
  let [all, inCommit] = [0, 0];
  for (const { made } of await line.store.unitsOf("leeds-csds", 100_000)) {
    for (const { type, id } of made) {
      if (type !== "Provenance") continue;
      const provenance = await line.store.resource(type, id, "");
      if (provenance?.version !== 1) continue;
      all += 1;
      if (provenance.body.includes("Organization/made-in-the-commit")) inCommit += 1;
    }
  }
  expect(all).toBeGreaterThan(2_000);
  expect(inCommit).toBeLessThan(all / 4);
  await line.close();
});

test.each<[of: string, ...tables: string[]]>([
  ["are new"],
  // A health visitor told of them before.
  ["are known by their details alone", "leeds-csds-CYP001MPI.csv"],
])("the Provenances of a file whose children %s are those that were drafted", async (_, ...tables) => {
  const files = generate({ ...SOME, children: 800, dirtRate: 0 });
  const texts = new Map([...files].map(({ name, chunks }) => [name, [...chunks].join("")]));
  // Whatever is made where it is committed names another organisation.
  const line = startLine({ hasDrafters: true, organizationId: () => "made-in-the-commit" });
  for (const table of tables) await receiptOf(line, "community-services-data-set", texts.get(table) ?? "");
  await receiptOf(line, "eyfs-profile", texts.get("leeds-eyfsp.csv") ?? "");
  let [known, all, inCommit] = [0, 0, 0];
  for (const { record, made } of await line.store.unitsOf("leeds-eyfsp", 100_000)) {
    if (((await line.store.record(record))?.contributions.length ?? 0) > 1) known += 1;
    for (const { type, id } of made) {
      if (type !== "Provenance") continue;
      all += 1;
      const provenance = await line.store.resource(type, id, "");
      if (provenance?.body.includes("Organization/made-in-the-commit")) inCommit += 1;
    }
  }
  expect(all).toBeGreaterThan(400);
  if (tables.length > 0) expect(known).toBeGreaterThan(300);
  // A child who is found to be another than was guessed is drafted again there.
  expect(inCommit).toBeLessThan(all / 4);
  await line.close();
});

test("the same pupils over and over in one file end as the last of them says", async () => {
  const [head = "", ...pupils] = CTF.split("    <Pupil>\n");
  const tail = "  </CTFpupilData>\n</CTfile>\n";
  const some = pupils.slice(0, 90).map((pupil) => `    <Pupil>\n${pupil}`);
  const other = some.map((pupil) => pupil.replaceAll("<Result>1</Result>", "<Result>2</Result>"));
  const text = `${head}${[...some, ...other, ...some, ...other, ...some].join("")}${tail}`;
  const lines = [startLine(), startLine({ hasDrafters: true })] as const;
  for (const line of lines) await receiptOf(line, "common-transfer-file", text);
  const again = lines.map((line) => receiptOf(line, "common-transfer-file", text));
  const [inOne, inTwo] = await Promise.all(again);
  expect(inTwo).toEqual(inOne);
  expect(await contentsOf(lines[1].store)).toEqual(await contentsOf(lines[0].store));
  for (const line of lines) await line.close();
});

test("a long transfer that breaks off gives what came before, then says so", async () => {
  const line = startLine({ hasDrafters: true });
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield* inChunks(CTF.slice(0, 1_200_000), 65_536);
    throw new Error("the connection is gone");
  }
  const receipt = await line.send("common-transfer-file", broken());
  expect(receipt.issues.map(({ message }) => message)).toContain(
    "the transfer broke off after this line; send the file again",
  );
  expect(receipt.committed).toBeGreaterThan(100);
  await line.close();
});

test("a store that takes nothing more ends the delivery and its thread", async () => {
  const line = startLine({ hasDrafters: true });
  await line.store.close();
  await expect(line.send("common-transfer-file", inChunks(CTF, 65_536))).rejects.toThrow("The store is closed.");
});

const KINDS: readonly SourceKind[] = Object.values(MAPPERS)
  .filter((mapper) => canBeDrafted(mapper) && mapper.reader !== "staged")
  .map(({ kind }) => kind);

test.each(KINDS)("what the mapper of %s parses makes the same after a way through JSON", async (kind) => {
  const mapper = MAPPERS[kind];
  const { source, localAuthority, derives } = sourceOf(kind);
  const explainFault = (error: unknown) => {
    throw error;
  };
  let count = 0;
  for (const { sender, text } of SHORT) {
    if (sender !== source) continue;
    const body = inChunks(text, 65_536);
    for await (const { prepared } of readRecords(mapper, body, { explainFault })) {
      if (prepared.kind !== "unit") continue;
      const context = {
        source,
        localAuthority,
        derives,
        patientId: "p",
        id: (slot: string) => slot,
        organizationId: ({ value }: { readonly value: string }) => value,
      };
      const { unit } = prepared;
      const again = mapOf(mapper)(JSON.parse(unit.text ?? ""), context);
      expect(JSON.stringify(again)).toBe(JSON.stringify(unit.map(context)));
      count += 1;
    }
  }
  expect(count).toBeGreaterThan(5);
});
