import { describe, expect, test } from "vitest";
import type { Scope } from "./requester.ts";
import { formatScope, hasIngestScope, hasOversightScope, hasReviewScope, hasScope, parseScope } from "./scope.ts";
import { intersectScopes } from "./scope-intersection.ts";

function scopes(text: string): readonly Scope[] {
  return text.split(" ").flatMap((word) => {
    const parsed = parseScope(word);
    return parsed.ok ? [parsed.scope] : [];
  });
}

test.each([
  { text: "system/Observation.rs", as: "system/Observation.rs" },
  { text: "system/*.cruds", as: "system/*.cruds" },
  { text: "system/Patient.r", as: "system/Patient.r" },
  { text: "system/Patient.read", as: "system/Patient.rs" },
  { text: "system/Patient.write", as: "system/Patient.cud" },
  { text: "system/*.*", as: "system/*.cruds" },
  { text: "ingest/leeds-eyfsp", as: "ingest/leeds-eyfsp" },
  { text: "identity/review", as: "identity/review" },
  { text: "oversight/decide", as: "oversight/decide" },
  { text: "oversight/break-glass", as: "oversight/break-glass" },
  { text: "system/Observation.rs?category=survey", as: "system/Observation.rs?category=survey" },
  { text: "system/Observation.read?category=survey", as: "system/Observation.rs?category=survey" },
  {
    text: "system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|survey",
    as: "system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|survey",
  },
  {
    text: "system/Observation.r?category=survey,exam&date=ge2024",
    as: "system/Observation.r?category=survey,exam&date=ge2024",
  },
])("$text is read as $as", ({ text, as }) => {
  expect(scopes(text).map(formatScope)).toEqual([as]);
});

test.each([
  { text: "system/Observation.sr", reason: "interactions" },
  { text: "system/Observation.rrs", reason: "interactions" },
  { text: "system/Observation.", reason: "interactions" },
  { text: "system/Observation.rx", reason: "interactions" },
  { text: "system/Observation", reason: "type" },
  { text: "system/observation.rs", reason: "type" },
  { text: "system/.rs", reason: "type" },
  { text: "system/**.rs", reason: "type" },
  { text: "system/Observation.sr?category=survey", reason: "interactions" },
  { text: "system/*.rs?_lastUpdated=ge2024", reason: "parameters-type" },
  { text: "system/AuditEvent.rs?type=rest", reason: "parameters-type" },
  { text: "system/ValueSet.rs?status=active", reason: "parameters-type" },
  { text: "system/Observation.rs?", reason: "parameters" },
  { text: "system/Observation.rs?category", reason: "parameters" },
  { text: "system/Observation.rs?category=", reason: "parameters" },
  { text: "system/Observation.rs?category=,", reason: "parameters" },
  { text: "system/Observation.rs?category=survey&", reason: "parameters" },
  { text: "system/Observation.rs?categori=survey", reason: "parameters" },
  { text: "system/Observation.rs?constructor=survey", reason: "parameters" },
  { text: "system/Observation.rs?category:not=survey", reason: "parameters" },
  { text: "system/Observation.rs?category%3Anot=survey", reason: "parameters" },
  { text: "system/Observation.rs?category:in=http://a.example/v", reason: "parameters" },
  { text: "system/Observation.rs?subject.name=x", reason: "parameters" },
  { text: "system/Patient.rs?_has:Observation:patient:code=x", reason: "parameters" },
  { text: "system/Observation.rs?_include=Observation:subject", reason: "parameters" },
  { text: "system/Observation.rs?_count=1", reason: "parameters" },
  { text: "system/Observation.rs?_filter=x", reason: "parameters" },
  { text: 'system/Observation.rs?category="survey"', reason: "parameters" },
  { text: `system/Observation.rs?${"date=ge2024&".repeat(10)}date=ge2024`, reason: "parameters" },
  { text: `system/Observation.rs?category=${"x".repeat(1_000)}`, reason: "parameters" },
  { text: "oversight/", reason: "right" },
  { text: "oversight/*", reason: "right" },
  { text: "patient/Observation.rs", reason: "context" },
  { text: "user/*.rs", reason: "context" },
  { text: "openid", reason: "context" },
  { text: "", reason: "context" },
  { text: "System/Observation.rs", reason: "context" },
  { text: "ingest/", reason: "source" },
  { text: "ingest/*", reason: "source" },
  { text: "ingest/Leeds", reason: "source" },
  { text: "identity/*", reason: "right" },
  { text: "identity/", reason: "right" },
])("'$text' is refused for its $reason", ({ text, reason }) => {
  expect(parseScope(text)).toEqual({ ok: false, reason });
});

describe("what is granted is what is both asked for and registered", () => {
  test.each([
    { asked: "system/Observation.rs", registered: "system/*.rs", granted: "system/Observation.rs" },
    {
      asked: "system/*.rs",
      registered: "system/Observation.rs system/Patient.r",
      granted: "system/Observation.rs system/Patient.r",
    },
    { asked: "system/Observation.cruds", registered: "system/Observation.rs", granted: "system/Observation.rs" },
    { asked: "system/Observation.s", registered: "system/Observation.rs", granted: "system/Observation.s" },
    { asked: "system/Observation.c", registered: "system/Observation.rs", granted: "" },
    { asked: "system/Patient.rs", registered: "system/Observation.rs", granted: "" },
    {
      asked: "system/*.r system/Observation.rs",
      registered: "system/*.cruds",
      granted: "system/*.r system/Observation.rs",
    },
    { asked: "system/*.rs system/Observation.r", registered: "system/*.cruds", granted: "system/*.rs" },
    { asked: "system/Observation.s system/Observation.r", registered: "system/*.rs", granted: "system/Observation.rs" },
    { asked: "ingest/leeds-ctf", registered: "ingest/leeds-ctf ingest/leeds-dch", granted: "ingest/leeds-ctf" },
    { asked: "ingest/wirral-ctf", registered: "ingest/leeds-ctf system/*.rs", granted: "" },
    { asked: "system/*.rs ingest/leeds-ctf", registered: "ingest/leeds-ctf", granted: "ingest/leeds-ctf" },
    { asked: "identity/review system/*.r", registered: "identity/review", granted: "identity/review" },
    { asked: "identity/review", registered: "system/*.cruds ingest/leeds-ctf", granted: "" },
    { asked: "oversight/decide", registered: "oversight/decide identity/review", granted: "oversight/decide" },
    { asked: "oversight/decide", registered: "oversight/break-glass", granted: "" },
    {
      asked: "system/Observation.rs",
      registered: "system/Observation.rs?category=survey",
      granted: "system/Observation.rs?category=survey",
    },
    { asked: "system/*.rs", registered: "system/Observation.r?code=a", granted: "system/Observation.r?code=a" },
    {
      asked: "system/Observation.rs?category=survey",
      registered: "system/*.cruds",
      granted: "system/Observation.rs?category=survey",
    },
    {
      asked: "system/Observation.rs?category=survey",
      registered: "system/Observation.rs?date=ge2024",
      granted: "system/Observation.rs?category=survey&date=ge2024",
    },
    {
      asked: "system/Observation.rs?category=survey",
      registered: "system/Observation.rs?category=survey",
      granted: "system/Observation.rs?category=survey",
    },
    {
      asked: "system/Observation.rs?category=survey",
      registered: "system/Observation.rs?category=exam",
      granted: "system/Observation.rs?category=survey&category=exam",
    },
    {
      asked: "system/Observation.rs",
      registered: "system/Observation.r?code=a system/Observation.s?code=a system/Observation.rs?code=b",
      granted: "system/Observation.rs?code=a system/Observation.rs?code=b",
    },
    {
      asked: "system/Observation.rs?code=a&date=ge2024 system/Observation.rs?date=ge2024&code=a",
      registered: "system/*.rs",
      granted: "system/Observation.rs?code=a&date=ge2024",
    },
    {
      asked: "system/Observation.rs?code=a system/Observation.r",
      registered: "system/*.rs",
      granted: "system/Observation.rs?code=a system/Observation.r",
    },
    {
      asked: "system/Observation.rs?code=a system/Observation.rs",
      registered: "system/*.rs",
      granted: "system/Observation.rs",
    },
    {
      asked: "system/Observation.rs?code=a&date=ge2024 system/Observation.rs?code=a",
      registered: "system/*.rs",
      granted: "system/Observation.rs?code=a",
    },
    { asked: "system/Patient.rs?gender=male", registered: "system/Observation.rs", granted: "" },
  ])("'$asked' of '$registered' gives '$granted'", ({ asked, registered, granted }) => {
    expect(intersectScopes(scopes(asked), scopes(registered)).map(formatScope).join(" ")).toBe(granted);
  });

  test("asking for more never gives less, and never more than is registered", () => {
    const words = [
      "system/*.r",
      "system/Patient.rs",
      "system/Observation.cs",
      "system/Observation.rs?code=a",
      "system/*.s",
      "ingest/leeds-ctf",
    ];
    const registered = scopes("system/Patient.cruds?gender=male system/Observation.rs ingest/leeds-ctf");
    for (let bits = 0; bits < 2 ** words.length; bits += 1) {
      const some = words.filter((_, index) => (bits >> index) % 2 === 1);
      const fewer = intersectScopes(scopes(some.join(" ")), registered);
      const more = intersectScopes(scopes(words.join(" ")), registered);
      expect(intersectScopes(fewer, more)).toEqual(fewer);
      expect(intersectScopes(fewer, registered)).toEqual(fewer);
    }
  });
});

test.each([
  { held: "system/*.rs", type: "Observation", interaction: "s", has: true },
  { held: "system/Patient.rs", type: "Observation", interaction: "s", has: false },
  { held: "system/Observation.r", type: "Observation", interaction: "s", has: false },
  { held: "ingest/leeds-ctf", type: "Observation", interaction: "r", has: false },
])("$held allows $interaction on $type: $has", ({ held, type, interaction, has }) => {
  expect(hasScope(scopes(held), type, interaction)).toBe(has);
});

test("only the named source may be sent for", () => {
  expect(hasIngestScope(scopes("ingest/leeds-ctf system/*.cruds"), "leeds-ctf")).toBe(true);
  expect(hasIngestScope(scopes("ingest/leeds-ctf system/*.cruds"), "leeds-dch")).toBe(false);
});

test.each([
  { held: "identity/review", has: true },
  { held: "system/*.cruds ingest/leeds-ctf", has: false },
])("$held allows a steward's work: $has", ({ held, has }) => {
  expect(hasReviewScope(scopes(held))).toBe(has);
});

test.each([
  { held: "oversight/decide", right: "decide", has: true },
  { held: "oversight/decide", right: "break-glass", has: false },
  { held: "system/*.cruds identity/review", right: "decide", has: false },
] as const)("$held allows $right of oversight: $has", ({ held, right, has }) => {
  expect(hasOversightScope(scopes(held), right)).toBe(has);
});
