import type { Grade } from "../../identity/matcher/matcher.ts";
import { NOBODY, type Person } from "../../identity/person.ts";
import type { TraceOutcome } from "../../identity/tracing.ts";
import type { PdsAnswer, PdsPatient } from "../client/read-answer.ts";
import type { AskedPerson } from "./asked-person.ts";
import { type Question, type Questions, toQuestions } from "./questions.ts";

export interface CascadePorts {
  ask(question: Question): Promise<PdsAnswer>;
  personOf(patient: PdsPatient["resource"]): Person;
  /** How the gateway's own matcher judges what PDS found; PDS's score counts for nothing. */
  grade(person: Person, candidate: Person): Grade;
}

/** Somebody whom PDS found, as far as the gateway can tell. */
interface Hit {
  readonly patient: PdsPatient;
  readonly person: Person;
  readonly grade: Grade;
  readonly score?: number;
}

type Failed = Extract<PdsAnswer, { kind: "failed" }>;

const MANY = { kind: "many" } as const;

/**
 * Asks as little as may settle it, and stops at the first certain child, the first failure and the first doubt that
 * further questions cannot lift:
 *
 * 1. beginning of the given name, family name, birth date, with history. Too many: the given name in full, then the area.
 * 2. somebody who is not certain: does the register know the child at the postcode that was told?
 * 3. nobody: by sound and with names swapped; too many: with the postcode.
 */
export async function runCascade(asked: AskedPerson, person: Person, ports: CascadePorts): Promise<TraceOutcome> {
  const questions = toQuestions(asked);
  const first = await askExactly(questions, ports);
  if (first.kind === "failed") return first;
  if (first.kind === "too-many") return MANY;
  const hit = first.kind === "patient" ? toHit(first, { asked, person, isExact: true }, ports) : undefined;
  if (hit !== undefined && hit.grade !== "certainly-not") return settle(hit, { asked, person, questions }, ports);
  if (questions.fuzzy === undefined) return questions.wide === undefined ? MANY : { kind: "none" };
  const second = await narrowed([questions.fuzzy, questions.fuzzyHome], ports);
  if (second.kind === "failed") return second;
  if (second.kind === "too-many") return MANY;
  if (second.kind !== "patient") return { kind: "none" };
  return conclude(toHit(second, { asked, person, isExact: false }, ports));
}

type Found = Extract<PdsAnswer, { kind: "patient" | "too-many" | "failed" }> | { readonly kind: "nobody" };

async function askExactly({ wide, whole, area }: Questions, ports: CascadePorts): Promise<Found> {
  return wide === undefined ? { kind: "nobody" } : narrowed([wide, whole, area], ports);
}

/** The questions in turn, each only when the one before fits too many. Nobody in the narrower one is still too many. */
async function narrowed(questions: readonly (Question | undefined)[], ports: CascadePorts): Promise<Found> {
  let found: Found = { kind: "nobody" };
  for (const question of questions) {
    if (question === undefined) continue;
    const answer = await ports.ask(question);
    if (answer.kind === "failed" || answer.kind === "patient") return answer;
    if (answer.kind === "invalidated") return { kind: "failed", reason: "unreadable" };
    if (answer.kind === "nobody") return found;
    found = answer;
  }
  return found;
}

interface About {
  readonly asked: AskedPerson;
  readonly person: Person;
}

/** Not certain yet: whoever moved is known at the former postcode too, and PDS can say so without telling the place. */
async function settle(
  hit: Hit,
  { asked, person, questions: { home } }: About & { readonly questions: Questions },
  ports: CascadePorts,
): Promise<TraceOutcome> {
  // Asked with a place, PDS hides a restricted child: its silence would say nothing.
  if (hit.grade === "certain" || hit.patient.isRestricted || home === undefined) return conclude(hit);
  if (asked.postcode !== undefined && hit.person.postcodes.some((told) => isSamePlace(told, asked.postcode))) {
    return conclude(hit);
  }
  const answer = await ports.ask(home);
  if (answer.kind === "failed") return answer satisfies Failed;
  if (answer.kind !== "patient" || answer.patient.nhsNumber !== hit.patient.nhsNumber) return MANY;
  const known = { ...hit.person, postcodes: [...hit.person.postcodes, ...(asked.postcode ? [asked.postcode] : [])] };
  return conclude({ ...hit, person: known, grade: ports.grade(person, known) });
}

function conclude(hit: Hit): TraceOutcome {
  if (hit.grade === "certainly-not") return { kind: "none" };
  const { patient, person, score } = hit;
  if (patient.isRestricted) return toRestricted(patient);
  if (hit.grade !== "certain") return MANY;
  return {
    kind: "found",
    nhsNumber: patient.nhsNumber,
    person: toKept(person),
    isRestricted: false,
    ...(score === undefined ? {} : { score }),
  };
}

/** What is handed on and remembered: nothing by which somebody could be visited or called. */
export function toKept({ names, birthDates, postcodes, genders, nhsNumbers }: Person): Person {
  return { ...NOBODY, names, birthDates, postcodes, genders, nhsNumbers };
}

/** Only that there is such a child, for a person to look at. */
export function toRestricted({ nhsNumber }: PdsPatient): Extract<TraceOutcome, { kind: "found" }> {
  return {
    kind: "found",
    nhsNumber,
    person: { ...NOBODY, nhsNumbers: [{ value: nhsNumber, isVerified: true }] },
    isRestricted: true,
  };
}

/**
 * What an exact question found carries the family name that was asked for, now or formerly: PDS tells current names
 * alone, and the former one counts as known.
 */
function toHit(
  { patient, score }: Extract<PdsAnswer, { kind: "patient" }>,
  { asked, person, isExact }: About & { readonly isExact: boolean },
  ports: CascadePorts,
): Hit {
  const told = ports.personOf(patient.resource);
  const family = isExact ? asked.family : undefined;
  const isCurrent = told.names.some((name) => name.family !== undefined && isSameName(name.family, family ?? ""));
  const former = family === undefined || isCurrent ? [] : told.names.slice(0, 1).map((name) => ({ ...name, family }));
  const known: Person = {
    ...told,
    names: [...told.names, ...former],
    nhsNumbers: [{ value: patient.nhsNumber, isVerified: true }],
  };
  return { patient, person: known, grade: ports.grade(person, known), ...(score === undefined ? {} : { score }) };
}

function isSameName(one: string, other: string): boolean {
  return one.localeCompare(other, "en", { sensitivity: "base", ignorePunctuation: true }) === 0;
}

function isSamePlace(one: string, other = ""): boolean {
  return one.replace(/\s/g, "").toUpperCase() === other.replace(/\s/g, "").toUpperCase();
}
