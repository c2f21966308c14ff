/** Patient/$everything: https://hl7.org/fhir/R4/patient-operation-everything.html */
import type { ServedType } from "#profiles/interactions.ts";
import { COMPARTMENT_TYPES } from "#profiles/routes.ts";
import type { Requester } from "../access/requester.ts";
import { hasScope } from "../access/scope.ts";
import { type Answering, type InteractionRequest, refused } from "../interactions/answer.ts";
import type { SearchFlow } from "../interactions/search-flow.ts";
import { readPage } from "../interactions/search-page.ts";
import type { SearchPorts } from "../interactions/search-request.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { parseQuery } from "../search/query.ts";
import type { Inclusion, Question } from "../search/search-query.ts";
import { readOperationParameters } from "./everything-parameters.ts";
import { findStored } from "./validate-stored.ts";

/** Of a compartment; who looked at a record is asked for by a search of its own. */
const TYPES: readonly ServedType[] = COMPARTMENT_TYPES.filter((type) => type !== "AuditEvent");
/** What those refer to, and a reader needs to make sense of them. */
const REFERRED: readonly ServedType[] = ["Organization", "Practitioner", "PractitionerRole"];
/** A child's whole record is one answer, as a rule; beyond this there are pages also where none were asked for. */
const ENTRIES_MAX = 1_000;

/**
 * The Patient, all of its compartment that the requester sees, and the organisations and practitioners that they refer
 * to. A Patient that the requester does not see is not found, and one that was deleted is gone, as in a read.
 */
export function createEverything(ports: SearchPorts, flow: SearchFlow): Answering {
  return async function everything(request) {
    const { id = "" } = request;
    const path = `Patient/${id}/$everything`;
    const sent = readOperationParameters(request);
    if (!sent.ok) return sent;
    const read = readPage({ ...request, parameters: sent.parameters }, path, ports.pageTokens);
    if (!read.ok) return read;
    const { page } = read;
    const asked = readAsked(page.parameters, request, ports.fhirBase);
    if ("kind" in asked) return refused(asked);
    const stored = await findStored(ports, request);
    if (!stored.ok) return refused(stored.issue);
    const { questions, inclusions, count } = asked;
    const query = {
      sort: [],
      count,
      total: undefined,
      inclusions,
      shape: undefined,
      self: withoutFormat(page.parameters).toString(),
    };
    return flow({ interaction: "$everything", path, questions, query, page, patientId: id }, request);
  };
}

interface Asked {
  readonly questions: readonly Question[];
  readonly inclusions: readonly Inclusion[];
  readonly count: number;
}

const KNOWN = ["start", "end", "_since", "_type", "_count"];

function readAsked(sent: URLSearchParams, { requester }: InteractionRequest, fhirBase: string): Asked | Issue {
  const parameters = withoutFormat(sent);
  for (const name of parameters.keys()) {
    if (!KNOWN.includes(name)) return wrong(name, `one of ${KNOWN.join(", ")}`);
    if (name !== "_type" && parameters.getAll(name).length > 1) return wrong(name, "one value");
  }
  const count = parameters.get("_count") ?? "";
  if (!/^\d{0,9}$/.test(count) || Number(count || 1) === 0) return wrong("_count", "a whole number from 1");
  const types = readTypes(parameters, requester);
  if ("kind" in types) return types;
  const questions: Question[] = [];
  for (const type of types.filter((one) => TYPES.includes(one))) {
    const question = toQuestion(type, parameters, fhirBase);
    if ("kind" in question) return question;
    questions.push(question);
  }
  const inclusions = types
    .filter((type) => REFERRED.includes(type))
    .map((target) => ({ direction: "include", iterate: true, source: "*", code: "*", target }) as const);
  return {
    questions,
    inclusions,
    count: count === "" ? ENTRIES_MAX : Math.min(Number(count), LIMITS.page_entries_max),
  };
}

function wrong(parameter: string, expected: string): Issue {
  return { kind: "bad-operation-parameter", parameter, expected };
}

/** `_format` and `_pretty` are for whoever sends the answer. */
function withoutFormat(parameters: URLSearchParams): URLSearchParams {
  return new URLSearchParams(
    [...parameters].filter(([name, value]) => name !== "_format" && name !== "_pretty" && value !== ""),
  );
}

/** Of the types asked for those that the scopes let the requester read. */
function readTypes(parameters: URLSearchParams, { scopes }: Requester): readonly ServedType[] | Issue {
  const all = [...TYPES, ...REFERRED];
  const named = parameters.getAll("_type").flatMap((value) => value.split(","));
  const unknown = named.some((name) => !all.some((type) => type === name));
  const isAboutChild = named.length === 0 || named.some((name) => TYPES.some((type) => type === name));
  if (unknown || !isAboutChild) {
    return wrong("_type", `at least one of ${TYPES.join(", ")}, and with them any of ${REFERRED.join(", ")}`);
  }
  const chosen = named.length === 0 ? all : all.filter((type) => named.includes(type));
  return chosen.filter((type) => hasScope(scopes, type, "r"));
}

const DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/;

/** `start` and `end` are about care: they narrow what has a date of care, and leave the rest. */
function toQuestion(type: ServedType, parameters: URLSearchParams, fhirBase: string): Question | Issue {
  const [start, end, since] = ["start", "end", "_since"].map((name) => parameters.get(name));
  if (start && !DATE.test(start)) return wrong("start", "a date, as YYYY-MM-DD");
  if (end && !DATE.test(end)) return wrong("end", "a date, as YYYY-MM-DD");
  const query = new URLSearchParams();
  if (since) query.append("_lastUpdated", `ge${since}`);
  if (start && type === "Observation") query.append("date", `ge${start}`);
  if (end && type === "Observation") query.append("date", `le${end}`);
  const parsed = parseQuery(type, query, { handling: "strict", fhirBase });
  if (parsed.ok) return parsed.query;
  return since
    ? wrong("_since", "an instant, as 2026-01-31T09:00:00Z, or a date")
    : wrong("start", "a date of the calendar");
}
