import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import { LIMITS } from "../limits.ts";
import { parseJson, parseResource } from "./parse-resource.ts";

const OBSERVATION = `{
  "resourceType": "Observation",
  "status": "final",
  "code": { "text": "Weight" },
  "component": [
    { "code": { "text": "a" } },
    { "code": { "text": "b" }, "valueQuantity": { "value": 1.00, "unit": "kg" } }
  ]
}`;

function issuesOf(text: string, type?: string) {
  const parsed = parseResource(text, type);
  return parsed.ok ? [] : parsed.issues;
}

describe("parseJson", () => {
  const malformed: [string, string, number, number, RegExp][] = [
    ["nothing", "", 1, 1, /ends where a value/],
    ["words", "not json", 1, 1, /expected a value/],
    ["a comma too many", '{\n  "a": 1,\n}', 3, 1, /property name/],
    ["a property that stands twice", '{"a":1,\n "\\u0061":2}', 2, 2, /twice/],
    ["a property that stands twice further in", '{"a":[{"b":{"c":1,"c":{}}}]}', 1, 19, /twice/],
    ["a property __proto__", '{"__proto__":{}}', 1, 2, /__proto__/],
    ["a property __proto__ in escapes", '{"\\u005f_proto__":{}}', 1, 2, /__proto__/],
    ["half of a character", '{"a":"\\ud83d"}', 1, 6, /half/],
    ["the halves of a character in wrong order", '["\\ude00\\ud83d"]', 1, 2, /half/],
    ["a raw half of a character", '["\ud83d"]', 1, 2, /half/],
    ["a byte order mark", "\ufeff{}", 1, 1, /byte order mark/],
    ["text that follows", '{"a":1}{', 1, 8, /follows/],
    ["a raw control character", '{"a":"\t"}', 1, 6, /string/],
    ["a leading zero", "[01]", 1, 3, /comma/],
    ["a comment", "[1, // one\n 2]", 1, 5, /value/],
    ["nesting too deep", "[".repeat(40) + "]".repeat(40), 1, LIMITS.json_depth_max + 1, /deeper/],
    ["very deep nesting", "[".repeat(500_000) + "]".repeat(500_000), 1, LIMITS.json_depth_max + 1, /deeper/],
  ];
  test.each(malformed)("refuses %s with line and column", (_, text, line, column, reason) => {
    expect(parseJson(text)).toEqual({
      ok: false,
      issues: [{ kind: "malformed-json", line, column, reason: expect.stringMatching(reason) }],
    });
  });

  test.each([
    "null",
    '"\\ud83d\\ude00 \\"{:}\\\\"',
    '[{"a:b":"c:d","e":"\\\\\\""},1e2,-0,[]]',
    "[".repeat(LIMITS.json_depth_max) + "]".repeat(LIMITS.json_depth_max),
  ])("takes %s", (text) => {
    expect(parseJson(text)).toMatchObject({ ok: true, value: JSON.parse(text) });
  });

  test.each(["1.00", "1e2", "-0", "-0.0", "0.10", "1E-7", "12345678901234567890", "3.14159265358979323846"])(
    "keeps the digits of %s",
    (number) => {
      const text = `{"a":[${number},{"b":${number}}],"c":1.5}`;
      const parsed = parseJson(text);
      expect(parsed.ok && JSON.stringify(parsed.lossless)).toBe(text);
      expect(parsed.ok && parsed.value).toEqual(JSON.parse(text));
    },
  );
});

describe("parseJson over generated texts", () => {
  test("gives what JSON.parse gives, and the same text back", () => {
    const values = fc.jsonValue({ maxDepth: 6 }).filter((value) => !JSON.stringify(value).includes("__proto__"));
    fc.assert(
      fc.property(values, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const parsed = parseJson(text);
        expect(parsed).toMatchObject({ ok: true });
        expect(parsed.ok && parsed.value).toEqual(JSON.parse(text));
        expect(parsed.ok && JSON.stringify(parsed.lossless, null, indent)).toBe(text);
      }),
    );
  });

  test("takes nothing that JSON.parse refuses, and names a place within the text", () => {
    const pieces = ['"a"', '"a":', "{", "}", "[", "]", ",", "1", "-", "0", ".5", "e9", "null", " ", "\n", '"\\u', '"'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const parsed = parseJson(text);
        if (parsed.ok) {
          expect(JSON.parse(text)).toEqual(parsed.value);
          return;
        }
        const [issue] = parsed.issues;
        if (issue?.kind !== "malformed-json") throw new Error("another issue");
        const line = text.split("\n")[issue.line - 1] ?? "";
        expect(issue.column).toBeGreaterThan(0);
        expect(issue.column).toBeLessThanOrEqual(line.length + 1);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("parseResource", () => {
  test("gives the resource, and a tree that keeps its digits", () => {
    const parsed = parseResource(OBSERVATION, "Observation");
    expect(parsed).toMatchObject({ ok: true, resource: { resourceType: "Observation", status: "final" } });
    expect(parsed.ok && JSON.stringify(parsed.lossless)).toBe(OBSERVATION.replace(/(?<![A-Za-z])\s+/g, ""));
  });

  const base: [string, (text: string) => string, string, number, number][] = [
    ["an unknown element", (text) => text.replace('"unit"', '"units"'), "Observation.component[1].value.units", 7, 66],
    [
      "a missing element",
      (text) => text.replace('"code": { "text": "a" }', '"valueString": "a"'),
      "Observation.component[0].code",
      6,
      5,
    ],
    ["a code outside its binding", (text) => text.replace("final", "done"), "Observation.status", 3, 3],
    [
      "an empty array",
      (text) => text.replace('{ "text": "Weight" }', '{ "coding": [] }'),
      "Observation.code.coding",
      4,
      13,
    ],
    [
      "an item of the wrong type",
      (text) => text.replace('{ "code": { "text": "a" } }', "7"),
      "Observation.component[0]",
      6,
      5,
    ],
  ];
  test("refuses a flaw in a contained resource of a type that is not served", () => {
    const device = '{"resourceType":"Device","id":"d","status":"lost"}';
    const text = `{"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[${device}],"device":{"reference":"#d"}}`;
    expect(issuesOf(text)).toMatchObject([
      { against: "base", flaw: { expression: "Observation.contained[0].status" } },
    ]);
    expect(issuesOf(text.replace("lost", "active"))).toEqual([]);
  });

  test.each(base)("refuses %s by its expression, line and column", (_, change, expression, line, column) => {
    const issues = issuesOf(change(OBSERVATION));
    expect(issues).toMatchObject([{ kind: "invalid-resource", against: "base", flaw: { expression, line, column } }]);
  });

  test.each(["1.0", "1e2", "-0"])("refuses %s for a whole number, and takes it for a decimal", (number) => {
    const patient = `{"resourceType":"Patient","multipleBirthInteger":${number}}`;
    const extension = `[{"url":"urn:a","valueDecimal":${number}}]`;
    expect(issuesOf(patient)).toMatchObject([{ against: "base", flaw: { expression: "Patient.multipleBirth" } }]);
    expect(issuesOf(`{"resourceType":"Patient","extension":${extension}}`)).toEqual([]);
  });

  test("refuses a resource of another type than the address names", () => {
    expect(issuesOf(OBSERVATION, "Patient")).toMatchObject([
      { kind: "invalid-resource", against: "base", flaw: { expression: "resourceType", line: 2, column: 3 } },
    ]);
  });

  test("refuses what breaks a claimed profile as a broken rule", () => {
    const profile = canonical("StructureDefinition", "good-level-of-development");
    const issues = issuesOf(OBSERVATION.replace('"status"', `"meta": { "profile": ["${profile}"] },\n  "status"`));
    expect(issues.length).toBeGreaterThan(1);
    for (const issue of issues) expect(issue).toMatchObject({ kind: "invalid-resource", against: "rule" });
  });

  test.each(["null", "[]", "7", '"Patient"', "{}", '{"resourceType":null}', '{"resourceType":"Nothing"}'])(
    "refuses %s, which is no resource",
    (text) => {
      expect(issuesOf(text)).toMatchObject([{ kind: "invalid-resource", against: "base" }]);
    },
  );

  test("tells of a hundred flaws at most", () => {
    const text = `{"resourceType":"Patient","name":[${Array(500).fill('{"family":1}').join(",")}]}`;
    expect(issuesOf(text)).toHaveLength(100);
  });
});
