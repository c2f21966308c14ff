import type { ConformanceCase } from "../case.ts";
import {
  entriesOf,
  hasStatus,
  idsOf,
  isRefused,
  isSearchset,
  judge,
  link,
  matches,
  query,
  that,
  total,
} from "../checks.ts";
import type { Exchange } from "../http.ts";
import { at, list, text } from "../json.ts";
import { onType, writing, writingOnServer } from "./define.ts";
import { refusedByName, search, unknownId } from "./samples.ts";
import { tryAll } from "./search-parameters.ts";

const MAKE = "create,search-type";
const OBSERVATIONS = { interaction: MAKE, parameter: "subject" } as const;
const LOINC = "http://loinc.org";

function included(answer: Exchange): readonly string[] {
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

/** Includes, compartments, order of several values, summaries. */
export const INCLUDE_CASES: readonly ConformanceCase[] = [
  writing(
    "search-links/include-once",
    ["INC-01", "PAGE-06"],
    "Three Observations of one Patient bring that Patient once; it counts neither in the page size nor in the total.",
    { ...OBSERVATIONS, include: true },
    async (context) => {
      const { data } = context;
      const child = await data.make("Patient");
      for (const _turn of [1, 2, 3]) await data.make("Observation", { subject: { reference: child.reference } });
      const answer = await search(context, { subject: child.reference, _include: "Observation:subject", _count: "3" });
      const count = total(answer) ?? 3;
      return judge(
        isSearchset(answer),
        that(included(answer).join() === child.reference, child.reference, included(answer).join(), answer),
        that(
          matches(answer).length === 3 && count === 3,
          "three matches",
          `${matches(answer).length} of ${count}`,
          answer,
        ),
      );
    },
    ["Observation"],
  ),
  writing(
    "search-links/include-each-page",
    ["INC-05"],
    "Each page of one match brings the Patient of its own match.",
    { ...OBSERVATIONS, include: true, parameter: "subject,identifier" },
    async (context) => {
      const { data, send } = context;
      const system = `urn:uuid:${crypto.randomUUID()}`;
      const children = [await data.make("Patient"), await data.make("Patient")];
      for (const [place, { reference }] of children.entries())
        await data.make("Observation", { subject: { reference }, identifier: [{ system, value: `${place}` }] });
      const first = await search(context, { identifier: `${system}|`, _include: "Observation:subject", _count: "1" });
      const next = link(first, "next");
      if (next === undefined) return judge(isSearchset(first), that(false, "a next link", "none", first));
      const second = await send("GET", next);
      return judge(
        ...[first, second].map((page) => {
          const subject = text(matches(page)[0], "subject", "reference") ?? "none";
          return that(included(page).join() === subject, subject, included(page).join(), page);
        }),
      );
    },
    ["Observation"],
  ),
  writing(
    "search-links/include-nowhere",
    ["INC-03"],
    "A reference to what was deleted, and one to another server, include nothing and are no error.",
    { ...OBSERVATIONS, include: true },
    async (context) => {
      const { data, send } = context;
      const child = await data.make("Patient");
      const { id } = await data.make("Observation", {
        subject: { reference: child.reference },
        performer: [{ reference: "https://other.example.org/fhir/Practitioner/1" }],
      });
      await send("DELETE", child.reference);
      const answer = await search(context, { _id: id, _include: ["Observation:subject", "Observation:performer"] });
      if (answer.response.status === 200 && matches(answer).length === 0)
        return { kind: "not-applicable", reason: "the server deletes an Observation with its Patient" };
      return judge(
        isSearchset(answer),
        that(included(answer).length === 0, "nothing included", included(answer).join(), answer),
      );
    },
    ["Observation"],
  ),
  writing(
    "search-links/reverse-include",
    ["INC-02", "CAP-12"],
    "_revinclude brings the Observations that refer to a Patient, marked include.",
    { interaction: MAKE },
    async (context) => {
      const { data, declared } = context;
      const child = await data.make("Patient");
      const { reference } = await data.make("Observation", { subject: { reference: child.reference } });
      if (declared?.revIncludes.includes("Observation:subject") === false)
        return { kind: "not-declared", reason: "nothing at CapabilityStatement.rest.resource.searchRevInclude" };
      const answer = await search(context, { _id: child.id, _revinclude: "Observation:subject" });
      return judge(
        isSearchset(answer),
        that(included(answer).includes(reference), reference, included(answer).join(), answer),
      );
    },
    ["Patient"],
  ),
  writing(
    "search-links/include-and-text",
    ["INC-07"],
    "_include with _summary=text is 400, or one of the two has no effect.",
    { ...OBSERVATIONS, include: true },
    async (context) => {
      const { id } = await context.data.make("Observation");
      const answer = await search(context, { _id: id, _include: "Observation:subject", _summary: "text" });
      const both = included(answer).length > 0 && at(matches(answer)[0], "valueQuantity") === undefined;
      return judge(hasStatus(answer, 200, 400), that(!both, "not both together", "includes beside texts", answer));
    },
    ["Observation"],
  ),
  writing(
    "search-links/compartment",
    ["SRCH-07"],
    "Patient/id/Observation finds what Observation?subject finds.",
    OBSERVATIONS,
    async (context) => {
      const { data, send } = context;
      const child = await data.make("Patient");
      const { id } = await data.make("Observation", { subject: { reference: child.reference } });
      const answer = await send("GET", `${child.reference}/Observation`);
      if ([404, 405, 501].includes(answer.response.status))
        return { kind: "not-declared", reason: `a compartment search is answered ${answer.response.status}` };
      const got = idsOf(matches(answer)).join();
      return judge(isSearchset(answer), that(got === id, id, got, answer));
    },
    ["Observation"],
  ),
  writing(
    "search-links/sort-of-several",
    ["SORT-02"],
    "A Patient with the families A and Z comes first upwards and last downwards among one with M.",
    { interaction: MAKE, parameter: "family,identifier" },
    async (context) => {
      const { data } = context;
      const identifier = [{ system: `urn:uuid:${crypto.randomUUID()}`, value: "x" }];
      const both = await data.make("Patient", { identifier, name: [{ family: "Aaakit" }, { family: "Zzzkit" }] });
      const one = await data.make("Patient", { identifier, name: [{ family: "Mmmkit" }] });
      const criteria = { identifier: `${identifier[0]?.system}|` };
      const up = await search(context, { ...criteria, _sort: "family" });
      const down = await search(context, { ...criteria, _sort: "-family" });
      const refused = refusedByName(up, "_sort=family");
      if (refused !== undefined) return refused;
      const expected = [both.id, one.id].join();
      return judge(
        ...[up, down].map((answer) =>
          that(idsOf(matches(answer)).join() === expected, expected, idsOf(matches(answer)).join(), answer),
        ),
      );
    },
    ["Patient"],
  ),
  writing(
    "search-links/pages-under-writes",
    ["PAGE-01", "SRCH-10"],
    "A walk in pages of two sees each resource once that was there throughout, though one is made and one deleted meanwhile.",
    { interaction: "create,delete,search-type", parameter: "identifier" },
    async (context) => {
      const { data, send } = context;
      const identifier = [{ system: `urn:uuid:${crypto.randomUUID()}`, value: "x" }];
      const made = [];
      for (let count = 0; count < 7; count += 1) made.push(await data.make("Organization", { identifier }));
      const pages = [await search(context, { identifier: `${identifier[0]?.system}|`, _count: "2" })];
      const gone = made.find(({ id }) => !idsOf(matches(pages[0] ?? pages.at(-1) ?? failed())).includes(id));
      await data.make("Organization", { identifier });
      if (gone !== undefined) await send("DELETE", gone.reference);
      for (let next = link(pages[0] ?? failed(), "next"); next !== undefined && pages.length < 8; ) {
        const page = await send("GET", next);
        pages.push(page);
        next = link(page, "next");
      }
      const ids = pages.flatMap((page) => idsOf(matches(page)));
      const stayed = made.filter((each) => each !== gone).map(({ id }) => id);
      const wrong = stayed.find((id) => ids.filter((each) => each === id).length !== 1);
      return judge(
        ...pages.map(isSearchset),
        that(
          wrong === undefined,
          "each resource that stayed once",
          `${wrong} ${ids.filter((id) => id === wrong).length} times`,
          pages.at(-1),
        ),
      );
    },
    ["Organization"],
  ),
  writing(
    "search-links/summaries",
    ["SUM-02", "SUM-03"],
    "_summary=text leaves text, data leaves it out, true leaves the summary elements, false leaves all.",
    { interaction: MAKE },
    async (context) => {
      const div = '<div xmlns="http://www.w3.org/1999/xhtml">A child</div>';
      const extra = { text: { status: "additional", div }, communication: [{ language: { text: "Leeds" } }] };
      const { id } = await context.data.make("Patient", extra);
      const answers = await Promise.all(
        ["text", "data", "true", "false"].map((_summary) => search(context, { _id: id, _summary })),
      );
      const refused = answers.map((answer) => refusedByName(answer, "_summary")).find((each) => each !== undefined);
      if (refused !== undefined) return refused;
      const has = answers.map((answer) => {
        const [patient] = matches(answer);
        return ["text", "birthDate", "communication"].filter((name) => at(patient, name) !== undefined).join("+");
      });
      const expected = ["text", "birthDate+communication", "birthDate", "text+birthDate+communication"];
      return judge(
        ...answers.map((answer, place) =>
          that(has[place] === expected[place], `${expected[place]}`, `${has[place]}`, answer),
        ),
      );
    },
    ["Patient"],
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

function failed(): never {
  throw new Error("a search without a first page");
}
