import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import { parseRegister, parseRegisterText } from "./register.ts";
import { createKeyPair, createRegisterFile } from "./register-fixtures.ts";

const PAIR = createKeyPair("first");
const RSA_1024 = generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey.export({ format: "jwk" });
const RSA_2048 = generateKeyPairSync("rsa", { modulusLength: 2_048 }).publicKey.export({ format: "jwk" });
const P256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });
const PRIVATE = { ...PAIR.privateKey.export({ format: "jwk" }), kid: "first" };

/** The good register with one member at a path set to a value, or taken away. */
function withMember(path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(createRegisterFile(PAIR.jwk));
  let at = copy;
  for (const step of path.slice(0, -1)) at = memberOf(at, step);
  const last = path.at(-1);
  if (typeof at === "object" && at !== null && last !== undefined) Reflect.set(at, last, value);
  return JSON.parse(JSON.stringify(copy));
}

function memberOf(parent: unknown, step: string | number): unknown {
  return typeof parent === "object" && parent !== null ? Reflect.get(parent, step) : undefined;
}

describe("a good register", () => {
  const parsed = parseRegister(createRegisterFile(PAIR.jwk));

  test("answers for its clients, agreements and sources by name", () => {
    expect(parsed.ok && parsed.register.client("practice-system")).toMatchObject({
      organization: { value: "Z99101", authority: "leeds" },
      scopes: [
        { context: "system", type: "Patient", interactions: "rs" },
        { context: "system", type: "Observation", interactions: "rs" },
        { context: "ingest", source: "leeds-eyfsp" },
      ],
      keys: [{ kid: "first", algorithms: ["ES384"], demonstration: false }],
    });
    expect(parsed.ok && parsed.register.agreementOf("practice-system")).toMatchObject({
      id: "direct-care",
      version: 3,
    });
    expect(parsed.ok && parsed.register.source("leeds-eyfsp")).toMatchObject({
      kind: "eyfs-profile",
      organization: { name: "Synthetic Council" },
    });
  });

  test("knows nothing of other names", () => {
    expect(parsed.ok && parsed.register.client("constructor")).toBeUndefined();
    expect(parsed.ok && parsed.register.agreementOf("nobody")).toBeUndefined();
    expect(parsed.ok && parsed.register.source("leeds")).toBeUndefined();
  });

  test.each([
    { until: "2026-12-31", endsAt: "2027-01-01T00:00:00Z" },
    { until: "2026-06-30", endsAt: "2026-06-30T23:00:00Z" },
  ])("an agreement until $until holds to the end of that day in the UK", ({ until, endsAt }) => {
    const read = parseRegister(withMember(["agreements", 0, "until"], until));
    expect(read.ok && read.register.client("practice-system")?.endsAt_ms).toBe(Date.parse(endsAt));
  });

  test("an RSA key takes the three algorithms for RSA, or the one it names", () => {
    const keys = [
      { ...RSA_2048, kid: "any" },
      { ...RSA_2048, kid: "one", alg: "RS512" },
    ];
    const read = parseRegister(withMember(["clients", 0, "jwks", "keys"], keys));
    expect(read.ok && read.register.client("practice-system")?.keys.map(({ algorithms }) => algorithms)).toEqual([
      ["RS384", "PS384", "RS512"],
      ["RS512"],
    ]);
  });
});

describe("the children of two authorities", () => {
  const LEGAL = { legalBasis: "UK GDPR 6(1)(e)" };
  const says = (authority: string, ...others: readonly string[]) => ({ authority, with: [...others], ...LEGAL });
  const withMatching = (...matching: readonly ReturnType<typeof says>[]) => {
    const file = createRegisterFile(PAIR.jwk);
    const [council] = file.organizations;
    const organizations = ["leeds", "wirral", "sefton"].flatMap((authority) =>
      council === undefined ? [] : [{ ...council, id: `council-of-${authority}`, authority }],
    );
    const parsed = parseRegister({ ...file, organizations: [...file.organizations, ...organizations], matching });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.register;
  };

  test.each([
    { what: "of one authority match, whatever the register says", said: [], pair: ["leeds", "leeds"], is: true },
    { what: "do not match where nobody says so", said: [], pair: ["leeds", "wirral"], is: false },
    {
      what: "do not match where one alone says so",
      said: [says("leeds", "wirral")],
      pair: ["leeds", "wirral"],
      is: false,
    },
    {
      what: "match where both say so",
      said: [says("leeds", "wirral"), says("wirral", "leeds", "sefton")],
      pair: ["wirral", "leeds"],
      is: true,
    },
    {
      what: "do not match by way of a third",
      said: [says("leeds", "wirral"), says("wirral", "leeds", "sefton"), says("sefton", "wirral")],
      pair: ["leeds", "sefton"],
      is: false,
    },
  ])("$what", ({ said, pair: [one = "", other = ""], is }) => {
    const { matches } = withMatching(...said);
    expect([matches(one, other), matches(other, one)]).toEqual([is, is]);
  });

  test.each([
    ["a registered source is of the authority of its entry", "leeds-eyfsp", "leeds"],
    ["a source that left the register is of the authority that its name begins with", "sefton-old", "sefton"],
    ["a source of no known authority stands alone", "york-eyfsp", "york-eyfsp"],
  ])("%s", (_, source, authority) => {
    expect(withMatching().authorityOf(source)).toBe(authority);
  });
});

describe("a wrong register is refused with the path of what is wrong", () => {
  const CLIENT = ["clients", 0] as const;
  const KEY = [...CLIENT, "jwks", "keys", 0] as const;
  const AGREEMENT = ["agreements", 0] as const;
  test.each([
    { at: ["clients"], to: undefined, path: "clients", says: "expected array" },
    { at: ["clinets"], to: [], path: "", says: "clinets" },
    { at: [...CLIENT, "id"], to: "two words", path: "clients[0].id", says: "letter" },
    { at: [...CLIENT, "agreement"], to: "direct-car", path: "clients[0].agreement", says: "did you mean direct-care?" },
    { at: [...CLIENT, "organization"], to: "surgery", path: "clients[0].organization", says: "no organization" },
    { at: [...CLIENT, "scopes", 1], to: "system/Observation.sr", path: "clients[0].scopes[1]", says: "cruds" },
    { at: [...CLIENT, "scopes", 1], to: "system/Observaton.rs", path: "clients[0].scopes[1]", says: "Observation?" },
    {
      at: [...CLIENT, "scopes", 0],
      to: "system/Patient.rs?name:exact=a",
      path: "clients[0].scopes[0]",
      says: "modifier",
    },
    { at: [...CLIENT, "scopes", 2], to: "ingest/leeds-eyfs", path: "clients[0].scopes[2]", says: "leeds-eyfsp?" },
    { at: [...CLIENT, "jwks_uri"], to: "http://a.example/jwks", path: "clients[0].jwks_uri", says: "https" },
    { at: [...CLIENT, "jwks"], to: undefined, path: "clients[0].jwks", says: "or jwks_uri" },
    { at: [...CLIENT, "jwks", "keys"], to: [], path: "clients[0].jwks.keys", says: "at least one" },
    { at: [...CLIENT, "jwks", "keys", 1], to: PAIR.jwk, path: "clients[0].jwks.keys[1].kid", says: "already" },
    { at: KEY, to: PRIVATE, path: "clients[0].jwks.keys[0].d", says: "private key" },
    { at: KEY, to: { kty: "oct", k: "c2VjcmV0", kid: "x" }, path: "clients[0].jwks.keys[0].kty", says: "RSA" },
    { at: KEY, to: { ...P256, kid: "x" }, path: "clients[0].jwks.keys[0].crv", says: "P-384" },
    { at: KEY, to: { ...RSA_1024, kid: "x" }, path: "clients[0].jwks.keys[0].n", says: "2048" },
    { at: [...KEY, "kid"], to: undefined, path: "clients[0].jwks.keys[0].kid", says: "expected string" },
    { at: [...KEY, "alg"], to: "RS384", path: "clients[0].jwks.keys[0].alg", says: "kty EC" },
    { at: [...KEY, "alg"], to: "HS256", path: "clients[0].jwks.keys[0].alg", says: "ES384" },
    { at: [...KEY, "use"], to: "enc", path: "clients[0].jwks.keys[0].use", says: "signatures" },
    { at: [...KEY, "key_ops"], to: ["encrypt"], path: "clients[0].jwks.keys[0].key_ops", says: "verify" },
    { at: [...KEY, "x"], to: PAIR.jwk.kid, path: "clients[0].jwks.keys[0]", says: "not a key" },
    { at: [...AGREEMENT, "until"], to: "2026-02-30", path: "agreements[0].until", says: "YYYY-MM-DD" },
    { at: [...AGREEMENT, "purposes", 1], to: "MARKETING", path: "agreements[0].purposes[1]", says: "TREAT" },
    { at: [...AGREEMENT, "purposes"], to: [], path: "agreements[0].purposes", says: "at least one" },
    { at: [...AGREEMENT, "authorities", 0], to: "leds", path: "agreements[0].authorities[0]", says: "leeds?" },
    { at: [...AGREEMENT, "matchingScope"], to: ["york"], path: "agreements[0].matchingScope[0]", says: "authority" },
    { at: [...AGREEMENT, "matchingScope"], to: "all", path: "agreements[0].matchingScope", says: "own-authority" },
    {
      at: [...AGREEMENT, "legalBasis", "article6"],
      to: "consent",
      path: "agreements[0].legalBasis.article6",
      says: "6(1)(e)",
    },
    {
      at: [...AGREEMENT, "statutoryGateways"],
      to: { "leeds-ctf": "x" },
      path: "agreements[0].statutoryGateways.leeds-ctf",
      says: "source",
    },
    {
      at: [...AGREEMENT, "identifierSystems", 1],
      to: UPN,
      path: "agreements[0].identifierSystems[1]",
      says: "health purpose",
    },
    { at: [...AGREEMENT, "identifierSystems"], to: "any", path: "agreements[0].identifierSystems", says: "idSpace" },
    {
      at: [...AGREEMENT, "writes"],
      to: { source: "leeds-vendor", updateCreate: true },
      path: "agreements[0].writes.updateCreate",
      says: "idSpace",
    },
    {
      at: [...AGREEMENT, "writes"],
      to: { source: "leeds-eyfsp" },
      path: "agreements[0].writes.source",
      says: "written source",
    },
    {
      at: ["writtenSources"],
      to: [{ source: "vendor", authority: "leeds", dataClass: "education", legalBasis: "x" }],
      path: "writtenSources[0].source",
      says: "leeds-",
    },
    {
      at: ["matching"],
      to: [{ authority: "leds", with: ["wirral"], legalBasis: "x" }],
      path: "matching[0].authority",
      says: "leeds?",
    },
    {
      at: ["matching"],
      to: [{ authority: "leeds", with: ["leeds"], legalBasis: "x" }],
      path: "matching[0].with[0]",
      says: "always matches with itself",
    },
    {
      at: ["matching"],
      to: [{ authority: "leeds", with: ["york"], legalBasis: "x" }],
      path: "matching[0].with[0]",
      says: "no authority",
    },
    {
      at: ["matching"],
      to: [
        { authority: "leeds", with: ["leeds"], legalBasis: "x" },
        { authority: "leeds", with: ["leeds"], legalBasis: "x" },
      ],
      path: "matching[1].authority",
      says: "already in matching[0]",
    },
    {
      at: ["matching"],
      to: [{ authority: "leeds", with: [], legalBasis: "x" }],
      path: "matching[0].with",
      says: "at least",
    },
    {
      at: ["matching"],
      to: [{ authority: "leeds", with: ["wirral"] }],
      path: "matching[0].legalBasis",
      says: "expected string",
    },
    { at: ["sources", 0, "source"], to: "wirral-eyfsp", path: "sources[0].source", says: "leeds-" },
    { at: ["sources", 0, "kind"], to: "eyfsp", path: "sources[0].kind", says: "eyfs-profile" },
    { at: ["sources", 0, "localAuthority"], to: "38", path: "sources[0].localAuthority", says: "three digits" },
    { at: ["sources", 0, "organization"], to: "counci", path: "sources[0].organization", says: "council?" },
  ])("$path: …$says…", ({ at, to, path, says }) => {
    const parsed = parseRegister(withMember(at, to));
    const problems = parsed.ok ? [] : parsed.problems;
    const found = problems.find((problem) => problem.path === path);
    expect(found?.message, JSON.stringify(problems)).toContain(says);
  });

  test("a pupil number may go to health when the law is named under its system", () => {
    const file = createRegisterFile(PAIR.jwk);
    const agreements = file.agreements.map((agreement) => ({
      ...agreement,
      identifierSystems: [NHS_NUMBER, UPN],
      identifierLegalBasis: { [UPN]: "Regulations that name the recipient" },
    }));
    expect(parseRegister({ ...file, agreements }).ok).toBe(true);
  });

  test("a file that is not JSON is refused without quoting it", () => {
    expect(parseRegisterText('{ "secret": s3cret }')).toEqual({
      ok: false,
      problems: [{ path: "", message: "not JSON" }],
    });
  });

  test("the text of a good file is read", () => {
    expect(parseRegisterText(JSON.stringify(createRegisterFile(PAIR.jwk))).ok).toBe(true);
  });
});
