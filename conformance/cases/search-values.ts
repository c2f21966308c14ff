import type { CaseContext, ConformanceCase } from "../case.ts";
import { hasStatus, idsOf, isOutcome, isSearchset, judge, matches, that } from "../checks.ts";
import { writing } from "./define.ts";
import { refusedByName, search } from "./samples.ts";
import { tryAll } from "./search-parameters.ts";

type Trial = readonly [parameter: string, value: string, finds: boolean];
type Members = Readonly<Record<string, unknown>>;

const LOINC = "http://loinc.org";
const UCUM = "http://unitsofmeasure.org";
const ABSENT = { url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "unknown" };

/** A case that makes one resource and tries what finds it, each time joined with its _id. */
function trials(
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

function quantity(value: number) {
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

/** Numbers and dates on resources made for the purpose. */
export const SEARCH_RANGE_CASES: readonly ConformanceCase[] = [
  trials(
    "search-values/significant-digits",
    ["NUM-01", "PFX-02"],
    "100 finds 99.6 and 100.4 but not 100.6; 1e2 finds 96 and not 94; 100.0 does not find 100.4.",
    "Observation",
    "value-quantity",
    quantity(100.4),
    [
      ["value-quantity", "100", true],
      ["value-quantity", "100.4", true],
      ["value-quantity", "100.0", false],
      ["value-quantity", "1e2", true],
      ["value-quantity", "101", false],
      ["value-quantity", "99", false],
    ],
  ),
  trials(
    "search-values/exact-with-prefix",
    ["NUM-02", "PFX-01"],
    "With gt, lt, ge, le, sa and eb the number written is exact.",
    "Observation",
    "value-quantity",
    quantity(5.4),
    [
      ["value-quantity", "gt5.39", true],
      ["value-quantity", "gt5.4", false],
      ["value-quantity", "ge5.4", true],
      ["value-quantity", "lt5.41", true],
      ["value-quantity", "lt5.4", false],
      ["value-quantity", "le5.4", true],
      ["value-quantity", "sa5.3", true],
      ["value-quantity", "eb5.3", false],
      ["value-quantity", "ne5.4", false],
      ["value-quantity", "ne7", true],
      ["value-quantity", "ap5.4", true],
    ],
  ),
  trials(
    "search-values/exponents",
    ["NUM-03"],
    "5.4e-3 and 5.40E-3 find 0.0054.",
    "Observation",
    "value-quantity",
    quantity(0.0054),
    [
      ["value-quantity", "5.4e-3", true],
      ["value-quantity", "5.40E-3", true],
      ["value-quantity", "5.4e-2", false],
    ],
  ),
  trials(
    "search-values/quantity-forms",
    ["QTY-01"],
    "A quantity is found by number, system and code, by number and unit, and by number alone.",
    "Observation",
    "value-quantity",
    quantity(5.4),
    [
      ["value-quantity", `5.4|${UCUM}|mg`, true],
      ["value-quantity", "5.4||mg", true],
      ["value-quantity", "5.4", true],
      ["value-quantity", `5.4|${UCUM}|kg`, false],
    ],
  ),
  trials(
    "search-values/quantity-units",
    ["QTY-02"],
    "Without a system the printed unit finds as the code does; with one the code alone.",
    "Observation",
    "value-quantity",
    quantity(5.4),
    [
      ["value-quantity", "5.4||milligram", true],
      ["value-quantity", "5.4||mg", true],
      ["value-quantity", `5.4|${UCUM}|milligram`, false],
      ["value-quantity", "5.4|https://example.org/units|mg", false],
    ],
  ),
  writing(
    "search-values/quantity-conversion",
    ["QTY-03"],
    "0.0054 g finds 5.4 mg, or nothing: either is allowed, and never an error.",
    { interaction: "create,search-type", parameter: "value-quantity" },
    async (context) => {
      const { id } = await context.data.make("Observation", quantity(5.4));
      const answer = await search(context, { _id: id, "value-quantity": `0.0054|${UCUM}|g` });
      return judge(isSearchset(answer));
    },
    ["Observation"],
  ),
  trials(
    "search-values/open-periods",
    ["DATE-04"],
    "A period without an end is found by any later date with ge, and by no earlier one with le.",
    "Observation",
    "date",
    { effectiveDateTime: undefined, effectivePeriod: { start: "2020-03-01" } },
    [
      ["date", "ge2999", true],
      ["date", "gt2999", true],
      ["date", "le2020-02", false],
      ["date", "lt2020-02", false],
      ["date", "sa2020-02", true],
      ["date", "eb2999", false],
    ],
  ),
  trials(
    "search-values/open-starts",
    ["DATE-04"],
    "A period without a start is found by any earlier date with le.",
    "Observation",
    "date",
    { effectiveDateTime: undefined, effectivePeriod: { end: "2020-03-01" } },
    [
      ["date", "le1900", true],
      ["date", "lt1900", true],
      ["date", "ge2020-04", false],
      ["date", "eb2020-04", true],
      ["date", "sa1900", false],
    ],
  ),
  trials(
    "search-values/timings",
    ["DATE-07"],
    "Of a timing with two events only the first and the last moment count.",
    "Observation",
    "date",
    { effectiveDateTime: undefined, effectiveTiming: { event: ["2020-01-10", "2020-03-10"] } },
    [
      ["date", "2020", true],
      ["date", "2020-01", false],
      ["date", "sa2020-01-20", false],
      ["date", "sa2019-12", true],
      ["date", "eb2020-04", true],
      ["date", "eb2020-02", false],
    ],
  ),
  trials(
    "search-values/partial-dates",
    ["PFX-02", "PFX-04"],
    "A birth date of a year is not found by a month of it; the year, and ge of a month of it, find it.",
    "Patient",
    "birthdate",
    { birthDate: "2000" },
    [
      ["birthdate", "2000-03", false],
      ["birthdate", "2000", true],
      ["birthdate", "ge2000-03", true],
      ["birthdate", "le2000-03", true],
      ["birthdate", "ne2000-03", true],
      ["birthdate", "sa2000-03", false],
    ],
  ),
  trials(
    "search-values/zones",
    ["DATE-05"],
    "An instant is found by its moment written in another zone, and not by the hour without regard to zones.",
    "Observation",
    "date",
    { effectiveDateTime: "2020-06-01T00:30:00+01:00" },
    [
      ["date", "2020-05-31T23:30:00Z", true],
      ["date", "2020-06-01T00:30:00+01:00", true],
      ["date", "2020-06-01T00:30:00Z", false],
    ],
  ),
  writing(
    "search-values/inequality",
    ["PFX-03"],
    "eq and ne part all that has a value; what has none is in neither.",
    { interaction: "create,search-type", parameter: "birthdate,identifier" },
    async (context) => {
      const { data } = context;
      const system = `urn:uuid:${crypto.randomUUID()}`;
      const births = ["2019", "2019-05", "2019-05-05", "2020-01-01", undefined];
      for (const birthDate of births) await data.make("Patient", { identifier: [{ system, value: "x" }], birthDate });
      const count = async (value: string) =>
        matches(await search(context, { identifier: `${system}|`, birthdate: value })).length;
      const [equal, other] = [await count("2019-05"), await count("ne2019-05")];
      return judge(
        that(equal === 2, "two equal to 2019-05", `${equal}`),
        that(other === 2, "two that are not", `${other}`),
      );
    },
    ["Patient"],
  ),
];
