import { at, isRecord, list, parseJson, text } from "../json.ts";
import { type Reply, reply } from "./reads.ts";
import { refuse } from "./refusal.ts";
import type { Search } from "./searchset.ts";
import type { Resource } from "./store.ts";

const GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade";
const PARAMETERS: ReadonlySet<string> = new Set(["resource", "onlyCertainMatches", "count"]);

/** The operations on who a Patient is: `Patient/$match` and `Patient/$ihe-pix`. */
export function personOperation(search: Search, code: string, query: URLSearchParams, body: string): Reply | undefined {
  if (code === "$match") return reply(200, match(search, body));
  return code === "$ihe-pix" ? reply(200, pix(search, query)) : undefined;
}

function match({ base, store }: Search, body: string) {
  const sent = parseJson(body);
  if (/"(modifierExtension|implicitRules)"/.test(body)) refuse(400, "extension", "a modifier that is not known");
  const parameters = list(sent, "parameter");
  if (parameters.some((each) => !PARAMETERS.has(text(each, "name") ?? "")))
    refuse(400, "value", "an unknown parameter");
  const named = (name: string) => parameters.find((each) => text(each, "name") === name);
  const asked = text(sent, "resourceType") === "Patient" ? sent : at(named("resource"), "resource");
  if (text(asked, "resourceType") !== "Patient") return refuse(400, "required", "a Patient was expected");
  const graded = grade(asked, store.live("Patient"));
  const certain = graded.filter((each) => each.grade === "certain");
  const chosen = at(named("onlyCertainMatches"), "valueBoolean") === true ? certain : graded;
  const count = at(named("count"), "valueInteger");
  const entry = chosen.slice(0, typeof count === "number" ? count : 20).map(({ patient, score, grade: valueCode }) => ({
    fullUrl: `${base}/Patient/${patient.id}`,
    resource: patient,
    search: { extension: [{ url: GRADE, valueCode }], mode: "match", score },
  }));
  const issue = [{ severity: "information", code: "informational", diagnostics: "by name, birth date and gender" }];
  const outcome = { resource: { resourceType: "OperationOutcome", issue }, search: { mode: "outcome" } };
  const link = [{ relation: "self", url: `${base}/Patient/$match` }];
  return { resourceType: "Bundle", type: "searchset", total: entry.length, link, entry: [...entry, outcome] };
}

const PARTS = [["name", 0, "family"], ["birthDate"], ["name", 0, "given", 0], ["gender"]] as const;

/** The family name counts most; two that agree as well are two people. */
function grade(asked: unknown, patients: readonly Resource[]) {
  const scored = patients
    .filter((patient) => text(patient, "name", 0, "family") === text(asked, "name", 0, "family"))
    .map((patient) => ({ patient, score: PARTS.filter((part) => agrees(asked, patient, part)).length / PARTS.length }))
    .sort((one, other) => other.score - one.score);
  const best = scored.filter(({ score }) => score === 1);
  return scored.map((each) => ({ ...each, grade: best.length === 1 && best[0] === each ? "certain" : "possible" }));
}

function agrees(asked: unknown, patient: Resource, part: (typeof PARTS)[number]): boolean {
  const told = text(asked, ...part);
  return told !== undefined && told === text(patient, ...part);
}

function pix({ base, store }: Search, query: URLSearchParams) {
  const [source = "", ...others] = query.getAll("sourceIdentifier");
  if (!source.includes("|") || others.length > 0) refuse(400, "value", "one sourceIdentifier was expected");
  const patients = store.live("Patient");
  const systems = new Set([base, ...patients.flatMap((each) => identifiersOf(each).map(({ system }) => system))]);
  const [system = "", value = ""] = [source.slice(0, source.indexOf("|")), source.slice(source.indexOf("|") + 1)];
  if (!systems.has(system)) refuse(400, "code-invalid", "sourceIdentifier Assigning Authority not found");
  const targets = query.getAll("targetSystem");
  if (targets.some((target) => !systems.has(target))) refuse(403, "code-invalid", "targetSystem not found");
  const found = patients.find((each) =>
    system === base
      ? `Patient/${each.id}` === value
      : identifiersOf(each).some((one) => one.system === system && one.value === value),
  );
  if (found === undefined) return refuse(404, "not-found", "sourceIdentifier Patient Identifier not found");
  const told = identifiersOf(found).filter(
    (one) => `${one.system}|${one.value}` !== source && (targets.length === 0 || targets.includes(one.system)),
  );
  const parameter = [
    ...told.map((valueIdentifier) => ({ name: "targetIdentifier", valueIdentifier })),
    ...(system === base ? [] : [{ name: "targetId", valueReference: { reference: `Patient/${found.id}` } }]),
  ];
  return { resourceType: "Parameters", parameter };
}

function identifiersOf(patient: Resource): readonly { readonly system: string; readonly value: string }[] {
  return list(patient, "identifier")
    .filter(isRecord)
    .map((each) => ({ system: text(each, "system") ?? "", value: text(each, "value") ?? "" }));
}
