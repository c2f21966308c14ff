import { isRecordType, type ServedType } from "#profiles/interactions.ts";
import { hasScope } from "../access/scope.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { TO_CONTAINED } from "../search/element-keys.ts";
import { keyOf } from "../search/fast-keys.ts";
import type { Condition, Lead, Question } from "../search/search-query.ts";
import { hashToken } from "../search/token-hash.ts";
import { meetsContained } from "./ask-contained.ts";
import { type CandidatePorts, candidatesOf, type Looking } from "./candidates.ts";
import { BEFORE_ALL, eachVisible } from "./collections.ts";
import { referencesIn, referencesOf, toReferenceCondition } from "./include-references.ts";
import { eachMatch, toSelection } from "./search-matches.ts";
import { nameOf, type ReleasedEntry } from "./search-request.ts";

/** Thrown when a question within a question cannot be answered; says what the requester is to be told. */
export class QuestionRefused extends Error {
  readonly issue: Issue;

  constructor(issue: Issue) {
    super(`a question was refused: ${issue.kind}`);
    this.name = "QuestionRefused";
    this.issue = issue;
  }
}

/**
 * Everything visible that meets a question, ascending by record, at most `limit`: what chains, `_has` and conditional
 * interactions are answered with. Throws QuestionRefused when a chain of the question needs a scope that the requester
 * lacks, or finds too much.
 */
export async function ask(
  question: Question,
  limit: number,
  who: Looking,
  ports: CandidatePorts,
): Promise<readonly ReleasedEntry[]> {
  const plain = await withoutChains(question, who, ports);
  const selection = toSelection(plain);
  const candidates = await candidatesOf(plain, who, ports);
  const found: ReleasedEntry[] = [];
  const take = (view: ReleasedEntry["view"]): boolean => {
    eachMatch(view, selection, (pack, entry) => {
      found.push({ view, pack, entry });
      return found.length < limit;
    });
    return found.length < limit;
  };
  await eachVisible(candidates, BEFORE_ALL, take, { looking: who, ports, types: [plain.type] });
  return found;
}

/** Whether anything of a question has to be answered by other resources first. */
export function hasChains({ conditions }: Question, who: Looking): boolean {
  return conditions.some((condition) => needsOthers(condition, who));
}

/** The question with its chains and `_has` answered: each becomes the references or ids that were found. */
export async function withoutChains(question: Question, who: Looking, ports: CandidatePorts): Promise<Question> {
  const { type } = question;
  if (!hasChains(question, who)) return question;
  const conditions: Condition[] = [];
  let { lead } = question;
  for (const condition of question.conditions) {
    const answered = await answer(condition, type, { who, ports });
    if (!answered) {
      conditions.push(condition);
      continue;
    }
    conditions.push(...answered.conditions);
    // Children found by their identifiers lead to shared records, too.
    if (condition.kind === "child-identifier" && lead?.kind === "identifier") lead = undefined;
    lead ??= answered.lead;
  }
  return { type, conditions, lead };
}

/** Whether other resources say what meets a condition; a child's own record tells by itself whose it is. */
function needsOthers({ kind }: Condition, { requester: { agreement } }: Looking): boolean {
  return kind === "chain" || kind === "has" || (kind === "child-identifier" && agreement.relationship === "authority");
}

/** `undefined` for a condition that needs no other resource. */
async function answer(condition: Condition, type: ServedType, asking: Asking): Promise<Answered | undefined> {
  switch (condition.kind) {
    case "chain":
      return answerChain(condition, type, asking);
    case "has":
      return answerHas(condition, type, asking);
    case "child-identifier":
      return (await isShared(type, asking)) ? answerChild(condition, type, asking) : undefined;
    default:
      return undefined;
  }
}

/**
 * What was told of a child before the child was stands in shared records, where a reference alone says whose it is. It
 * says no more than the requester knew, so that no scope is needed to look.
 */
async function answerChild(
  { identifiers }: Extract<Condition, { kind: "child-identifier" }>,
  type: ServedType,
  { who, ports }: Asking,
): Promise<Answered> {
  const hashes = identifiers.map(({ hash }) => hash);
  const question: Question = {
    type: "Patient",
    conditions: [{ kind: "token", code: "identifier", hashes }],
    lead: { kind: "identifier", identifiers },
  };
  const found = await boundedAsk(question, "patient.identifier", { who, ports });
  return {
    conditions: [toReferenceCondition(type, ["patient"], found.map(nameOf), ports.fhirBase)],
    lead: toLead("Patient", idsOf(found), true),
  };
}

async function isShared(type: ServedType, { who, ports }: Asking): Promise<boolean> {
  const { relationship, authorities } = who.requester.agreement;
  if (relationship !== "authority" || !isRecordType(type)) return false;
  return (await ports.store.sharedRecords(type, authorities)).length > 0;
}

interface Answered {
  readonly conditions: readonly Condition[];
  readonly lead: Lead | undefined;
}

interface Asking {
  readonly who: Looking;
  readonly ports: CandidatePorts;
}

async function answerChain(
  { code, targets }: Extract<Condition, { kind: "chain" }>,
  type: ServedType,
  asking: Asking,
): Promise<Answered> {
  const found: ReleasedEntry[] = [];
  const asked: Question[] = [];
  for (const target of targets) {
    const plain = await withoutChains(target, asking.who, asking.ports);
    asked.push(plain);
    found.push(...(await askInner(plain, code, asking)));
  }
  const isAboutFound = code === "patient" || code === "subject";
  const areChildren = found.every(({ pack, entry }) => pack.types[entry] === "Patient");
  return {
    conditions: toChainConditions({ type, code, references: found.map(nameOf) }, asked, asking.ports.fhirBase),
    lead: toLead("Patient", idsOf(found), isAboutFound && areChildren),
  };
}

interface Reached {
  readonly type: ServedType;
  readonly code: string;
  /** `Type/id` of what the inner search found. */
  readonly references: readonly string[];
}

/**
 * What refers to one of what was found, or to a resource of its own that would have been. The body is looked into only
 * where a reference leads to what is contained. https://hl7.org/fhir/R4/search.html#contained
 */
function toChainConditions(
  { type, code, references }: Reached,
  asked: readonly Question[],
  fhirBase: string,
): readonly Condition[] {
  const wanted = new Set(references);
  const within: Condition = {
    kind: "resource",
    code,
    holds: (resource) =>
      referencesIn(resource, [code], fhirBase).some((reference) => wanted.has(reference)) ||
      meetsContained(resource, code, asked),
  };
  const key = keyOf(type, code);
  if (key === undefined) return [within];
  const direct = toReferenceCondition(type, [code], references, fhirBase);
  const hashes = direct.kind === "token" ? direct.hashes : [];
  return [
    { kind: "token", code, hashes: [...hashes, hashToken(key, TO_CONTAINED)] },
    { ...within, hashes },
  ];
}

async function answerHas(
  { code, question }: Extract<Condition, { kind: "has" }>,
  type: ServedType,
  asking: Asking,
): Promise<Answered> {
  const found = await askInner(question, "_has", asking);
  const references = new Set(found.flatMap((entry) => referencesOf(entry, code, asking.ports.fhirBase)));
  const ids = [...references].flatMap((reference) => {
    const [to, id = ""] = reference.split("/");
    return to === type ? [id] : [];
  });
  return {
    conditions: [{ kind: "token", code: "_id", hashes: ids.map((id) => hashToken("_id", id)) }],
    lead: toLead(type, ids, true),
  };
}

/** An inner search is a search: it needs the scope for its type, and is bounded. */
async function askInner(question: Question, parameter: string, asking: Asking): Promise<readonly ReleasedEntry[]> {
  const { type } = question;
  if (!hasScope(asking.who.requester.scopes, type, "s")) {
    throw new QuestionRefused({ kind: "insufficient-scope", needed: `system/${type}.s` });
  }
  return boundedAsk(question, parameter, asking);
}

async function boundedAsk(
  question: Question,
  parameter: string,
  { who, ports }: Asking,
): Promise<readonly ReleasedEntry[]> {
  const max = LIMITS.chained_resources_max;
  const found = await ask(question, max + 1, who, ports);
  if (found.length > max) throw new QuestionRefused({ kind: "too-costly", parameter, max });
  return found;
}

function idsOf(found: readonly ReleasedEntry[]): readonly string[] {
  return found.map(({ pack, entry }) => pack.ids[entry] ?? "");
}

/** Each id is a look-up in the store: of very many, going through what the requester may see is no dearer. */
const LEAD_IDS_max = 500;

function toLead(type: ServedType, ids: readonly string[], leads: boolean): Lead | undefined {
  return leads && ids.length <= LEAD_IDS_max ? { kind: "id", type, ids } : undefined;
}
