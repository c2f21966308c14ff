import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Consent } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { hasFieldTable } from "../field-table.ts";
import { createFixtureContext } from "../fixture-context.ts";
import { unexplained, unusedRows } from "../lineage.ts";
import type { FieldIssue, Mapped, SourceIdentity } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { digitalChildHealth } from "./mapper.ts";
import { SECTIONS } from "./sections.ts";

interface Golden {
  readonly message: unknown;
  readonly issues?: readonly FieldIssue[];
  readonly warnings?: readonly FieldIssue[];
  readonly recordId?: string;
  readonly identity?: SourceIdentity;
  readonly mapped?: Mapped;
}

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
const goldens: readonly (readonly [string, Golden])[] = readdirSync(folder).map((file) => [
  file.replace(/\.json$/, ""),
  JSON.parse(readFileSync(folder + file, "utf8")),
]);
const context = createFixtureContext("leeds-dch");

function goldenOf(name: string): Golden {
  const found = goldens.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1];
}

function read(message: unknown): Omit<Golden, "message"> {
  const parsed = digitalChildHealth.parse(message);
  if (!parsed.ok) return { issues: parsed.issues };
  const { record, warnings } = parsed;
  return {
    recordId: digitalChildHealth.recordId(record),
    identity: digitalChildHealth.identity(record),
    warnings,
    mapped: JSON.parse(JSON.stringify(digitalChildHealth.map(record, context))),
  };
}

function consentOf(name: string): Consent | undefined {
  const resources = goldenOf(name).mapped?.made.map(({ resource }) => resource) ?? [];
  return resources.find((resource) => resource.resourceType === "Consent");
}

test.each(goldens)("%s is read and mapped as its golden file says", (_name, { message, ...expected }) => {
  expect(read(message)).toEqual(expected);
});

test("every resource of the golden files is valid R4 and follows those of our profiles that it claims", () => {
  const resources = goldens.flatMap(([, { mapped }]) => [
    ...(mapped?.made.map(({ resource }) => resource) ?? []),
    ...(mapped?.organizations ?? []),
    ...(mapped?.patient === undefined ? [] : [mapped.patient]),
  ]);
  expect(resources.length).toBeGreaterThan(20);
  expect(resources.flatMap((resource) => [...validateBase(resource), ...validateProfiles(resource)])).toEqual([]);
});

describe("the table of fields", () => {
  test("stands in the README as it is in the code", () => {
    expect(hasFieldTable(readFileSync(new URL("./README.md", import.meta.url), "utf8"), FIELDS)).toBe(true);
  });

  const { mapped, message } = goldenOf("every-element");

  test("explains every element that any golden file makes, and has no row that explains none", () => {
    const made = goldens.flatMap(([, golden]) => (golden.mapped === undefined ? [] : [golden.mapped]));
    expect(made.flatMap((one) => unexplained(digitalChildHealth, one))).toEqual([]);
    expect(unusedRows(digitalChildHealth, made)).toEqual([]);
  });

  test.each(FIELDS.filter(({ to, droppedAtDoor }) => to === undefined && droppedAtDoor !== true))(
    "$field is named as not carried when it has a value",
    ({ field }) => {
      expect(goldens.flatMap(([, golden]) => golden.mapped?.notCarried ?? [])).toContainEqual(
        expect.stringMatching(new RegExp(`^${field}($|\\.)`)),
      );
    },
  );

  test("what no row knows is named as it comes", () => {
    expect(mapped?.notCarried).toEqual(
      expect.arrayContaining([
        "Encounter.period.end",
        "QuestionnaireResponse.item.favouriteToy",
        // Identifiers and addresses of which only one kind is carried.
        "Patient.identifier",
        "Patient.address",
      ]),
    );
  });

  test("no value of the message stands in what is named", () => {
    const named = JSON.stringify(mapped?.notCarried);
    expect(JSON.stringify(message)).toContain("07700 900000");
    expect(named).not.toMatch(/07700|H-1|Example Row|red bus/);
  });
});

test("a property that is no FHIR element is named without being repeated", () => {
  const message = JSON.parse(JSON.stringify(goldenOf("parental-consent-obtained").message));
  message.entry[3].resource["9990034028 Adeyemi"] = "x";
  message.entry.push({ resource: { resourceType: "Adeyemi 9990034028", status: "x" } });
  const { mapped } = read(message);
  expect(mapped?.notCarried).toContain("an element that FHIR does not have");
  expect(JSON.stringify(mapped?.notCarried)).not.toMatch(/9990034028|Adeyemi/);
});

test("every text section of the questionnaire has its own Observation", () => {
  const slots = goldenOf("every-element").mapped?.made.map(({ slot }) => slot);
  expect(slots).toEqual([...SECTIONS.map(({ linkId }) => linkId), "parentalConsent"]);
});

test("consent that was not obtained denies exactly the Observations of the review", () => {
  const provision = consentOf("parental-consent-not-obtained")?.provision;
  expect(provision?.data).toBeUndefined();
  expect(provision?.provision).toEqual([
    {
      type: "deny",
      data: [
        { meaning: "instance", reference: { reference: "Observation/communicationAndLanguage" } },
        { meaning: "instance", reference: { reference: "Observation/areasOfConcern" } },
      ],
    },
  ]);
});

test("a denial outlives a review that was entered in error, and an agreement does not", () => {
  expect(consentOf("entered-in-error-without-consent")?.status).toBe("active");
  expect(consentOf("entered-in-error")?.status).toBe("entered-in-error");
});

test("no Consent is made where no answer was given, or where it would deny everything", () => {
  expect(consentOf("parental-consent-not-answered")).toBeUndefined();
  expect(consentOf("consent-but-no-section-answered")).toBeUndefined();
});

test("a deletion addresses the review that the first message made", () => {
  const { recordId, mapped } = goldenOf("delete-takes-all-back");
  expect(recordId).toBe(goldenOf("parental-consent-obtained").recordId);
  expect(mapped).toMatchObject({ made: [], organizations: [], relationships: [], notCarried: [], withdraws: true });
});

test.each([
  null,
  7,
  "text",
  [],
  {},
  { resourceType: "Bundle" },
  { resourceType: "Bundle", type: "message", entry: [{}] },
])("%j is refused and not thrown at", (raw) => {
  expect(digitalChildHealth.parse(raw).ok).toBe(false);
});

test("no message about a bad document repeats what stood in it", () => {
  const scrambled = JSON.parse(JSON.stringify(goldenOf("every-element").message), (key, value) =>
    typeof value === "string" && !/^(resourceType|url|system|reference|fullUrl|linkId|code|type)$/.test(key)
      ? `Zq ${key} unheardof`
      : value,
  );
  const parsed = digitalChildHealth.parse(scrambled);
  expect(parsed.ok ? 0 : parsed.issues.length).toBeGreaterThan(3);
  expect(JSON.stringify(parsed)).not.toContain("unheardof");
});

test.each<[string, unknown]>([
  ["an entry that is no list", { resourceType: "Bundle", entry: { resource: { code: "886941000000103" } } }],
  ["the bundle itself", { resourceType: "Bundle", entry: [], signature: { who: " 1064461000000103" } }],
])("a safeguarding code in %s leaves nothing to be kept", (_, raw) => {
  expect(digitalChildHealth.withhold?.(raw)).toEqual({
    kept: { resourceType: "Bundle" },
    dropped: ["any resource with a safeguarding code"],
  });
});
