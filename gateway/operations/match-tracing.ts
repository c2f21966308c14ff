import { isNhsNumber, normaliseNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import type { PersonTracer, TraceOutcome } from "../identity/tracing.ts";
import type { Looking } from "../interactions/candidates.ts";
import { SHARED_ID_SPACE } from "../store/store.ts";
import type { AskedPerson, FindMatches, FoundCandidates } from "./match-candidates.ts";

/** A register that may be asked, and on whose behalf. */
export interface Tracing {
  readonly tracer: PersonTracer;
  isAllowed(requester: Requester): boolean;
}

export interface Traced {
  readonly found: FoundCandidates;
  /** The register was to be asked and said nothing that can be relied on. */
  readonly isIncomplete: boolean;
}

/**
 * Asks the register where nothing held here is certain. What it answers leads to a child only through a number that the
 * requester sees of that child; a restricted person leads nowhere. A register that fails never turns into "nobody".
 */
export function createTracing({ tracing }: { readonly tracing?: Tracing | undefined }, findMatches: FindMatches) {
  return async function trace(asked: AskedPerson, local: FoundCandidates, looking: Looking): Promise<Traced> {
    const { requester } = looking;
    const isSettled = local.graded.some(({ grade }) => grade === "certain");
    const isReal = requester.agreement.idSpace === SHARED_ID_SPACE;
    if (!tracing || isSettled || !isReal || !tracing.isAllowed(requester)) return { found: local, isIncomplete: false };
    const told = await outcomeOf(tracing.tracer, asked);
    if (told.kind === "failed") return { found: local, isIncomplete: true };
    const number = told.kind === "found" && !told.isRestricted ? told.nhsNumber : undefined;
    if (number === undefined || !isSamePerson(told, asked)) return { found: local, isIncomplete: false };
    return { found: await findMatches(withNumber(asked, number), looking), isIncomplete: false };
  };
}

/** A number that was told is asked about by itself: the register knows what took its place. */
async function outcomeOf(tracer: PersonTracer, { patient, person }: AskedPerson): Promise<TraceOutcome> {
  const number = patient.identifier?.find(
    ({ system, value = "" }) => system === NHS_NUMBER && isNhsNumber(value),
  )?.value;
  try {
    return number === undefined ? await tracer.trace(person) : await tracer.byNumber(normaliseNhsNumber(number));
  } catch {
    return { kind: "failed", reason: "the register client broke off" };
  }
}

/** A number alone is too little: who was told another birth date may hold another child's number. */
function isSamePerson(told: TraceOutcome, { person }: AskedPerson): boolean {
  if (told.kind !== "found") return false;
  const dates = told.person.birthDates;
  return person.birthDates.length === 0
    ? told.score !== undefined
    : person.birthDates.some((date) => dates.includes(date));
}

function withNumber({ patient, person }: AskedPerson, value: string): AskedPerson {
  const others = (patient.identifier ?? []).filter(({ system }) => system !== NHS_NUMBER);
  return {
    patient: { ...patient, identifier: [...others, { system: NHS_NUMBER, value }] },
    person: { ...person, nhsNumbers: [{ value, isVerified: true }] },
  };
}
