import type { CaseContext, ConformanceCase, Verdict } from "../case.ts";
import { entriesOf, hasStatus, idsOf, isOutcome, isRefused, isSearchset, judge, matches, that } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { at, list, text } from "../json.ts";
import { asJson, type Made } from "../workspace.ts";
import { writing } from "./define.ts";

const MATCH = { interaction: "create", operation: "match" } as const;
const GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade";
const GRADES: ReadonlySet<string> = new Set(["certain", "probable", "possible", "certainly-not"]);
const CERTAIN = { name: "onlyCertainMatches", valueBoolean: true };

type Members = Readonly<Record<string, unknown>>;

/** Details of a child of whom nobody else has the name. */
export function details({ data }: CaseContext, position: number): Members {
  const letters = data.unique().replace(/[^a-z]/g, (sign) => "klmnopqrst"[Number(sign)] ?? "u");
  return {
    name: [{ family: `Quist${letters}`, given: ["Oluwaseun"] }],
    birthDate: `20${String(10 + (position % 13))}-0${(position % 9) + 1}-1${position % 9}`,
    gender: "female",
    address: [
      { line: [`${position} Linden Row`], city: "Leeds", postalCode: `LS${(position % 20) + 1} ${position % 9}CI` },
    ],
  };
}

/** Asks for a Patient, bare or, where parameters stand beside it, within Parameters. */
function match({ send }: CaseContext, patient: Members, ...beside: readonly Members[]): Promise<Exchange> {
  const resource = { resourceType: "Patient", ...patient };
  const parameter = [{ name: "resource", resource }, ...beside];
  const body = beside.length === 0 ? resource : { resourceType: "Parameters", parameter };
  return send("POST", "Patient/$match", { ...asJson(), body: JSON.stringify(body) });
}

function gradesOf(entry: unknown): readonly string[] {
  return list(entry, "search", "extension")
    .filter((each) => text(each, "url") === GRADE)
    .map((each) => text(each, "valueCode") ?? "none");
}

function scoreOf(entry: unknown): number {
  const score = at(entry, "search", "score");
  return typeof score === "number" ? score : Number.NaN;
}

/** Ids of the Patients that are graded certain. */
function certainOf(exchange: Exchange): readonly string[] {
  const certain = entriesOf(exchange, "match").filter((entry) => gradesOf(entry).includes("certain"));
  return idsOf(certain.map((entry) => at(entry, "resource")));
}

function isEmpty(exchange: Exchange) {
  const count = matches(exchange).length;
  return that(count === 0, "no Patient", `${count}`, exchange);
}

function finds(exchange: Exchange, ...made: readonly Made[]) {
  const found = idsOf(matches(exchange));
  const missing = made.filter(({ id }) => !found.includes(id));
  return that(missing.length === 0, "every Patient that was made so", `${found.length} Patients without it`, exchange);
}

async function make(context: CaseContext, position: number, members: Members = {}) {
  const asked = details(context, position);
  return { asked, made: await context.data.make("Patient", { ...asked, ...members }) };
}

function onMatch(
  id: string,
  requirement: string,
  title: string,
  run: (context: CaseContext) => Promise<Verdict>,
): ConformanceCase {
  return writing(`match/${id}`, [requirement], title, MATCH, run, ["Patient"]);
}

/** The rows of IHE PDQm ITI-119, each on Patients that the kit has made. */
export const MATCH_CASES: readonly ConformanceCase[] = [
  onMatch(
    "one",
    "MATCH-01",
    "A Patient with all details of one that was made brings it, scored and graded.",
    async (context) => {
      const { asked, made } = await make(context, 1);
      const answer = await match(context, asked);
      const odd = entriesOf(answer, "match").find((entry) => {
        const [score, grades] = [scoreOf(entry), gradesOf(entry)];
        return (
          !(score >= 0 && score <= 1) ||
          grades.length !== 1 ||
          !GRADES.has(grades[0] ?? "") ||
          text(entry, "search", "mode") !== "match"
        );
      });
      const said = JSON.stringify(at(odd, "search"));
      return judge(
        isSearchset(answer),
        finds(answer, made),
        that(odd === undefined, "mode, score and one grade", said, answer),
      );
    },
  ),
  onMatch(
    "several",
    "MATCH-02",
    "Two Patients with the same details both come, ordered by their score.",
    async (context) => {
      const { asked, made } = await make(context, 2);
      const other = await context.data.make("Patient", asked);
      const answer = await match(context, asked);
      const scores = entriesOf(answer, "match").map(scoreOf);
      const isOrdered = scores.every((score, position) => position === 0 || score <= (scores[position - 1] ?? 0));
      return judge(
        isSearchset(answer),
        finds(answer, made, other),
        that(isOrdered, "scores from high to low", scores.join(), answer),
      );
    },
  ),
  onMatch(
    "only-certain",
    "MATCH-03",
    "onlyCertainMatches brings the one Patient that is graded certain.",
    async (context) => {
      const { asked } = await make(context, 3);
      const all = certainOf(await match(context, asked));
      if (all.length !== 1) return { kind: "not-applicable", reason: `${all.length} Patients are graded certain` };
      const answer = await match(context, asked, CERTAIN);
      const [found, certain] = [idsOf(matches(answer)), certainOf(answer)];
      const isOne = found.join() === all.join() && certain.join() === all.join();
      return judge(isSearchset(answer), that(isOne, `the Patient ${all}, certain`, `${found}`, answer));
    },
  ),
  onMatch(
    "not-certain",
    "MATCH-04",
    "onlyCertainMatches leaves out a Patient that is graded less than certain.",
    async (context) => {
      const { asked } = await make(context, 4);
      const { given: _, ...name } = Object(at(asked, "name", 0));
      const less = { name: [name], birthDate: asked.birthDate };
      const plain = await match(context, less);
      if (matches(plain).length === 0)
        return { kind: "not-applicable", reason: "nobody is found by a family name and a birth date" };
      if (certainOf(plain).length > 0)
        return { kind: "not-applicable", reason: "a family name and a birth date are taken for certain" };
      const answer = await match(context, less, CERTAIN);
      return judge(isSearchset(answer), isEmpty(answer));
    },
  ),
  onMatch(
    "not-one-person",
    "MATCH-05",
    "onlyCertainMatches leaves out two Patients that nothing says to be one.",
    async (context) => {
      const { asked, made } = await make(context, 5);
      const other = await context.data.make("Patient", asked);
      const linked = [made, other].some(({ resource }) => list(resource, "link").length > 0);
      if (linked) return { kind: "not-applicable", reason: "the server has linked the two" };
      const answer = await match(context, asked, CERTAIN);
      return judge(isSearchset(answer), isEmpty(answer));
    },
  ),
  onMatch("count", "MATCH-06", "count=1 of two Patients brings one of the likeliest.", async (context) => {
    const { asked } = await make(context, 6);
    await context.data.make("Patient", asked);
    const all = entriesOf(await match(context, asked), "match");
    const answer = await match(context, asked, { name: "count", valueInteger: 1 });
    const [first, ...others] = entriesOf(answer, "match");
    return judge(
      isSearchset(answer),
      that(
        first !== undefined && others.length === 0,
        "one Patient",
        `${others.length + Number(first !== undefined)}`,
        answer,
      ),
      that(scoreOf(first) === scoreOf(all[0]), `the score ${scoreOf(all[0])}`, `${scoreOf(first)}`, answer),
    );
  }),
  onMatch("nobody", "MATCH-07", "Details that nobody has bring an empty searchset.", async (context) => {
    const answer = await match(context, details(context, 7));
    return judge(isSearchset(answer), isEmpty(answer), ...outcomesBelowError(answer));
  }),
  onMatch("not-active", "MATCH-08", "A Patient that is not active is left out, or says so.", async (context) => {
    const { asked, made } = await make(context, 8, { active: false });
    const answer = await match(context, asked);
    const found = matches(answer).find((each) => text(each, "id") === made.id);
    const isTold = found === undefined || at(found, "active") === false;
    return judge(isSearchset(answer), that(isTold, "active false", `${at(found, "active")}`, answer));
  }),
  onMatch(
    "refused",
    "MATCH-09",
    "Parameters without a Patient are refused with an OperationOutcome.",
    async (context) => {
      const body = JSON.stringify({ resourceType: "Parameters", parameter: [CERTAIN] });
      const answer = await context.send("POST", "Patient/$match", { ...asJson(), body });
      return judge(isRefused(answer), isOutcome(answer));
    },
  ),
  onMatch(
    "warnings",
    "MATCH-10",
    "A number that can be nobody's and a birth year alone bring no error beside the matches.",
    async (context) => {
      const { asked } = await make(context, 10);
      const identifier = [{ system: "https://fhir.nhs.uk/Id/nhs-number", value: "0000000000" }];
      const answer = await match(context, { ...asked, identifier, birthDate: String(asked.birthDate).slice(0, 4) });
      return judge(isSearchset(answer), ...outcomesBelowError(answer));
    },
  ),
  onMatch("bare", "MATCH-11", "A bare Patient and one within Parameters bring the same Patients.", async (context) => {
    const { asked, made } = await make(context, 11);
    const [bare, wrapped] = [
      await match(context, asked),
      await match(context, asked, { ...CERTAIN, valueBoolean: false }),
    ];
    const same = idsOf(matches(bare)).join() === idsOf(matches(wrapped)).join();
    return judge(
      isSearchset(bare),
      isSearchset(wrapped),
      finds(bare, made),
      that(same, "the same Patients", "others", wrapped),
    );
  }),
  onMatch("closed", "MATCH-12", "A fourth parameter is refused.", async (context) => {
    const answer = await match(context, details(context, 12), { name: "conformanceKit", valueString: "x" });
    return judge(isRefused(answer), isOutcome(answer));
  }),
  onMatch(
    "modifier",
    "MATCH-13",
    "A Patient with a modifier extension that nobody knows is 400, without a Patient.",
    async (context) => {
      const { asked } = await make(context, 13);
      const modifierExtension = [{ url: "https://example.org/none", valueBoolean: true }];
      const answer = await match(context, { ...asked, modifierExtension });
      const isTold = answer.response.body.includes('"Patient"');
      return judge(hasStatus(answer, 400), isOutcome(answer), that(!isTold, "no Patient", "a Patient", answer));
    },
  ),
  onMatch(
    "extension",
    "MATCH-14",
    "A Patient with an extension that nobody knows is found as without.",
    async (context) => {
      const { asked, made } = await make(context, 14);
      const answer = await match(context, {
        ...asked,
        extension: [{ url: "https://example.org/none", valueString: "x" }],
      });
      return judge(isSearchset(answer), finds(answer, made));
    },
  ),
  onMatch("entries", "MATCH-15", "Nothing but Patients and OperationOutcomes is in an answer.", async (context) => {
    const { asked } = await make(context, 15);
    const answer = await match(context, asked);
    const odd = list(answer.response.json, "entry").find(
      (entry) =>
        !/^(Patient|OperationOutcome)$/.test(text(entry, "resource", "resourceType") ?? "") ||
        at(entry, "request") !== undefined ||
        at(entry, "response") !== undefined,
    );
    const said = `${text(odd, "resource", "resourceType")}`;
    return judge(isSearchset(answer), that(odd === undefined, "Patients and OperationOutcomes", said, answer));
  }),
  onMatch("maiden-name", "MATCH-16", "The mother's maiden name that was stored is told.", async (context) => {
    const extension = [
      { url: "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", valueString: "Arkwright" },
    ];
    const { asked, made } = await make(context, 16, { extension });
    if (list(made.resource, "extension").length === 0)
      return { kind: "not-applicable", reason: "the server does not keep it" };
    const answer = await match(context, asked);
    const found = matches(answer).find((each) => text(each, "id") === made.id);
    const isTold = JSON.stringify(at(found, "extension") ?? "").includes("Arkwright");
    return judge(isSearchset(answer), finds(answer, made), that(isTold, "the mother's maiden name", "none", answer));
  }),
];

function outcomesBelowError(answer: Exchange) {
  const issues = entriesOf(answer, "outcome").flatMap((entry) => list(entry, "resource", "issue"));
  const worst = issues.find((issue) => /^(error|fatal)$/.test(text(issue, "severity") ?? ""));
  return [that(worst === undefined, "severities below error", `${text(worst, "severity")}`, answer)];
}
