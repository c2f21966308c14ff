import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RESULT_PARAMETERS, SERVED_RESOURCES } from "#profiles/interactions.ts";
import { ROUTES } from "#profiles/routes.ts";
import { FHIR, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

/**
 * Requests that nobody would write, made from the interaction table: whatever comes, the answer is FHIR, soon, and never
 * a fault of the gateway. GENERATED_REQUESTS sets how many, and GENERATED_SEED from where.
 */
const REQUESTS = Number(process.env.GENERATED_REQUESTS || 4_000);
const SEED = Number(process.env.GENERATED_SEED || 20_261_122);
/** Far beyond what any answer takes, far below what would be a hang. */
const DEADLINE_ms = 60_000;

let started: TestGateway;

beforeAll(async () => {
  started = await startTestGateway(12);
});

afterAll(() => started[Symbol.asyncDispose]());

const TYPES = SERVED_RESOURCES.map(({ type }) => type);
const CODES = [...new Set([...SERVED_RESOURCES.flatMap((each) => each.searchParameters), ...RESULT_PARAMETERS])];
const INCLUDES = SERVED_RESOURCES.flatMap(({ includes, revIncludes }) => [...includes, ...revIncludes]);

const wildText = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    " ",
    "\\",
    "|",
    "a|b|c",
    "$",
    ",",
    "\\,",
    "%00",
    "%",
    "constructor",
    "__proto__",
    "*",
    "é",
    "\u202e",
  ),
);
const wildValue = fc.oneof(
  wildText,
  fc.constantFrom("Patient/x", "http://a.example/Patient/1", "urn:uuid:x", "#p", "Patient/x/_history/1"),
  fc.constantFrom("ge2026", "eq2026-02-30", "2026-01-01T00:00:00+01:00", "ap2026-05", "lt99999", "sa-1", "2026-13"),
  fc.constantFrom("5.4", "gt1e9", "5.40|http://unitsofmeasure.org|kg", "1e400", "-0", "le5||mg", "NaN", "100|"),
  fc.constantFrom("http://loinc.org|29463-7", "|x", "x|", "http://loinc.org|1$gt5", "true", "final", "not-a-code"),
  fc.constantFrom(...INCLUDES, "*", "Observation:*", "Patient:nothing", "-date", "date,-_id", "true", "count", "0"),
  fc.constantFrom("https://fhir.nhs.uk/Id/nhs-number|9990000018", "https://fhir.nhs.uk/Id/nhs-number|9990000019"),
);
const wildName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...CODES) },
  fc
    .tuple(
      fc.constantFrom(...CODES),
      fc.constantFrom("missing", "exact", "contains", "not", "in", "below", "text", "x"),
    )
    .map(([code, modifier]) => `${code}:${modifier}`),
  fc
    .tuple(fc.constantFrom("patient", "subject:Patient", "performer", "subject"), fc.constantFrom(...CODES))
    .map(([link, code]) => `${link}.${code}`),
  fc
    .tuple(
      fc.constantFrom(...TYPES),
      fc.constantFrom("patient", "subject", "performer", "x"),
      fc.constantFrom(...CODES),
    )
    .map(([type, link, code]) => `_has:${type}:${link}:${code}`),
  fc.constantFrom("_format", "_pretty", "_page", "_query", "_filter", "_since", "_at", "_type", "url", "code", "start"),
  wildText,
);
const query = fc
  .array(fc.tuple(wildName, wildValue), { maxLength: 5 })
  .map((pairs) => new URLSearchParams(pairs).toString());

const wildJson = fc.oneof(
  fc.json({ maxDepth: 4 }),
  wildText,
  fc.constantFrom('{"a":1,"a":2}', '{"__proto__":{}}', "[".repeat(500), '{"resourceType":"Patient"', "null", "1e999"),
);
const wildResource = fc
  .tuple(
    fc.constantFrom(...TYPES, "Bundle", "Parameters", "Nothing"),
    fc.dictionary(wildText, fc.jsonValue(), { maxKeys: 4 }),
  )
  .map(([resourceType, members]) => JSON.stringify({ resourceType, ...members }));
const likelyResource = fc
  .record(
    {
      resourceType: fc.constantFrom("Patient", "Observation", "Consent", "Organization", "Practitioner", "Provenance"),
      id: fc.constantFrom("an-id", "another", "not an id"),
      status: fc.constantFrom("final", "active", "x"),
      active: fc.oneof(fc.boolean(), fc.constant("true")),
      name: fc.constantFrom([{ family: "Wild" }], "Wild", [{}], []),
      code: fc.constantFrom({ text: "x" }, {}, { coding: [{ code: "x" }] }),
      subject: fc.constantFrom({ reference: "Patient/an-id" }, { reference: "Patient?identifier=x" }, {}),
      valueQuantity: fc.record({ value: fc.double(), unit: wildText }),
      birthDate: fc.constantFrom("2026-01-01", "2026-02-30", "x"),
    },
    { requiredKeys: ["resourceType"] },
  )
  .map((resource) => JSON.stringify(resource));
const wildBundle = fc
  .record({
    resourceType: fc.constant("Bundle"),
    type: fc.constantFrom("batch", "transaction", "searchset"),
    entry: fc.array(
      fc.record(
        {
          fullUrl: fc.constantFrom("urn:uuid:a", "urn:uuid:b", "x"),
          resource: likelyResource.map((text): unknown => JSON.parse(text)),
          request: fc.record({
            method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "X"),
            url: fc.oneof(
              fc.constantFrom("Patient", "Patient/an-id", "Observation?code=x", "$validate", "/"),
              wildText,
            ),
          }),
        },
        { requiredKeys: ["request"] },
      ),
      { maxLength: 5 },
    ),
  })
  .map((bundle) => JSON.stringify(bundle));
const patch = fc
  .array(
    fc.record({
      op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "x"),
      path: fc.oneof(
        fc.constantFrom("/name", "/name/0/family", "/id", "/meta/versionId", "/-", "", "/__proto__/x"),
        wildText,
      ),
      value: fc.jsonValue(),
      from: fc.constantFrom("/name", "/x"),
    }),
    { maxLength: 4 },
  )
  .map((operations) => JSON.stringify(operations));

const path = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...ROUTES),
        fc.constantFrom("an-id", "another", "x", "A-1.b"),
        fc.constantFrom("1", "2", "x"),
      )
      .map(([route, id, version]) => route.path.replace(":id", id).replace(":vid", version)),
  },
  fc
    .array(fc.oneof(fc.constantFrom(...TYPES), wildText), { maxLength: 5 })
    .map((segments) => `/${segments.map(encodeURIComponent).join("/")}`),
);
const headers = fc.dictionary(
  fc.constantFrom(
    "Accept",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "If-None-Exist",
    "If-Modified-Since",
    "Prefer",
    "X-Request-ID",
  ),
  fc.constantFrom(
    "application/fhir+json",
    "application/json-patch+json",
    "application/xml",
    "*/*",
    'W/"1"',
    "*",
    "x",
    "identifier=x",
    "return=minimal",
    "handling=lenient",
    "Wed, 21 Oct 2026 07:28:00 GMT",
    "application/x-www-form-urlencoded",
  ),
  { maxKeys: 3 },
);
const wildRequest = fc.record({
  client: fc.constantFrom("conformance-demo", "conformance-demo", "vendor-demo", "officer-demo", "gp-demo"),
  method: fc.constantFrom("GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
  path,
  query,
  headers,
  body: fc.oneof(wildJson, wildResource, { weight: 3, arbitrary: likelyResource }, wildBundle, patch, query),
});

test(`${REQUESTS} generated requests are all answered in FHIR, in time, and none by a fault of the gateway`, async () => {
  const isJson = /^application\/fhir\+json/;
  await fc.assert(
    fc.asyncProperty(wildRequest, async ({ client, method, path: address, query: asked, headers: sent, body }) => {
      const carries = method !== "GET" && method !== "HEAD";
      const began_ms = performance.now();
      const init = { method, headers: { "Content-Type": "application/fhir+json", ...sent }, ...(carries && { body }) };
      const response = await started.ask(client, `${FHIR}${address}${asked === "" ? "" : `?${asked}`}`, init);
      const text = await response.text();
      expect(performance.now() - began_ms).toBeLessThan(DEADLINE_ms);
      expect(response.status).toBeLessThan(500);
      expect(response.status).toBeGreaterThanOrEqual(200);
      if (text === "") {
        expect(method === "HEAD" || [200, 201, 204, 304].includes(response.status)).toBe(true);
        return;
      }
      expect(response.headers.get("content-type")).toMatch(isJson);
      const { resourceType, issue } = JSON.parse(text);
      if (response.status >= 400) {
        expect(resourceType).toBe("OperationOutcome");
        expect(issue.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: REQUESTS, seed: SEED, endOnFailure: true },
  );
}, 3_600_000);
