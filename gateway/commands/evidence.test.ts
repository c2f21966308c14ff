import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import papaparse from "papaparse";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { RegisterFile } from "../access/register-file.ts";
import { verifyAudit } from "../audit/verify.ts";
import { bundleOf, patientOf, told } from "../every-source.fixtures.ts";
import { startTestGateway, type TestGateway } from "../gateway.fixtures.ts";
import { runEvidence } from "./evidence.ts";

/** A gateway that runs, with the demonstration's children of one authority. */
let gateway: TestGateway;
let out = "";
let before: readonly string[] = [];
let result: Awaited<ReturnType<typeof runEvidence>>;

const CHILD = told("amara");
const environment = () => ({
  DATA_DIR: gateway.directory,
  REGISTER_FILE: join(gateway.directory, "register.json"),
});
const read = (name: string) => readFileSync(join(out, name), "utf8");

/** Rows by the names of their columns. */
function table(name: string): readonly Readonly<Record<string, string>>[] {
  return papaparse.parse<Record<string, string>>(read(`tables/${name}.csv`).trimEnd(), { header: true }).data;
}

/** Leeds alone; a requester gets of Observations no more than what and when; one agreement ends soon, one has ended. */
function leedsAlone(register: RegisterFile): RegisterFile {
  const sources = register.sources.filter(({ authority }) => authority === "leeds");
  const names = new Set(sources.map(({ source }) => source));
  const today = new Date();
  const inDays = (days: number) => new Date(today.getTime() + days * 86_400_000).toISOString().slice(0, 10);
  return {
    ...register,
    sources,
    clients: register.clients.map((client) => ({
      ...client,
      scopes: client.scopes.filter((scope) => !scope.startsWith("ingest/") || names.has(scope.slice(7))),
    })),
    agreements: register.agreements.map((agreement) => ({
      ...agreement,
      statutoryGateways: Object.fromEntries(
        Object.entries(agreement.statutoryGateways).filter(([source]) => names.has(source)),
      ),
      ...(agreement.id === "gp-health" && { elements: { Observation: ["code", "effective"] } }),
      ...(agreement.id === "salt" && { until: inDays(30) }),
      ...(agreement.id === "hub" && { until: inDays(-1) }),
    })),
  };
}

beforeAll(async () => {
  gateway = await startTestGateway(40, leedsAlone);
  out = join(await mkdtemp(join(tmpdir(), "evidence-out-")), "evidence");
  const { nhsNumber } = told("twin-ada");
  for (let n = 0; n < 9; n += 1) await bundleOf(gateway, "gp-demo", `Patient?identifier=${NHS_NUMBER}|${nhsNumber}`);
  expect((await gateway.ask("gp-demo", "Patient/x", { method: "DELETE" }, "system/Patient.r")).status).toBe(403);
  await gateway.requestToken(`e30.${Buffer.from(`{"iss":"${nhsNumber}"}`).toString("base64url")}.x`, "system/*.rs");
  before = readdirSync(join(gateway.directory, "audit")).toSorted();
  result = await runEvidence(["--out", out], environment());
});
afterAll(async () => {
  await rm(join(out, ".."), { recursive: true });
  await gateway[Symbol.asyncDispose]();
});

describe("evidence", () => {
  test("is one page and its data, for its owner's eyes alone", () => {
    expect(result).toEqual({ exit: 0, out: expect.stringMatching(/^\d+ files in /), error: "" });
    expect(readdirSync(out).toSorted()).toEqual(["evidence.html", "evidence.json", "tables"]);
    const files = [
      "evidence.html",
      "evidence.json",
      ...readdirSync(join(out, "tables")).map((name) => `tables/${name}`),
    ];
    for (const file of files) expect(statSync(join(out, file)).mode & 0o777, file).toBe(0o600);
    const { sections }: { sections: { id: string; tables: { id: string; head: string[]; rows: string[][] }[] }[] } =
      JSON.parse(read("evidence.json"));
    const tables = sections.flatMap((section) => section.tables);
    expect(new Set(tables.map(({ id }) => id)).size).toBe(tables.length);
    for (const { id, head, rows } of tables) {
      expect(table(id), id).toHaveLength(rows.length);
      expect(new Set(rows.map(({ length }) => length)), id).toEqual(new Set(rows.length === 0 ? [] : [head.length]));
    }
  });

  test("changes nothing where the gateway runs", () => {
    expect(readdirSync(join(gateway.directory, "audit")).toSorted()).toEqual(before);
  });

  test("names no child: no number, name, birth date, postcode or id, and no part of a key", async () => {
    const everything = [
      "evidence.html",
      "evidence.json",
      ...readdirSync(join(out, "tables")).map((name) => `tables/${name}`),
    ]
      .map(read)
      .join("\n");
    const canaries = [...(await canariesOf(gateway)), ...secretsIn(join(gateway.directory, "keys"))];
    expect(canaries.length).toBeGreaterThan(200);
    expect(canaries.filter((canary) => everything.includes(canary))).toEqual([]);
  });

  test("reads without sight, without a script and without a network", () => {
    const page = read("evidence.html");
    expect(page).toMatch(/^<!doctype html>\n<html lang="en-GB">/);
    expect(page).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|javascript:|@import|url\(/i);
    expect(page).toContain("default-src &#39;none&#39;; style-src &#39;sha256-");
    for (const [, address] of page.matchAll(/(?:href|src)="([^"]*)"/g)) expect(address).toMatch(/^#/);
    const ids = Array.from(page.matchAll(/ id="([^"]*)"/g), ([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, anchor] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(anchor);
    const count = (pattern: RegExp) => page.match(pattern)?.length ?? 0;
    expect(count(/<table>/g)).toBeGreaterThan(20);
    expect(count(/<caption>/g)).toBe(count(/<table>/g));
    expect(page).not.toMatch(/<th>/);
  });

  test("tells how often a client asked, and of how few children, with small numbers suppressed", () => {
    expect(table("disclosures").filter(({ Client }) => Client === "gp-demo")).toMatchObject([
      { Purpose: "TREAT", Organisation: expect.stringMatching(/^Z99/), Children: "*", Requests: "10" },
    ]);
    expect(table("denied")).toContainEqual(
      expect.objectContaining({ Client: "gp-demo", Interaction: "delete", Count: "*" }),
    );
    for (const { Count } of [...table("denied"), ...table("withheld"), ...table("overridden")]) {
      expect(Count).toMatch(/^(?:\*|\d*[05])$/);
    }
    expect(table("reviews-overdue").map(({ Count }) => Count)).toEqual(["0", "0", "0"]);
  });

  test("tells of a client that nobody registered as such, whatever it called itself", () => {
    const clients = new Set(table("denied").map(({ Client }) => Client));
    for (const client of clients) expect(["gp-demo", "not registered"]).toContain(client);
  });

  test("says which agreements end", () => {
    expect(
      table("agreements-ending")
        .map(({ Agreement, State }) => `${Agreement} ${State}`)
        .toSorted(),
    ).toEqual(["hub expired", "salt ends soon"]);
  });
});

describe("the minimisation matrix", () => {
  const cell = (dataClass: string, type: string, element: string, client: string) =>
    table("minimisation").find(
      (row) => row["Data class"] === dataClass && row.Resource === type && row.Element === element,
    )?.[client];

  test("shows whole what an agreement reaches, and withholds what it does not", () => {
    expect(cell("education", "Observation", "valueCodeableConcept", "gp-demo")).toBe("released");
    expect(cell("education", "Observation", "valueCodeableConcept", "gp-health-demo")).toBe("withheld");
    expect(cell("health-visiting", "Observation", "valueQuantity", "hv-demo")).toMatch(/^released/);
    expect(cell("health-visiting", "Observation", "valueQuantity", "conformance-demo")).toBe("withheld");
  });

  test("shows what an agreement's elements leave, and what they take", () => {
    expect(cell("health-visiting", "Observation", "code", "gp-health-demo")).toBe("released");
    expect(cell("health-visiting", "Observation", "performer", "gp-health-demo")).toBe("minimised");
    expect(cell("health-visiting", "Observation", "performer", "gp-demo")).toMatch(/^released/);
  });

  test("shows identifiers one by one, and of an agreement that has ended nothing", () => {
    expect(cell("all sources", "Patient", `identifier ${UPN}`, "gp-demo")).toBe("minimised");
    expect(cell("all sources", "Patient", `identifier ${UPN}`, "officer-demo")).toMatch(/^released/);
    expect(cell("all sources", "Patient", "name", "hub-demo")).toBe("withheld");
  });

  test("knows that of restricted children no address is told", () => {
    expect(cell("all sources", "Patient", "address", "gp-demo")).toBe("released, minimised for some");
    expect(cell("all sources", "Patient", "birthDate", "gp-demo")).toBe("released");
  });
});

test("what is held is labelled, and what no list knows would be counted", () => {
  const rows = table("label-coverage");
  expect(rows.map((row) => `${row["Data class"]} ${row.Type}`)).toContain("health-visiting Observation");
  expect(new Set(rows.map(({ Unlabelled }) => Unlabelled))).toEqual(new Set(["0"]));
});

test("the matrix of clients and addresses is the router's", () => {
  const row = (address: string) => table("role-routes").find(({ Address }) => Address === address);
  expect(row("GET /fhir/R4/Observation/:id")).toMatchObject({ "gp-demo": "yes", "officer-demo": "yes" });
  expect(row("POST /ingest/leeds-csds")).toMatchObject({ "gp-demo": "no", "officer-demo": "yes" });
  expect(row("GET /oversight/objections")).toMatchObject({ "gp-demo": "no", "officer-demo": "yes" });
  expect(row("POST /oversight/break-glass")).toMatchObject({ "gp-demo": "yes", "officer-demo": "no" });
  expect(row("GET /fhir/R4/Patient/:id/$explain-access")).toMatchObject({ "gp-demo": "no", "officer-demo": "yes" });
});

describe("one child's own", () => {
  test("record and who saw it go into one file, which says nothing by its name, and into the audit log", async () => {
    const { id = "" } = await patientOf(gateway, "gp-demo", CHILD);
    const folder = join(out, "subject");
    const told = await runEvidence(["--subject", `Patient/${id}`, "--out", folder], environment());
    expect(told).toMatchObject({ exit: 0, error: "" });
    expect(told.out).not.toContain(id);
    const [name = "", ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(name).toMatch(/^subject-access-[0-9a-f-]{36}\.json$/);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const { held, seenBy } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    expect(JSON.stringify(held.contributions)).toContain(CHILD.nhsNumber);
    expect(held.resources.length).toBeGreaterThan(5);
    expect(seenBy).toContainEqual(
      expect.objectContaining({ client: "gp-demo", purpose: "TREAT", interaction: "search-type" }),
    );
    const again = await runEvidence(["--subject", id, "--out", folder], environment());
    const second = readdirSync(folder).find((one) => one !== name) ?? "";
    expect(again.exit).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, second), "utf8")).seenBy).toContainEqual(
      expect.objectContaining({ client: "command-line", interaction: "subject-access" }),
    );
    expect(await verifyAudit(join(gateway.directory, "audit"))).toMatchObject({ broken: [] });
  });

  test("that nobody has is told of without a file and without its id", async () => {
    const folder = join(out, "nobody");
    const told = await runEvidence(["--subject", "Patient/nobody-1", "--out", folder], environment());
    expect(told).toEqual({ exit: 1, out: "", error: "There is no such child.\n" });
    expect(() => readdirSync(folder)).toThrow();
  });
});

test.each([
  [[]],
  [["--out"]],
  [["--out", "x", "--suppress", "none"]],
  [["--out", "x", "--soon", "ever"]],
  [["--out", "x", "--subject", "Patient/a b"]],
  [["--out", "x", "--walk"]],
])("%j is misuse, and says how it is used", async (given) => {
  expect(await runEvidence(given, environment())).toMatchObject({ exit: 2, error: expect.stringContaining("Usage:") });
});

/** Of every child of the store and every invented one: what could identify it, and is no word of anything else. */
async function canariesOf({ gateway: { store } }: TestGateway): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = 0; ; ) {
    const keys = await store.scanRecords({}, after, 100);
    for (const key of keys) {
      const record = await store.record(key);
      if (record === undefined) continue;
      found.push(record.patientId, ...record.resources.map(({ id }) => id));
      for (const { body } of record.contributions) found.push(...wordsOf(JSON.parse(body)));
    }
    after = keys.at(-1) ?? after;
    if (keys.length < 100) break;
  }
  return [
    ...found,
    ...SCENARIOS.flatMap(({ nhsNumber, given, family }) => [nhsNumber ?? "", `${given} ${family}`]),
  ].filter((word) => word.length > 5);
}

function wordsOf(patient: {
  identifier?: { value?: string }[];
  name?: { family?: string; given?: string[] }[];
  birthDate?: string;
  address?: { postalCode?: string }[];
}): readonly string[] {
  return [
    ...(patient.identifier ?? []).map(({ value = "" }) => value),
    ...(patient.name ?? []).flatMap(({ family = "", given = [] }) => [
      `${given.join(" ")} ${family}`,
      `${family}, ${given[0]}`,
    ]),
    ...(patient.address ?? []).map(({ postalCode = "" }) => postalCode),
    patient.birthDate ?? "",
  ];
}

/** Every private part and secret below a folder. */
function secretsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
    const parts = Array.from(text.matchAll(/"(?:d|p|q|dp|dq|qi|k)":\s*"([^"]+)"/g), ([, part = ""]) => part);
    return entry.name.endsWith(".key") ? [text.trim(), ...parts] : parts;
  });
}
