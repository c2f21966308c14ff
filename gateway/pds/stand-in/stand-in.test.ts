import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { API_KEY, KEY_ID, KEYS, known } from "../pds.fixtures.ts";
import type { StandInPerson } from "./person.ts";
import { searchPeople } from "./search-people.ts";
import { readSearchQuery } from "./search-query.ts";
import { type StandIn, startStandIn } from "./server.ts";
import { toSoundex } from "./sound.ts";

const ONE = "9990000018";

const PEOPLE: readonly StandInPerson[] = [
  known(ONE, {
    names: [
      { given: ["Joseph", "Alan"], family: "Harkness" },
      { given: ["Joseph"], family: "Okonjo", isPast: true },
    ],
    addresses: [{ postcode: "LS6 3CI" }, { postcode: "M14 5CK", isPast: true }],
    emails: [{ value: "joe@example.com" }, { value: "old@example.com", isPast: true }],
    practice: "Y12345",
    gender: "male",
  }),
];

function find(query: string, people = PEOPLE) {
  const read = readSearchQuery(new URLSearchParams(query));
  if (!read.ok) return read.error.code;
  return searchPeople(people, read.query).map(({ person }) => person.nhsNumber);
}

const BORN = "birthdate=eq2021-05-14";

describe("the published rules of searching", () => {
  test.each([
    { query: `family=Harkness&${BORN}`, finds: [ONE] },
    { query: `family=HARKNESS&given=joseph&${BORN}`, finds: [ONE] },
    { query: `family=Harknéss&${BORN}`, finds: [ONE] },
    { query: `family=Hark*&${BORN}`, finds: [ONE] },
    { query: `family=Harkness&given=Jos*&${BORN}`, finds: [ONE] },
    { query: `family=Harkness&given=Ala*&${BORN}`, finds: [] },
    { query: `family=Harkness&given=Joseph&given=Alan&${BORN}`, finds: [ONE] },
    { query: `family=Harkness&given=Joseph&given=Robin&${BORN}`, finds: [] },
    { query: `family=Okonjo&${BORN}`, finds: [] },
    { query: `family=Okonjo&${BORN}&_history=true`, finds: [ONE] },
    { query: `family=Harkness&${BORN}&address-postalcode=ls63ci`, finds: [ONE] },
    { query: `family=Harkness&${BORN}&address-postalcode=LS*`, finds: [ONE] },
    { query: `family=Harkness&${BORN}&address-postalcode=M14*`, finds: [] },
    { query: `family=Harkness&${BORN}&address-postalcode=M14*&_history=true`, finds: [ONE] },
    { query: `family=Harkness&${BORN}&address-postalcode=ZZ99%203VZ`, finds: [] },
    { query: "family=Harkness&birthdate=ge2021-05-01&birthdate=le2021-05-31", finds: [ONE] },
    { query: "family=Harkness&birthdate=ge2021-05-15", finds: [] },
    { query: `family=Harkness&${BORN}&gender=female`, finds: [] },
    { query: `family=Harkness&${BORN}&email=JOE@example.com`, finds: [ONE] },
    { query: `family=Harkness&${BORN}&email=old@example.com`, finds: [] },
    { query: `family=Harkness&${BORN}&email=old@example.com&_history=true`, finds: [ONE] },
    { query: `family=Harkness&${BORN}&general-practitioner=y12345`, finds: [ONE] },
    { query: `family=Harkness&${BORN}&general-practitioner=Y1`, finds: [] },
    { query: `family=Hark*&${BORN}&_exact-match=true`, finds: [] },
    { query: `family=Harkness&${BORN}&_exact-match=true`, finds: [ONE] },
    { query: `family=Harknes&given=Joe&${BORN}&_fuzzy-match=true`, finds: [ONE] },
    { query: `family=Joseph&given=Harkness&${BORN}&_fuzzy-match=true`, finds: [ONE] },
    { query: `family=Okonjo&given=Joseph&${BORN}&_fuzzy-match=true`, finds: [ONE] },
    { query: `family=Harkness&given=Joseph&${BORN}&address-postalcode=LS7%203CI&_fuzzy-match=true`, finds: [ONE] },
    { query: "family=Harkness&given=Joseph&birthdate=eq2021-05-15&_fuzzy-match=true", finds: [] },
    { query: `family=Harkness&${BORN}&gender=male&address-postalcode=LS63CI&_fuzzy-match=true`, finds: [ONE] },
    { query: `family=Harkness&given=Joseph&${BORN}&email=joe@example.org&_fuzzy-match=true`, finds: [] },
  ])("$query finds $finds", ({ query, finds }) => {
    expect(find(query)).toEqual(finds);
  });

  test.each([
    { query: "", code: "UNSUPPORTED_SERVICE" },
    { query: "family=Harkness", code: "MISSING_VALUE" },
    { query: BORN, code: "INVALID_SEARCH_DATA" },
    { query: `email=a@example.com&phone=0163&${BORN}`, code: "INVALID_SEARCH_DATA" },
    { query: `family=Harkness&${BORN}&shoe-size=4`, code: "ADDITIONAL_PROPERTIES" },
    { query: "family=Harkness&birthdate=14-05-2021", code: "INVALID_VALUE" },
    { query: "family=Harkness&birthdate=eq2021-02-30", code: "INVALID_VALUE" },
    { query: `family=Harkness&gender=mal&${BORN}`, code: "INVALID_VALUE" },
    { query: `family=${"x".repeat(36)}&${BORN}`, code: "INVALID_VALUE" },
    { query: `family=Harkness&_max-results=50&${BORN}`, code: "INVALID_VALUE" },
    { query: `family=H*&${BORN}`, code: "INVALID_SEARCH_DATA" },
    { query: `family=Hark*&given=Joseph&${BORN}&_fuzzy-match=true`, code: "INVALID_SEARCH_DATA" },
    { query: `family=Harkness&${BORN}&_fuzzy-match=true`, code: "INVALID_SEARCH_DATA" },
    { query: `family=Harkness&${BORN}&address-postalcode=LS63CI&_fuzzy-match=true`, code: "INVALID_SEARCH_DATA" },
    { query: `family=A&${BORN}&address-postcode=LS63CI&address-postalcode=LS63CI`, code: "INVALID_SEARCH_DATA" },
  ])("$query is refused as $code", ({ query, code }) => {
    expect(find(query)).toBe(code);
  });

  test("a restricted person is found by name, and not when a place is asked for", () => {
    const people = [known(ONE, { isRestricted: true, practice: "Y12345" })];
    const asked = `family=Harkness-Bloom&${BORN}`;
    expect(find(asked, people)).toEqual([ONE]);
    expect(find(`${asked}&address-postalcode=LS63CI`, people)).toEqual([]);
    expect(find(`${asked}&general-practitioner=Y12345`, people)).toEqual([]);
  });

  test.each([
    { name: "Robert", code: "R163" },
    { name: "Rupert", code: "R163" },
    { name: "Ashcraft", code: "A261" },
    { name: "Tymczak", code: "T522" },
    { name: "Pfister", code: "P236" },
    { name: "Honeyman", code: "H555" },
    { name: "Smith", code: "S530" },
    { name: "Smythe", code: "S530" },
  ])("$name sounds like $code", ({ name, code }) => {
    expect(toSoundex(name)).toBe(code);
  });
});

describe("the server", () => {
  let standIn: StandIn;
  let token: string;
  beforeAll(async () => {
    const people = [
      ...PEOPLE,
      known("9990000026", { names: [{ given: ["Josephine"], family: "Harkness" }] }),
      known("9990000034", { supersededBy: ONE }),
      known("9990000042", { isInvalidated: true }),
      known("9990000050", { names: [{ given: ["Rosa"], family: "Guarded" }], isRestricted: true, practice: "Y1" }),
    ];
    const clients = [{ apiKey: API_KEY, keyId: KEY_ID, publicKey: KEYS.publicKey }];
    standIn = await startStandIn({ people, clients, quotaPerSecond: 1_000 });
    token = (await grant({})).body.access_token;
  });
  afterAll(() => standIn.close());

  async function grant(
    changes: { claims?: object; alg?: string; kid?: string },
    server: StandIn = standIn,
  ): Promise<{ status: number; body: { access_token: string } }> {
    const exp = Math.floor(Date.now() / 1_000) + 200;
    const claims = { iss: API_KEY, sub: API_KEY, aud: standIn.tokenUrl, jti: randomUUID(), exp, ...changes.claims };
    const assertion = await new SignJWT(claims)
      .setProtectedHeader({ alg: changes.alg ?? "RS512", kid: changes.kid ?? KEY_ID })
      .sign(KEYS.privateKey);
    const response = await fetch(server.tokenUrl, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
      }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  async function ask(path: string, headers: Record<string, string> = {}) {
    const own = { authorization: `Bearer ${token}`, "x-request-id": randomUUID(), ...headers };
    const response = await fetch(`${standIn.baseUrl}${path}`, {
      headers: Object.fromEntries(Object.entries(own).filter(([, value]) => value !== "")),
    });
    return { status: response.status, text: await response.text() };
  }

  test.each([
    { title: "another algorithm", changes: { alg: "RS256" } },
    { title: "another key id", changes: { kid: "other" } },
    { title: "another issuer", changes: { claims: { iss: "other" } } },
    { title: "another subject", changes: { claims: { sub: "other" } } },
    { title: "another audience", changes: { claims: { aud: "https://other.example" } } },
    { title: "an end in ten minutes", changes: { claims: { exp: Math.floor(Date.now() / 1_000) + 600 } } },
    { title: "an end that is over", changes: { claims: { exp: Math.floor(Date.now() / 1_000) - 1 } } },
  ])("$title in the assertion: no token", async ({ changes }) => {
    expect((await grant(changes)).status).toBe(400);
  });

  test("an assertion is taken once", async () => {
    const jti = randomUUID();
    expect([(await grant({ claims: { jti } })).status, (await grant({ claims: { jti } })).status]).toEqual([200, 400]);
  });

  const born = "birthdate=eq2021-05-14";
  test.each([
    { title: "one", path: `/Patient?family=Harkness&given=Joseph&${born}`, status: 200, holds: '"total":1' },
    { title: "nobody", path: `/Patient?family=Nobody&${born}`, status: 200, holds: '"total":0}' },
    { title: "too many", path: `/Patient?family=Harkness&given=Jos*&${born}`, status: 200, holds: "TOO_MANY_MATCHES" },
    {
      title: "more than one asked for",
      path: `/Patient?family=X&${born}&_max-results=2`,
      status: 403,
      holds: "INVALID_VALUE",
    },
    { title: "a number in use", path: `/Patient/${ONE}`, status: 200, holds: `"id":"${ONE}"` },
    { title: "a replaced number", path: "/Patient/9990000034", status: 200, holds: `"id":"${ONE}"` },
    { title: "a number taken out of use", path: "/Patient/9990000042", status: 404, holds: "INVALIDATED_RESOURCE" },
    { title: "an unknown number", path: "/Patient/9990000069", status: 404, holds: "RESOURCE_NOT_FOUND" },
    { title: "a wrong number", path: "/Patient/9990000000", status: 400, holds: "INVALID_RESOURCE_ID" },
    {
      title: "no request id",
      path: `/Patient/${ONE}`,
      headers: { "x-request-id": "" },
      status: 400,
      holds: "MISSING_VALUE",
    },
    {
      title: "a request id that is none",
      path: `/Patient/${ONE}`,
      headers: { "x-request-id": "1" },
      status: 400,
      holds: "INVALID_VALUE",
    },
    { title: "no token", path: `/Patient/${ONE}`, headers: { authorization: "" }, status: 401, holds: "ACCESS_DENIED" },
    {
      title: "a token of nobody",
      path: `/Patient/${ONE}`,
      headers: { authorization: "Bearer x" },
      status: 401,
      holds: "ACCESS_DENIED",
    },
  ])("$title: $status with $holds", async ({ path, headers, status, holds }) => {
    const answer = await ask(path, headers);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(holds)]);
  });

  test.each(["/Patient/9990000050", `/Patient?family=Guarded&${born}`])(
    "no place of a restricted person: %s",
    async (path) => {
      const { text } = await ask(path);
      expect(text).toContain('"code":"R"');
      expect(text).not.toMatch(/address|telecom|generalPractitioner|LS6/);
    },
  );

  test("more than the quota in a second is refused, with when to come back", async () => {
    const clients = [{ apiKey: API_KEY, keyId: KEY_ID, publicKey: KEYS.publicKey }];
    const strict = await startStandIn({ people: [], clients, quotaPerSecond: 0 });
    const { body } = await grant({ claims: { aud: strict.tokenUrl } }, strict);
    const answer = await fetch(`${strict.baseUrl}/Patient/${ONE}`, {
      headers: { authorization: `Bearer ${body.access_token}`, "x-request-id": randomUUID() },
    });
    await strict.close();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "1"]);
  });
});
