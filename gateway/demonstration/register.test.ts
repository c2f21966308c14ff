import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AREAS } from "#mappers/synthetic/areas.ts";
import { LAESTAB, NHS_NUMBER, ODS_ORGANIZATION, UPN } from "#profiles/systems.ts";
import { isHealthPurpose } from "../access/purpose.ts";
import { checkProduction, parseRegister, type Register } from "../access/register.ts";
import { formatScope } from "../access/scope.ts";
import { DEMONSTRATION_CLIENTS } from "./clients.ts";
import { ensureDemonstrationRegister } from "./ensure-register.ts";
import { demonstrationThumbprints, ensureDemonstrationKeys, readDemonstrationKey } from "./keys.ts";
import { demonstrationRegister } from "./register.ts";

let dataDir: string;
let register: Register;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "demonstration-"));
  register = await ensureDemonstrationRegister(dataDir);
});
afterAll(() => rm(dataDir, { recursive: true }));

describe("the demonstration's register", () => {
  test("passes its own checks and holds every client", () => {
    expect(register.clients.map(({ id }) => id)).toEqual([...DEMONSTRATION_CLIENTS]);
    expect(register.clients.every(({ enabled, demonstration }) => enabled && demonstration)).toBe(true);
  });

  test.each([
    { client: "gp-demo", relationship: "gp-registration", dataClasses: ["health-visiting", "education"] },
    { client: "gp-health-demo", relationship: "gp-registration", dataClasses: ["health-visiting"] },
    { client: "hv-demo", relationship: "caseload", dataClasses: ["health-visiting", "education"] },
    { client: "practitioner-demo", relationship: "roll", dataClasses: ["health-visiting", "education"] },
    { client: "salt-demo", relationship: "caseload", dataClasses: ["health-visiting", "education"] },
    { client: "hub-demo", relationship: "hub-registration", dataClasses: ["education"] },
    { client: "vendor-demo", relationship: "authority", dataClasses: ["health-visiting", "education"] },
    { client: "conformance-demo", relationship: "authority", dataClasses: ["health-visiting", "education", "sharing"] },
    { client: "officer-demo", relationship: "authority", dataClasses: ["health-visiting", "education", "sharing"] },
    { client: "steward-demo", relationship: "authority", dataClasses: ["health-visiting", "education", "sharing"] },
  ])("$client sees $dataClasses by $relationship", ({ client, relationship, dataClasses }) => {
    const agreement = register.agreementOf(client);
    expect(agreement?.relationship).toBe(relationship);
    expect(agreement?.dataClasses).toEqual(dataClasses);
  });

  test("nobody gets health-visiting data on a family's explicit agreement that is not on record", () => {
    const explicit = register.clients.filter(({ agreement }) => agreement.legalBasis.confidence === "explicit");
    expect(explicit.map(({ id }) => id)).toEqual(["practitioner-demo", "hub-demo"]);
    for (const { agreement } of explicit) {
      const { dataClasses, implicitPolicy } = agreement;
      expect(dataClasses.includes("health-visiting") && implicitPolicy?.["health-visiting"] !== "deny").toBe(false);
    }
  });

  test("who is with a child day by day gets nothing that is restricted or sensitive", () => {
    for (const client of ["practitioner-demo", "hub-demo"]) {
      const { confidentiality = "N", sensitivities = [] } = register.agreementOf(client) ?? {};
      expect([confidentiality, sensitivities], client).toEqual(["N", []]);
    }
  });

  test("the laboratory alone has no limits", () => {
    const unlimited = register.clients.filter(({ limits }) => limits === "none");
    expect(unlimited.map(({ id }) => id)).toEqual(["conformance-demo"]);
  });

  test("both GP clients speak for the first practice of Leeds", () => {
    const practice = { system: ODS_ORGANIZATION, value: AREAS[0]?.practices[0].odsCode };
    expect(register.client("gp-demo")?.organization).toMatchObject(practice);
    expect(register.client("gp-health-demo")?.organization).toMatchObject(practice);
  });

  test("the practitioner's school is named by its establishment number, as files name it", () => {
    expect(register.client("practitioner-demo")?.organization).toMatchObject({ system: LAESTAB, value: "383/3951" });
  });

  test("a pupil number reaches no care client with a health purpose, an NHS number every care client", () => {
    for (const { id, agreement } of register.clients.filter(({ agreement: { idSpace } }) => idSpace === "")) {
      expect(agreement.identifierSystems, id).toContain(NHS_NUMBER);
      const isCare = agreement.coverageNotice && agreement.purposes.some(isHealthPurpose);
      if (isCare) expect(agreement.identifierSystems, id).not.toContain(UPN);
    }
    expect(register.agreementOf("practitioner-demo")?.identifierSystems).toContain(UPN);
  });

  test("who gets education data has a statutory gateway for each source of it that it reaches", () => {
    for (const { id, agreement } of register.clients) {
      const reached = register.sources.filter(
        ({ kind, authority }) =>
          ["eyfs-profile", "common-transfer-file", "early-years-census", "progress-check", "family-hub"].includes(
            kind,
          ) && agreement.authorities.includes(authority),
      );
      const expected = agreement.dataClasses.includes("education") ? reached.map(({ source }) => source) : [];
      expect(Object.keys(agreement.statutoryGateways).toSorted(), id).toEqual(expected.toSorted());
    }
  });

  test("the officer alone sends, for every source of every area", () => {
    const sending = register.clients.filter(({ scopes }) => scopes.some(({ context }) => context === "ingest"));
    expect(sending.map(({ id }) => id)).toEqual(["officer-demo"]);
    const ingest = sending[0]?.scopes.filter(({ context }) => context === "ingest").map(formatScope) ?? [];
    expect(ingest).toEqual(register.sources.map(({ source }) => `ingest/${source}`));
    expect(ingest).toHaveLength(AREAS.length * 9);
  });

  test.each([
    ["the areas of the city region match with each other", "liverpool", "sefton", true],
    ["Leeds and Wirral match, between which a child moved", "leeds", "wirral", true],
    ["Leeds matches with no other area of the city region", "leeds", "liverpool", false],
    ["Hammersmith & Fulham matches with itself alone", "hammersmith-fulham", "leeds", false],
    ["the laboratory matches with nobody", "conformance", "leeds", false],
  ])("%s", (_, one, other, is) => {
    expect([register.matches(one, other), register.matches(other, one)]).toEqual([is, is]);
  });

  test("the conformance client stands in an area that no source sends to", () => {
    expect(register.agreementOf("conformance-demo")).toMatchObject({
      authorities: ["conformance"],
      matchingScope: "none",
    });
    expect(register.sources.some(({ authority }) => authority === "conformance")).toBe(false);
  });
});

describe("the demonstration's keys", () => {
  test("are made once, named by their thumbprint, and readable by their owner alone", async () => {
    const first = await ensureDemonstrationKeys(dataDir);
    expect(await ensureDemonstrationKeys(dataDir)).toEqual(first);
    const files = await readdir(join(dataDir, "demonstration"));
    expect(files.toSorted()).toEqual(DEMONSTRATION_CLIENTS.map((client) => `${client}.jwk.json`).toSorted());
    const modes = await Promise.all(files.map(async (file) => (await stat(join(dataDir, "demonstration", file))).mode));
    expect(new Set(modes.map((mode) => mode & 0o777))).toEqual(new Set([0o600]));
    expect(await demonstrationThumbprints(dataDir)).toEqual(
      new Set(Object.values(first).map(({ publicJwk }) => publicJwk.kid)),
    );
  });

  test("are the same for two processes that start together", async () => {
    const fresh = await mkdtemp(join(tmpdir(), "demonstration-"));
    const [left, right] = await Promise.all([ensureDemonstrationKeys(fresh), ensureDemonstrationKeys(fresh)]);
    expect(left).toEqual(right);
    expect(await readdir(join(fresh, "demonstration"))).toHaveLength(DEMONSTRATION_CLIENTS.length);
    await rm(fresh, { recursive: true });
  });

  test("of an unknown client, and of one not made yet, are not there", async () => {
    expect(await readDemonstrationKey(dataDir, "../gp-demo")).toBeUndefined();
    expect(await readDemonstrationKey(join(dataDir, "nowhere"), "gp-demo")).toBeUndefined();
    expect(await demonstrationThumbprints(join(dataDir, "nowhere"))).toEqual(new Set());
  });

  test("are refused by production, also when client and key lost their marks", async () => {
    const marked = checkProduction(register, new Set()).filter(({ message }) => message.includes("demonstration"));
    expect(marked).toHaveLength(DEMONSTRATION_CLIENTS.length * 2);
    const { publicJwk } = (await readDemonstrationKey(dataDir, "gp-demo")) ?? {};
    const unmarked = Object.entries(publicJwk ?? {}).filter(([member]) => ["kty", "crv", "x", "y"].includes(member));
    const file = demonstrationRegister({ "gp-demo": { keys: [{ ...Object.fromEntries(unmarked), kid: "own" }] } });
    const clients = file.clients
      .filter(({ id }) => id === "gp-demo")
      .map((client) => ({ ...client, id: "gp", demonstration: false, senderConstraint: "dpop" as const }));
    const parsed = parseRegister({ ...file, clients });
    const thumbprints = await demonstrationThumbprints(dataDir);
    expect(parsed.ok && checkProduction(parsed.register, new Set())).toEqual([]);
    expect(parsed.ok && checkProduction(parsed.register, thumbprints)).toMatchObject([
      { path: "clients[0].jwks.keys[0]" },
    ]);
  });
});
