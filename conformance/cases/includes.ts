import type { ConformanceCase } from "../case.ts";
import { hasStatus, idsOf, isSearchset, judge, link, matches, that, total } from "../checks.ts";
import { at, text } from "../json.ts";
import { writing } from "./define.ts";
import { refusedByName, search } from "./samples.ts";
import { included, MAKE, OBSERVATIONS } from "./search-links.ts";

function failed(): never {
  throw new Error("a search without a first page");
}

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
