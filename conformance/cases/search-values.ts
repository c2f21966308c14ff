import type { CaseContext, ConformanceCase } from "../case.ts";
import { hasStatus, idsOf, isOutcome, isSearchset, judge, matches, that } from "../checks.ts";
import { writing } from "./define.ts";
import { refusedByName, search } from "./samples.ts";
import { tryAll } from "./search-parameters.ts";

type Trial = readonly [parameter: string, value: string, finds: boolean];
type Members = Readonly<Record<string, unknown>>;

const LOINC = "http://loinc.org";
export const UCUM = "http://unitsofmeasure.org";
const ABSENT = { url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "unknown" };

/** A case that makes one resource and tries what finds it, each time joined with its _id. */
export function trials(
  id: string,
  rules: readonly [string, ...string[]],
  title: string,
  type: string,
  parameter: string,
  members: Members,
  make: readonly Trial[] | ((context: CaseContext) => readonly Trial[]),
): ConformanceCase {
  const needs = { interaction: "create,search-type", parameter };
  const run = async (context: CaseContext) => {
    const { id: made, resource } = await context.data.make(type, members);
    return tryAll(context, { id: made, resource }, typeof make === "function" ? make(context) : make);
  };
  return writing(id, rules, title, needs, run, [type]);
}

export function quantity(value: number) {
  return { valueQuantity: { value, unit: "milligram", system: UCUM, code: "mg" } };
}

/** Strings, tokens and marks on resources made for the purpose. */
export const SEARCH_TEXT_CASES: readonly ConformanceCase[] = [
  trials(
    "search-values/accents",
    ["STR-01"],
    "Müller is found by muller and by MÜL, Evelyn by eve; Severine is not found by eve.",
    "Patient",
    "family,given",
    { name: [{ family: "Müller", given: ["Evelyn"] }, { given: ["Severine"] }] },
    [
      ["family", "muller", true],
      ["family", "MÜL", true],
      ["given", "eve", true],
      ["given", "verine", false],
    ],
  ),
  trials(
    "search-values/punctuation",
    ["STR-02"],
    "O'Brien is found by obrien, de la Cruz with two spaces.",
    "Patient",
    "family",
    { name: [{ family: "O'Brien" }, { family: "de la Cruz" }] },
    [
      ["family", "obrien", true],
      ["family", "de  la  cruz", true],
    ],
  ),
  trials(
    "search-values/family-parts",
    ["STR-03"],
    "Carreno Quinones is found by Quinones.",
    "Patient",
    "family",
    { name: [{ family: "Carreno Quinones" }] },
    [
      ["family", "Quinones", true],
      ["family", "Carreno", true],
    ],
  ),
  trials(
    "search-values/name-and-address-parts",
    ["STR-04", "SP-05"],
    "name finds prefix, suffix and text, address line and postal code; neither finds use or period.",
    "Patient",
    "name,address",
    {
      name: [
        {
          use: "official",
          text: "Doctor Amina Okonjo",
          family: "Okonjo",
          prefix: ["Xanadu"],
          suffix: ["Yttrium"],
          period: { start: "2020" },
        },
      ],
      address: [{ use: "home", line: ["7 Larch Row"], city: "Leeds", postalCode: "LS1 1CC" }],
    },
    [
      ["name", "Xanadu", true],
      ["name", "Yttrium", true],
      ["name", "Doctor", true],
      ["name", "official", false],
      ["name", "2020", false],
      ["address", "7 Larch", true],
      ["address", "LS1", true],
      ["address", "home", false],
    ],
  ),
  trials(
    "search-values/any-path",
    ["SP-05"],
    "name finds a Patient by given name, by family name and by text.",
    "Patient",
    "name",
    { name: [{ text: "Zebulon the third", family: "Quillfeather", given: ["Ottoline"] }] },
    [
      ["name", "Quillf", true],
      ["name", "Ottol", true],
      ["name", "Zebulon", true],
      ["name", "nobody", false],
    ],
  ),
  trials(
    "search-values/contact-points",
    ["TOK-05"],
    "A telephone number and a boolean are found without a system.",
    "Patient",
    "phone,active",
    { active: true, telecom: [{ system: "phone", value: "01134960123", use: "home" }] },
    [
      ["phone", "01134960123", true],
      ["phone", "01134960124", false],
      ["active", "true", true],
      ["active", "false", false],
    ],
  ),
  trials(
    "search-values/codings",
    ["TOK-06"],
    "A code with two codings is found by each, and not by the code of one in the system of the other.",
    "Observation",
    "code",
    {
      code: {
        coding: [
          { system: LOINC, code: "8302-2" },
          { system: "https://example.org/kit", code: "height" },
        ],
      },
    },
    [
      ["code", `${LOINC}|8302-2`, true],
      ["code", "https://example.org/kit|height", true],
      ["code", `${LOINC}|height`, false],
      ["code", "height", true],
    ],
  ),
  trials(
    "search-values/without-system",
    ["TOK-03"],
    "A bar before a value finds the identifier that has no system, and not the same value with one.",
    "Organization",
    "identifier",
    { identifier: [{ value: "kit-bare" }, { system: "https://example.org/kit", value: "kit-named" }] },
    [
      ["identifier", "|kit-bare", true],
      ["identifier", "|kit-named", false],
      ["identifier", "kit-named", true],
      ["identifier", "https://example.org/kit|", true],
    ],
  ),
  trials(
    "search-values/text-of-code",
    ["MOD-07"],
    "code:text finds by the words of text and display.",
    "Observation",
    "code",
    { code: { text: "Headache in the morning", coding: [{ system: LOINC, code: "8302-2", display: "Cephalalgia" }] } },
    [
      ["code:text", "headache", true],
      ["code:text", "cephal", true],
      ["code:text", "stature", false],
    ],
  ),
  trials(
    "search-values/escapes",
    ["ESC-01", "ESC-02"],
    "A comma, a dollar, a bar and a backslash in a value are found with a backslash before each.",
    "Organization",
    "name",
    { name: "One, two $three |four \\five" },
    [
      ["name:exact", "One\\, two \\$three \\|four \\\\five", true],
      ["name", "One\\, two", true],
      ["name", "One\\, nobody", false],
    ],
  ),
  writing(
    "search-values/of-type",
    ["MOD-08"],
    ":of-type finds an identifier by type, code and value; with two parts it is 400.",
    { interaction: "create,search-type", parameter: "identifier" },
    async (context) => {
      const system = "http://terminology.hl7.org/CodeSystem/v2-0203";
      const value = context.data.unique();
      const identifier = [{ type: { coding: [{ system, code: "MR" }] }, system: context.data.marks.system, value }];
      const sample = await context.data.make("Patient", { identifier });
      const refused = refusedByName(
        await search(context, { "identifier:of-type": `${system}|MR|${value}` }),
        ":of-type",
      );
      if (refused !== undefined) return refused;
      const verdict = await tryAll(context, sample, [
        ["identifier:of-type", `${system}|MR|${value}`, true],
        ["identifier:of-type", `${system}|PPN|${value}`, false],
        ["identifier:of-type", `${system}|MR|kit-other`, false],
      ]);
      if (verdict.kind !== "pass") return verdict;
      const two = await search(context, { "identifier:of-type": `MR|${value}` });
      return judge(hasStatus(two, 400), isOutcome(two));
    },
    ["Patient"],
  ),
  writing(
    "search-values/case-of-codes",
    ["TOK-07", "SP-01"],
    "_id minds case; a code in the other case finds the same as itself, or nothing.",
    { interaction: "create,search-type", parameter: "identifier" },
    async (context) => {
      const value = `Kit-${context.data.unique()}`;
      const { id } = await context.data.make("Patient", { identifier: [{ system: context.data.marks.system, value }] });
      const other = await search(context, { identifier: `${context.data.marks.system}|${value.toUpperCase()}` });
      const upper = await search(context, { _id: id.toUpperCase() });
      const found = idsOf(matches(other)).filter((each) => each !== id);
      return judge(
        isSearchset(other),
        that(found.length === 0, "the one or none", found.join(), other),
        that(id === id.toUpperCase() || matches(upper).length === 0, "nothing by _id in capitals", "a match", upper),
      );
    },
    ["Patient"],
  ),
  writing(
    "search-values/marks",
    ["SP-03"],
    "_tag and _security find by system and code and by code alone, _profile by its whole address.",
    { interaction: "create,search-type" },
    async (context) => {
      const code = context.data.unique();
      const label = { system: "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", code: "R" };
      const profile = `http://hl7.org/fhir/StructureDefinition/${context.type}`;
      const meta = { tag: [{ system: "https://example.org/kit", code }], security: [label], profile: [profile] };
      const sample = await context.data.make(context.type, { meta });
      const tried: readonly Trial[] = [
        ["_tag", `https://example.org/kit|${code}`, true],
        ["_tag", code, true],
        ["_tag", `https://example.org/other|${code}`, false],
        ["_security", `${label.system}|R`, true],
        ["_security", `${label.system}|V`, false],
        ["_profile", profile, true],
        ["_profile", `${profile}-other`, false],
      ];
      const refused = refusedByName(await search(context, { _tag: code }, "handling=strict"), "_tag");
      return refused ?? tryAll(context, sample, tried);
    },
  ),
  writing(
    "search-values/missing-with-extension",
    ["MOD-03"],
    ":missing=true finds a resource whose element has an extension and no value.",
    { interaction: "create,search-type", parameter: "birthdate" },
    async (context) => {
      const sample = await context.data.make("Patient", { birthDate: undefined, _birthDate: { extension: [ABSENT] } });
      const refused = refusedByName(await search(context, { "birthdate:missing": "true", _id: sample.id }), ":missing");
      return (
        refused ??
        tryAll(context, sample, [
          ["birthdate:missing", "true", true],
          ["birthdate:missing", "false", false],
        ])
      );
    },
    ["Patient"],
  ),
  writing(
    "search-values/not-without-value",
    ["MOD-06"],
    ":not finds a resource without the element, and not one of whose two codes matches.",
    { interaction: "create,search-type", parameter: "gender" },
    async (context) => {
      const sample = await context.data.make("Patient", { gender: undefined });
      const refused = refusedByName(await search(context, { "gender:not": "male", _id: sample.id }), ":not");
      return refused ?? tryAll(context, sample, [["gender:not", "male", true]]);
    },
    ["Patient"],
  ),
];
