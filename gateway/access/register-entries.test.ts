import { describe, expect, test } from "vitest";
import { LOCAL_AUTHORITY, ODS_ORGANIZATION, ODS_SITE } from "#profiles/systems.ts";
import type { OdsExcerpt } from "./organization-ancestry.ts";
import { checkProduction, parseRegister } from "./register.ts";
import type { RegisterFile } from "./register-file.ts";
import { createKeyPair, createRegisterFile } from "./register-fixtures.ts";

const PAIR = createKeyPair("first");
const GOOD = createRegisterFile(PAIR.jwk);
const ISSUER = { id: "care-identity", issuer: "https://identity.example", audience: "gateway" };

type Agreement = RegisterFile["agreements"][number];
type Client = RegisterFile["clients"][number];
type Organization = RegisterFile["organizations"][number];

const withAgreement = (told: Partial<Agreement>): RegisterFile => ({
  ...GOOD,
  agreements: GOOD.agreements.map((agreement) => ({ ...agreement, ...told })),
});
const withClient = (told: Partial<Client>, more: Partial<RegisterFile> = {}): RegisterFile => ({
  ...GOOD,
  ...more,
  clients: GOOD.clients.map((client) => ({ ...client, ...told })),
});
const withOrganization = (told: Partial<Organization>): RegisterFile => ({
  ...GOOD,
  organizations: GOOD.organizations.map((one) => (one.id === "practice" ? { ...one, ...told } : one)),
});
const withWrites = (told: Partial<Agreement>): RegisterFile => ({
  ...withAgreement({ relationship: "authority", writes: { source: "leeds-client" }, ...told }),
  writtenSources: [{ source: "leeds-client", authority: "leeds", dataClass: "education", legalBasis: "x" }],
});
const basis = (told: Partial<Agreement["legalBasis"]>) => ({
  legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "implied-direct-care", ...told } as const,
});

describe("what an agreement owes itself", () => {
  test.each<{ readonly file: RegisterFile; readonly path: string; readonly says: string }>([
    {
      file: withAgreement({ from: "2026-10-01", until: "2026-09-30" }),
      path: "agreements[0].from",
      says: "after its last day",
    },
    {
      file: withAgreement(basis({ article9: "not-applicable" })),
      path: "agreements[0].legalBasis.article9",
      says: "concerning health",
    },
    {
      file: withAgreement(basis({ confidence: "not-applicable" })),
      path: "agreements[0].legalBasis.confidence",
      says: "in confidence",
    },
    { file: withAgreement(basis({ article6: "6(1)(c)" })), path: "agreements[0].legalBasis.article6", says: "duties" },
    {
      file: withAgreement({ purposes: ["TREAT", "safeguarding-16LA"] }),
      path: "agreements[0].purposes[1]",
      says: "CA2004-16LA",
    },
    { file: withAgreement({ purposes: ["BTG"] }), path: "agreements[0].purposes[0]", says: "breakGlass" },
    {
      file: withAgreement({ implicitPolicy: { sharing: "permit" } }),
      path: "agreements[0].implicitPolicy.sharing",
      says: "dataClasses",
    },
    {
      file: withAgreement(basis({ confidence: "explicit" })),
      path: "agreements[0].implicitPolicy",
      says: "on record",
    },
    {
      file: withAgreement({ confidentiality: "R", sensitivities: ["SDV", "MH", "SDV"] }),
      path: "agreements[0].sensitivities[2]",
      says: "already",
    },
    {
      file: withAgreement({ elements: { Patiant: ["name"] } }),
      path: "agreements[0].elements.Patiant",
      says: "Patient?",
    },
    {
      file: withAgreement({ elements: { Patient: ["name", "birthdate"] } }),
      path: "agreements[0].elements.Patient[1]",
      says: "birthdate is no element of Patient",
    },
    {
      file: withAgreement({ elements: { Observation: ["value", "code", "_issued"] } }),
      path: "agreements[0].elements.Observation[2]",
      says: "_issued is no element of Observation",
    },
    {
      file: withAgreement({ elements: { Patient: [] } }),
      path: "agreements[0].elements.Patient",
      says: "at least one",
    },
    {
      file: withWrites({ dataClasses: ["health-visiting"] }),
      path: "agreements[0].writes.source",
      says: "dataClasses",
    },
    { file: withWrites({ authorities: ["wirral"] }), path: "agreements[0].writes.source", says: "authorities" },
    { file: withWrites({ relationship: "roll" }), path: "agreements[0].writes.source", says: "relationship authority" },
    { file: withAgreement({ duties: ["16LA"] }), path: "agreements[0].duties[0]", says: "CA2004-16LA" },
    { file: withAgreement({ duties: ["CA2004-16LA"] }), path: "clients[0].agreement", says: "relevant person" },
    { file: withAgreement({ onBehalfOf: "trust" }), path: "agreements[0].onBehalfOf", says: "no organization" },
    { file: withAgreement(basis({ article6: "6(1)(ea)" })), path: "clients[0].agreement", says: "public authorities" },
  ])("$path: …$says…", ({ file, path, says }) => {
    const parsed = parseRegister(file);
    const problems = parsed.ok ? [] : parsed.problems;
    expect(problems.find((problem) => problem.path === path)?.message, JSON.stringify(problems)).toContain(says);
  });

  test("health data on explicit agreement are taken where nothing holds without a record of it", () => {
    const file = withAgreement({ ...basis({ confidence: "explicit" }), implicitPolicy: { "health-visiting": "deny" } });
    const parsed = parseRegister(file);
    expect(parsed.ok && parsed.register.agreementOf("practice-system")?.implicitPolicy).toEqual({
      "health-visiting": "deny",
    });
  });

  test("the party on whose behalf is given with its identifier", () => {
    const parsed = parseRegister(withAgreement({ onBehalfOf: "council" }));
    expect(parsed.ok && parsed.register.agreementOf("practice-system")?.onBehalfOf).toEqual({
      system: ODS_ORGANIZATION,
      value: "Z99100",
    });
  });
});

describe("what a client owes", () => {
  test.each<{ readonly file: RegisterFile; readonly path: string; readonly says: string }>([
    { file: withClient({ limits: "none" }), path: "clients[0].limits", says: "idSpace" },
    {
      file: withClient({ limits: { requestsPerSecond: 0 } }),
      path: "clients[0].limits.requestsPerSecond",
      says: ">=1",
    },
    {
      file: withClient({ users: { issuer: "care-identit", required: true } }, { issuers: [ISSUER] }),
      path: "clients[0].users.issuer",
      says: "care-identity?",
    },
    { file: withClient({}, { issuers: [ISSUER, ISSUER] }), path: "issuers[1].id", says: "already" },
    {
      file: withClient({}, { issuers: [{ ...ISSUER, issuer: "http://identity.example" }] }),
      path: "issuers[0].issuer",
      says: "https",
    },
  ])("$path: …$says…", ({ file, path, says }) => {
    const parsed = parseRegister(file);
    const problems = parsed.ok ? [] : parsed.problems;
    expect(problems.find((problem) => problem.path === path)?.message, JSON.stringify(problems)).toContain(says);
  });

  const SIGN_IN = { clientId: "pages", authentication: "private_key_jwt", client: "practice-system" } as const;
  const STEWARDS = { ...ISSUER, groups: { R8100: "steward" as const }, signIn: SIGN_IN };
  const withSignIn = (told: Readonly<Record<string, unknown>>): unknown => ({
    ...withClient({ scopes: ["identity/review"] }),
    issuers: [{ ...STEWARDS, ...told }],
  });

  test.each<{ readonly file: unknown; readonly path: string; readonly says: string }>([
    { file: withSignIn({ signIn: { ...SIGN_IN, clientId: "gateway" } }), path: "signIn.clientId", says: "audience" },
    { file: withSignIn({ signIn: { ...SIGN_IN, client: "nobody" } }), path: "signIn.client", says: "no client" },
    { file: { ...withClient({}), issuers: [STEWARDS] }, path: "signIn.client", says: "identity/review" },
    { file: withSignIn({ groups: {} }), path: "groups", says: "steward" },
    {
      file: withSignIn({ signIn: { ...SIGN_IN, authentication: "client_secret_basic" } }),
      path: "signIn.authentication",
      says: "private_key_jwt",
    },
    { file: withSignIn({ signIn: { ...SIGN_IN, scopes: ["a b"] } }), path: "signIn.scopes[0]", says: "without spaces" },
    { file: withSignIn({ signIn: { ...SIGN_IN, clientSecret: "x" } }), path: "signIn", says: "clientSecret" },
  ])("an issuer at which stewards sign in: $path: …$says…", ({ file, path, says }) => {
    const parsed = parseRegister(file);
    const problems = parsed.ok ? [] : parsed.problems;
    expect(
      problems.find((problem) => problem.path === `issuers[0].${path}`)?.message,
      JSON.stringify(problems),
    ).toContain(says);
    expect(parseRegister(withSignIn({})).ok).toBe(true);
  });

  test("limits that are not told are the documented defaults", () => {
    const parsed = parseRegister(withClient({ limits: { childrenPerHour: 7 } }));
    expect(parsed.ok && parsed.register.client("practice-system")?.limits).toEqual({
      requestsPerSecond: 100,
      concurrent: 32,
      childrenPerHour: 7,
    });
  });

  test("keys may be published instead of registered", () => {
    const parsed = parseRegister(withClient({ jwks: undefined, jwks_uri: "https://client.example/jwks" }));
    expect(parsed.ok && parsed.register.client("practice-system")).toMatchObject({
      keys: [],
      jwksUri: "https://client.example/jwks",
      senderConstraint: "none",
    });
  });

  test.each<{ readonly file: RegisterFile; readonly path: string }>([
    { file: withAgreement({ confidentiality: "R" }), path: "clients[0].senderConstraint" },
    { file: withClient({}, { issuers: [{ ...ISSUER, issuer: "http://127.0.0.1:9" }] }), path: "issuers[0].issuer" },
    { file: withClient({ jwks_uri: "http://localhost/jwks" }), path: "clients[0].jwks_uri" },
  ])("production refuses what only a demonstration may do: $path", ({ file, path }) => {
    const parsed = parseRegister(file);
    expect(parsed.ok && checkProduction(parsed.register, new Set()).map((problem) => problem.path)).toEqual([path]);
  });
});

describe("what an organisation is part of", () => {
  const own = { system: ODS_ORGANIZATION, value: "Z99101" };
  const NOON = Date.parse("2026-11-23T12:00:00Z");
  const ods: OdsExcerpt = {
    parents: new Map([
      [
        "Z99101",
        [
          { code: "Z1", from: "2020-04-01" },
          { code: "Z0", until: "2020-03-31" },
        ],
      ],
      ["Z1", [{ code: "Z2" }, { code: "Z99101" }]],
    ]),
    predecessors: new Map([["Z99101", [{ code: "ZOLD", from: "2026-11-24" }]]]),
  };
  const both = (...codes: readonly string[]) =>
    codes.flatMap((code) => [`${ODS_ORGANIZATION}|${code}`, `${ODS_SITE}|${code}`]);
  const ancestors = (file: RegisterFile, at_ms: number, excerpt?: OdsExcerpt) => {
    const parsed = parseRegister(file, excerpt);
    return parsed.ok ? parsed.register.ancestorsOf(own, at_ms) : parsed.problems;
  };

  test("is told nearest first, as of the day, and a circle ends", () => {
    expect(ancestors(GOOD, NOON, ods)).toEqual([...both("Z1"), ...both("Z2"), `${ODS_SITE}|Z99101`]);
    expect(ancestors(GOOD, Date.parse("2020-03-31T22:59:00Z"), ods)).toEqual(both("Z0"));
  });

  test("holds the names of the closed organisations it took over, from the day on that it did, UK time", () => {
    const from = Date.parse("2026-11-24T00:00:00Z");
    expect(ancestors(GOOD, from - 1, ods)).not.toContain(`${ODS_ORGANIZATION}|ZOLD`);
    expect(ancestors(GOOD, from, ods)).toContain(`${ODS_ORGANIZATION}|ZOLD`);
  });

  test("is also what the register says, within its days", () => {
    const file = withOrganization({
      partOf: [
        { system: LOCAL_AUTHORITY, value: "383" },
        { system: LOCAL_AUTHORITY, value: "384", until: "2026-11-22" },
      ],
      formerly: [{ system: ODS_ORGANIZATION, value: "Z77" }],
    });
    expect(ancestors(file, NOON)).toEqual([`${LOCAL_AUTHORITY}|383`, `${ODS_ORGANIZATION}|Z77`]);
  });
});
