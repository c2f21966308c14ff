import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditEvent } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import type { AuditRecord } from "./audit.ts";
import { type AuditEventContext, toAuditEvents } from "./audit-event.ts";
import { BALP, offences } from "./balp.fixtures.ts";

const CONTEXT: AuditEventContext = {
  observer: { display: "Early Years FHIR Gateway", url: "http://127.0.0.1:8080" },
  organizationOf: () => ({ system: "https://fhir.nhs.uk/Id/ods-organization-code", value: "Y99999" }),
};
const CHILD = { patient: "child-1", released: ["Observation/o-1/2"] };
const BASE: Omit<AuditRecord, "interaction"> = {
  outcome: "success",
  requestId: "request-1",
  correlationId: "correlation-1",
  client: "gp-demo",
  organization: "Y99999",
  purpose: "TREAT",
  agreement: "gp/1",
  legalBasis: "6(1)(e) 9(2)(h) implied-direct-care",
  tokenId: "token-1",
};
const USER = { id: "https://issuer.example|555", role: "R8000", group: "gp" };
const DENIED = { ...CHILD, decidedBy: ["Consent/c-1/3"], withheld: { count: 2, rules: ["Consent/c-1/3"] } };
const OVERRIDDEN = { ...CHILD, decidedBy: ["Consent/c-1/3"], override: { kind: "duty", decision: 4 } } as const;

function eventsOf(record: Partial<AuditRecord> & Pick<AuditRecord, "interaction">): readonly AuditEvent[] {
  const indexed = { position: 1, id: "9f".repeat(32), time: Date.UTC(2026, 0, 31), isPurged: false };
  return toAuditEvents({ ...indexed, record: { ...BASE, ...record } }, CONTEXT);
}

const OF_A_CHILD: Partial<AuditRecord> = { disclosures: [CHILD] };
const OF_NOBODY: Partial<AuditRecord> = { released: ["Organization/o-1/1"] };
const WRITTEN: Partial<AuditRecord> = {
  disclosures: [{ patient: "child-1", released: [] }],
  written: ["Observation/o-1/1"],
  query: "POST Observation",
};
const CONDITIONAL: Partial<AuditRecord> = { ...WRITTEN, query: "POST Observation If-None-Exist: _id=none" };
const ASKED: Partial<AuditRecord> = { query: "Observation?patient=child-1" };

describe.each<[string, Partial<AuditRecord>]>([
  ["by an application alone", {}],
  ["for a person", { user: USER }],
])("what is done %s", (_, who) => {
  test.each<[string, string, Partial<AuditRecord>]>([
    ["read", "PatientRead", OF_A_CHILD],
    ["read", "Read", OF_NOBODY],
    ["vread", "PatientRead", OF_A_CHILD],
    ["create", "PatientCreate", WRITTEN],
    ["create", "PatientCreate", CONDITIONAL],
    ["create", "Create", { written: ["Organization/o-1/1"], query: "POST Organization" }],
    ["update", "PatientUpdate", WRITTEN],
    ["patch", "PatientUpdate", WRITTEN],
    ["delete", "PatientDelete", WRITTEN],
    ["search-type", "PatientQuery", { ...OF_A_CHILD, ...ASKED }],
    ["search-type", "Query", { ...OF_NOBODY, ...ASKED }],
    ["search-system", "Query", { query: "?_type=Organization" }],
    ["search-compartment", "PatientQuery", { ...OF_A_CHILD, ...ASKED }],
    ["pds-trace", "IHE.BasicAudit.PrivacyDisclosure.Source", { patients: ["child-1"], client: "gateway" }],
    ["pds-verify", "IHE.BasicAudit.PrivacyDisclosure.Source", { patients: ["child-1"], client: "gateway" }],
    ["subject-access", "IHE.BasicAudit.PrivacyDisclosure.Source", { ...OF_A_CHILD, client: "command-line" }],
  ])("%s is BALP's %s", (interaction, profile, record) => {
    const [event] = eventsOf({ interaction, ...who, ...record });
    if (event === undefined || BALP[profile] === undefined) throw new Error("No event.");
    expect(offences(event, BALP[profile])).toEqual([]);
    expect(validateBase(event)).toEqual([]);
  });

  test.each<[string, string, AuditRecord["disclosures"]]>([
    ["denied", "8", [DENIED]],
    ["released in spite of an objection", "0", [OVERRIDDEN]],
  ])("a decision on consent that %s has an event of its own", (_state, outcome, disclosures) => {
    const [search, decision] = eventsOf({
      interaction: "search-type",
      ...ASKED,
      ...who,
      ...(disclosures && { disclosures }),
    });
    if (!search || !decision) throw new Error("No event.");
    expect(offences(decision, BALP["IHE.BasicAudit.AuthZconsent"] ?? BALP.Read ?? never())).toEqual([]);
    expect(validateBase(decision)).toEqual([]);
    expect(decision.outcome).toBe(outcome);
    expect(decision.outcomeDesc).toBeTruthy();
    expect(decision.id).toBe(`${search.id?.slice(0, 56)}.1`);
    expect(JSON.stringify(search)).not.toContain("Consent/");
  });
});

function never(): never {
  throw new Error("No such profile.");
}

test("a person stands with id, role and group, and an application alone says that there is none", () => {
  const [user] = eventsOf({ interaction: "read", ...OF_A_CHILD, user: USER }).flatMap(({ agent }) =>
    agent.filter(({ type }) => type?.coding?.some(({ code }) => code === "IRCP")),
  );
  expect(user).toMatchObject({
    who: { identifier: { system: "https://issuer.example", value: "555" } },
    role: [{ text: "R8000" }, { text: "gp" }],
    policy: ["urn:ietf:params:oauth:jti:token-1"],
    requestor: true,
  });
  const [alone] = eventsOf({ interaction: "read", ...OF_A_CHILD });
  expect(alone?.agent[0]).toMatchObject({ requestor: true, role: [{ text: expect.stringContaining("no user") }] });
});

test("a permit is folded into the event of what it released", () => {
  const permitted = { ...CHILD, decidedBy: ["Consent/c-1/3"] };
  expect(eventsOf({ interaction: "search-type", ...ASKED, disclosures: [permitted] })).toHaveLength(1);
});

test.each(["Read", "PatientQuery", "IHE.BasicAudit.AuthZconsent"])("%s refuses an event of another kind", (profile) => {
  const [event] = eventsOf({ interaction: "token" });
  if (event === undefined) throw new Error("No event.");
  expect(offences(event, BALP[profile] ?? never())).not.toEqual([]);
});

const EXAMPLES = new URL("../../../shared/data/audit/balp/", import.meta.url).pathname;

describe.runIf(existsSync(EXAMPLES))("IHE's own examples", () => {
  const files = existsSync(EXAMPLES) ? readdirSync(EXAMPLES).filter((name) => name.endsWith(".json")) : [];
  const known = files.flatMap((name) => {
    const { profile, resource } = JSON.parse(readFileSync(join(EXAMPLES, name), "utf8"));
    const rules = BALP[String(profile).split("/").at(-1) ?? ""];
    return rules === undefined ? [] : [[name, rules, resource] as const];
  });

  test("are known by their profiles", () => expect(known.length).toBeGreaterThan(30));

  test.each(known)("%s has the shape that is demanded here", (_, rules, resource) => {
    expect(offences(resource, rules)).toEqual([]);
  });
});
