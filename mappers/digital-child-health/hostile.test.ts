import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { createFixtureContext } from "../fixture-context.ts";
import { digitalChildHealth } from "./mapper.ts";

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
/** One message of each kind of content. */
const fixtures = [
  "additional-demographics",
  "assessment-scales-of-two-months",
  "birth-details",
  "blood-spot-test-outcome",
  "delete-takes-all-back",
  "developmental-skills",
  "educational-history",
  "every-element",
  "newborn-examination-one-code-for-two-parts",
  "observations",
  "observations-of-every-type",
].map((name) => ({
  name,
  text: JSON.stringify(JSON.parse(readFileSync(`${folder}${name}.json`, "utf8")).message),
}));
const context = {
  ...createFixtureContext("leeds-dch"),
  id: (slot: string) => createHash("sha256").update(slot).digest("hex").slice(0, 32),
};
const SECRET = "unheardof 9990034028";

type Place = readonly [holder: Record<string, unknown> | unknown[], key: string | number];

/** Every place of a value below another. */
function placesOf(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [[holder, key] as const, ...placesOf(holder[key])]);
}

/** What is wrong with what a message gives: nothing, whether it is refused or mapped. */
function faultsOf(message: unknown): readonly string[] {
  const parsed = digitalChildHealth.parse(message);
  if (!parsed.ok) {
    const isTold =
      parsed.issues.length > 0 && parsed.issues.every(({ field, message: said }) => field !== "" && said !== "");
    return [...(isTold ? [] : ["refused without a reason"]), ...secretsIn(parsed.issues)];
  }
  const mapped = digitalChildHealth.map(parsed.record, context);
  const ids = mapped.made.map(({ slot }) => slot);
  const resources = [mapped.patient, ...mapped.organizations, ...mapped.made.map(({ resource }) => resource)];
  return [
    ...(new Set(ids).size === ids.length ? [] : ["two resources in one slot"]),
    ...(digitalChildHealth.recordId(parsed.record) === "" ? ["a record without a name"] : []),
    ...resources
      .filter((resource) => resource !== undefined)
      .flatMap((resource) => [...validateBase(resource), ...validateProfiles(resource)])
      .map(({ expression, message: said }) => `${expression}: ${said}`),
    ...secretsIn([parsed.warnings, mapped.notCarried]),
  ];
}

function secretsIn(told: unknown): readonly string[] {
  return JSON.stringify(told).includes("unheardof") ? ["repeats what came"] : [];
}

const REPLACEMENTS: readonly (readonly [string, unknown])[] = [
  ["a text", SECRET],
  ["a number", 7],
  ["a fraction", -0.5],
  ["a flag", true],
  ["nothing", null],
  ["an empty text", ""],
  ["blanks", "  "],
  ["an object", { [SECRET]: SECRET }],
  ["an empty object", {}],
  ["a list", [SECRET, SECRET]],
  ["an empty list", []],
  ["a list of lists", [[[SECRET]]]],
  ["a list of nothing", [null]],
];

describe.each(fixtures)("of the message $name", ({ text }) => {
  const count = placesOf(JSON.parse(text)).length;

  test("any element can be missing, or be doubled", () => {
    for (let index = 0; index < count; index++) {
      const without: unknown = JSON.parse(text);
      const [holder, key] = placesOf(without)[index] ?? [[], 0];
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      expect(faultsOf(without), `without ${key} at ${index}`).toEqual([]);
      const doubled: unknown = JSON.parse(text);
      const [twice, name] = placesOf(doubled)[index] ?? [[], 0];
      if (Array.isArray(twice)) twice.push(structuredClone(twice[Number(name)]));
      else twice[name] = [structuredClone(twice[name]), structuredClone(twice[name])];
      expect(faultsOf(doubled), `twice ${name} at ${index}`).toEqual([]);
    }
  });

  test.each(REPLACEMENTS)("any element can be %s", (_, value) => {
    for (let index = 0; index < count; index++) {
      const message: unknown = JSON.parse(text);
      const [holder, key] = placesOf(message)[index] ?? [[], 0];
      Object.assign(holder, { [key]: value });
      expect(faultsOf(message), `${key} at ${index}`).toEqual([]);
    }
  });
});

test("ten thousand entries are read in one go, and none takes the name of another", () => {
  const found = fixtures.find(({ name }) => name === "observations");
  const message = JSON.parse(found?.text ?? "{}");
  const [entry] = message.entry.slice(4);
  const related = [{ type: "has-member", target: { reference: "Observation/last" } }];
  const code = { text: "Group" };
  message.entry.push(...Array.from({ length: 10_000 }, () => ({ resource: { ...entry.resource, code, related } })), {
    resource: { ...entry.resource, id: "last" },
  });
  expect(faultsOf(message)).toEqual([]);
});
