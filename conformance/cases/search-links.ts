import type { ConformanceCase } from "../case.ts";
import { entriesOf, hasStatus, idsOf, isRefused, isSearchset, judge, matches, query, that } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { at, list, text } from "../json.ts";
import { onType, writing, writingOnServer } from "./define.ts";
import { refusedByName, search, unknownId } from "./samples.ts";
import { tryAll } from "./search-parameters.ts";

export const MAKE = "create,search-type";
export const OBSERVATIONS = { interaction: MAKE, parameter: "subject" } as const;
const LOINC = "http://loinc.org";

export function included(answer: Exchange): readonly string[] {
  return entriesOf(answer, "include").map(
    (entry) => `${text(entry, "resource", "resourceType")}/${text(entry, "resource", "id")}`,
  );
}

/** References, chains, _has and composites. */
export const REFERENCE_SEARCH_CASES: readonly ConformanceCase[] = [
  writing(
    "search-links/identifier-of-reference",
    ["MOD-09"],
    "subject:Patient finds by the bare id, subject:identifier by the identifier in the reference.",
    OBSERVATIONS,
    async (context) => {
      const { data } = context;
      const child = await data.make("Patient");
      const value = data.unique();
      const subject = { reference: child.reference, identifier: { system: data.marks.system, value } };
      const sample = await data.make("Observation", { subject });
      const refused = refusedByName(await search(context, { "subject:identifier": data.token(value) }), ":identifier");
      if (refused !== undefined) return refused;
      return tryAll(context, sample, [
        ["subject:Patient", child.id, true],
        ["subject:Patient", unknownId(), false],
        ["subject:identifier", data.token(value), true],
        ["subject:identifier", data.token("kit-other"), false],
      ]);
    },
    ["Observation"],
  ),
  writing(
    "search-links/absolute-reference",
    ["REF-02"],
    "A reference stored with the server's own address is found by the relative one, and the other way round.",
    OBSERVATIONS,
    async (context) => {
      const { data, base } = context;
      const child = await data.make("Patient");
      const absolute = await data.make("Observation", { subject: { reference: `${base}/${child.reference}` } });
      const relative = await data.make("Observation", { subject: { reference: child.reference } });
      const first = await tryAll(context, absolute, [["subject", child.reference, true]]);
      return first.kind === "pass"
        ? tryAll(context, relative, [["subject", `${base}/${child.reference}`, true]])
        : first;
    },
    ["Observation"],
  ),
  writing(
    "search-links/ambiguous-id",
    ["REF-03"],
    "A bare id for a reference that may lead to several types is 400, or finds nothing by an id that nobody has.",
    { interaction: "search-type", parameter: "performer" },
    async (context) => {
      const answer = await search(context, { performer: unknownId() });
      const none = answer.response.status === 400 || matches(answer).length === 0;
      return judge(hasStatus(answer, 200, 400), that(none, "no match", "a match", answer));
    },
    ["Observation"],
  ),
  writing(
    "search-links/versioned-reference",
    ["REF-05"],
    "A reference to a version is found by the reference without it.",
    OBSERVATIONS,
    async (context) => {
      const child = await context.data.make("Patient");
      const reference = `${child.reference}/_history/${child.version}`;
      const sample = await context.data.make("Observation", { subject: { reference } });
      return tryAll(context, sample, [["subject", child.reference, true]]);
    },
    ["Observation"],
  ),
  writing(
    "search-links/contained",
    ["CONT-01"],
    "A contained Practitioner is found neither by a search for Practitioners nor by its id.",
    OBSERVATIONS,
    async (context) => {
      const { data, send } = context;
      const family = `Kitinside${data.unique().replaceAll("-", "")}`;
      const contained = [{ resourceType: "Practitioner", id: "p1", name: [{ family }] }];
      await data.make("Observation", { contained, performer: [{ reference: "#p1" }] });
      const answer = await send("GET", query("Practitioner", { family }));
      if (answer.response.status === 404) return { kind: "not-applicable", reason: "the server has no Practitioners" };
      return judge(isSearchset(answer), that(matches(answer).length === 0, "no match", "a match", answer));
    },
    ["Observation"],
  ),
  writing(
    "search-links/chain",
    ["CHN-01"],
    "Observations are found by name and identifier of their Patient, and by two chains of which each is met.",
    OBSERVATIONS,
    async (context) => {
      const { data } = context;
      const family = `Kitchain${data.unique().replaceAll("-", "")}`;
      const child = await data.make("Patient", { name: [{ family }] });
      const sample = await data.make("Observation", { subject: { reference: child.reference } });
      const refused = refusedByName(await search(context, { "subject:Patient.family": family }), "chaining");
      if (refused !== undefined) return refused;
      return tryAll(context, sample, [
        ["subject:Patient.family", family, true],
        ["subject:Patient.family", "Kitnobody", false],
        ["subject:Patient.identifier", data.token(child.identifier), true],
        ["subject:Patient.identifier", data.token("kit-none"), false],
      ]);
    },
    ["Observation"],
  ),
  writing(
    "search-links/ambiguous-chain",
    ["CHN-02"],
    "performer.name without a type is 400, or finds by any of the types.",
    { interaction: "search-type", parameter: "performer" },
    async (context) => {
      const answer = await search(context, { "performer.name": "Kitnobody" });
      const none = answer.response.status === 400 || matches(answer).length === 0;
      return judge(hasStatus(answer, 200, 400), that(none, "no match", "a match", answer));
    },
    ["Observation"],
  ),
  writing(
    "search-links/long-chain",
    ["CHN-03"],
    "A chain of three is 400, or finds nothing where nothing meets it.",
    OBSERVATIONS,
    async (context) => {
      const chain = "subject:Patient.organization:Organization.partof:Organization.name";
      const answer = await search(context, { [chain]: "Kitnobody" }, "handling=strict");
      const none = answer.response.status === 400 || matches(answer).length === 0;
      return judge(hasStatus(answer, 200, 400), that(none, "no match", "a match", answer));
    },
    ["Observation"],
  ),
  writing(
    "search-links/has",
    ["HAS-01"],
    "_has finds a Patient by a code of its Observation, and not by another; two _has are each met.",
    { interaction: MAKE },
    async (context) => {
      const { data } = context;
      const sample = await data.make("Patient");
      const code = data.unique();
      const coding = [{ system: data.marks.system, code }];
      await data.make("Observation", { subject: { reference: sample.reference }, code: { coding } });
      const has = "_has:Observation:patient:code";
      const refused = refusedByName(await search(context, { [has]: code }), "_has");
      if (refused !== undefined) return refused;
      const both = await search(context, { _id: sample.id, [has]: [code, "kit-other"] });
      const verdict = await tryAll(context, sample, [
        [has, `${data.marks.system}|${code}`, true],
        [has, `kit-none,${code}`, true],
        [has, "kit-other", false],
      ]);
      if (verdict.kind !== "pass") return verdict;
      return judge(isSearchset(both), that(matches(both).length === 0, "no match", "a match", both));
    },
    ["Patient"],
  ),
  writing(
    "search-links/composite",
    ["CMP-01", "CMP-02"],
    "component-code-value-quantity finds a value of the component with that code, and not of another; a list widens it.",
    { interaction: MAKE, parameter: "component-code-value-quantity" },
    async (context) => {
      const part = (code: string, value: number) => ({
        code: { coding: [{ system: LOINC, code }] },
        valueQuantity: { value, unit: "mmHg", system: "http://unitsofmeasure.org", code: "mm[Hg]" },
      });
      const component = [part("8480-6", 120), part("8462-4", 50)];
      const sample = await context.data.make("Observation", { valueQuantity: undefined, component });
      const name = "component-code-value-quantity";
      return tryAll(context, sample, [
        [name, "8480-6$gt100", true],
        [name, "8480-6$lt60", false],
        [name, "8462-4$lt60", true],
        [name, "8480-6$lt60,8462-4$lt60", true],
      ]);
    },
    ["Observation"],
  ),
  writing(
    "search-links/composite-modifier",
    ["CMP-02"],
    "A composite with :missing is refused.",
    { interaction: "search-type", parameter: "code-value-quantity" },
    async (context) => judge(isRefused(await search(context, { "code-value-quantity:missing": "true" }))),
    ["Observation"],
  ),
];

/** Searches over several types. */
export const SYSTEM_SEARCH_CASES: readonly ConformanceCase[] = [
  writingOnServer(
    "search-links/several-types",
    ["SRCH-08"],
    "A search over two types with a parameter of one alone is 400, or without effect on what it finds.",
    { interaction: "create", system: "search-system" },
    async ({ data, send }) => {
      const child = await data.make("Patient");
      const good = await send("GET", `?_type=Patient,Observation&_id=${child.id}`);
      const mixed = await send("GET", `?_type=Patient,Observation&_id=${child.id}&gender=nonsense`, {
        headers: { prefer: "handling=strict" },
      });
      return judge(
        isSearchset(good),
        that(idsOf(matches(good)).join() === child.id, child.id, idsOf(matches(good)).join(), good),
        hasStatus(mixed, 400),
      );
    },
  ),
  onType(
    "search-links/elements",
    ["ELEM-01"],
    "_elements=identifier brings identifiers and what is mandatory, marked SUBSETTED, and leaves the rest.",
    { interaction: "search-type" },
    async (context) => {
      const answer = await search(context, { _elements: "identifier", _count: "5" });
      const refused = refusedByName(answer, "_elements");
      if (refused !== undefined) return refused;
      const odd = matches(answer).find(
        (each) =>
          at(each, "name") !== undefined || !list(each, "meta", "tag").some((tag) => text(tag, "code") === "SUBSETTED"),
      );
      return judge(isSearchset(answer), that(odd === undefined, "a marked subset", JSON.stringify(odd ?? ""), answer));
    },
  ),
];
