import type { RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../../access/requester.ts";
import { hasScope } from "../../access/scope.ts";
import type { Issue } from "../../outcome/issue.ts";
import { parseCriteria } from "../../search/query.ts";
import type { IdentifierValue } from "../../search/query-values.ts";
import type { Question } from "../../search/search-query.ts";
import { ask, QuestionRefused } from "../ask.ts";
import { guardRelease } from "../guard.ts";
import type { ReleasedEntry } from "../search-request.ts";
import type { Scene } from "./ports.ts";
import { refuse } from "./refusal.ts";

/** What a conditional interaction is about: it has to be found first. */
export interface Criteria {
  readonly type: RecordType;
  readonly question: Question;
}

export type ParsedCriteria =
  | { readonly ok: true; readonly criteria: Criteria }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * Parses the criteria of a conditional interaction. To be told whether something exists is a search, and takes its
 * scope. `text` may begin with the question mark of an address, or with the address of the type: some clients send that.
 */
export function readCriteria(
  type: RecordType,
  text: string,
  { requester, fhirBase }: { readonly requester: Requester; readonly fhirBase: string },
): ParsedCriteria {
  if (!hasScope(requester.scopes, type, "s")) {
    return { ok: false, issues: [{ kind: "insufficient-scope", needed: `system/${type}.s` }] };
  }
  const [, address = "", query = ""] = ADDRESS.exec(text) ?? [];
  if (!["", type, `/${type}`, `${fhirBase}/${type}`].includes(address)) {
    const expected = `search parameters of ${type}`;
    return { ok: false, issues: [{ kind: "bad-parameter-value", parameter: "criteria", expected }] };
  }
  const parsed = parseCriteria(type, query, { fhirBase });
  if (!parsed.ok) return parsed;
  const { question } = parsed;
  if (!mayBeFound(question, requester)) {
    const parameter = type === "Patient" ? "identifier" : "patient.identifier";
    const expected =
      "a system that this client's agreement names; by any other no child is found, however many have it";
    return { ok: false, issues: [{ kind: "bad-parameter-value", parameter, expected }] };
  }
  return { ok: true, criteria: { type, question } };
}

/**
 * Whether the agreement shows identifiers as those that a child is asked for by. Nobody would ever be found by others, and a
 * client that tries again would make the same child each time.
 */
function mayBeFound(question: Question, { agreement: { identifierSystems } }: Requester): boolean {
  if (identifierSystems === "any") return true;
  return childIdentifiers(question).every(({ system }) => identifierSystems.includes(system));
}

function childIdentifiers({ type, lead, conditions }: Question): readonly IdentifierValue[] {
  const own = type === "Patient" && lead?.kind === "identifier" ? lead.identifiers : [];
  return [
    ...own,
    ...conditions.flatMap((condition) => (condition.kind === "child-identifier" ? condition.identifiers : [])),
  ];
}

/** What stands before a question mark that no parameter precedes. */
const ADDRESS = /^(?:([^=?]*)\?)?(.*)$/s;

/**
 * The one resource that criteria find among what the writer sees, `undefined` when there is none. Several are refused:
 * which one was meant must not be guessed.
 */
export async function findOne(criteria: Criteria, scene: Scene): Promise<ReleasedEntry | undefined> {
  const [only, another] = await findSome(criteria, 2, scene);
  if (another !== undefined) return refuse({ kind: "multiple-matches", type: criteria.type });
  return only;
}

/** What criteria find among what the writer sees, at most so many. */
export async function findSome(
  { question }: Criteria,
  limit: number,
  { requester, at, search, ports }: Scene,
): Promise<readonly ReleasedEntry[]> {
  const found = await ask(question, limit, { requester, at }, search).catch(toRefusal);
  guardRelease(found, requester, ports.sources);
  return found;
}

/** Logical id of what was found. */
export function idOf({ pack, entry }: ReleasedEntry): string {
  return pack.ids[entry] ?? "";
}

/** A question that cannot be answered is told as what it is. */
export function toRefusal(error: unknown): never {
  if (error instanceof QuestionRefused) return refuse(error.issue);
  throw error;
}
