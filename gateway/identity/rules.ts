import { isNhsNumber, normaliseNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { isTemporaryUpn, isUpn, normaliseUpn } from "#mappers/datatypes/upn.ts";
import type { SourceIdentity } from "#mappers/mapper.ts";
import type { RecordKey, ReviewItem } from "../store/store.ts";

/** Stands in every link that a rule made; raised whenever a rule changes. */
export const RULES_VERSION = "rules-3";

/** The numbers that may link records of different sources. */
export type LinkingNumber = "nhs-number" | "upn";

/** What is known of one child's record that a source record might belong to. */
export interface Candidate {
  readonly record: RecordKey;
  readonly birthDates: readonly string[];
  /** Numbers told by any source that describes the child; where none does, by those that do not. */
  readonly nhsNumbers: readonly string[];
  readonly upns: readonly string[];
  /** Whether it holds an NHS number by which it can be found. */
  readonly isFindable: boolean;
}

/** All that the store knows about a source record's child before a decision. */
export interface Facts {
  /** The record that this source's child was linked to before, as the other sources tell of it. */
  readonly linked?: Candidate | undefined;
  /** The linked record is of nobody else, and this source does not describe the child: it may yet join another. */
  readonly mayMove?: boolean;
  /** The source has given its name for the linked child to another one: number and birth date are both others. */
  readonly isReused?: boolean;
  /** Set for a source that does not describe the child: it holds no number. */
  readonly describesNobody?: boolean;
  readonly nhsNumberHolder?: Candidate | undefined;
  readonly upnHolder?: Candidate | undefined;
  /** Where no record holds the number: one that a source told of which does not describe the child. */
  readonly nhsNumberAwaiter?: Candidate | undefined;
  readonly upnAwaiter?: Candidate | undefined;
  /** Records in which given name, family name, birth date and postcode are all equal; two say as much as more. */
  readonly sameDemographics: readonly Candidate[];
}

export interface Review {
  readonly kind: ReviewItem["kind"];
  readonly candidates: readonly RecordKey[];
  readonly evidence: readonly string[];
}

export interface Decision {
  /** The record to link to, or `undefined` for a child of its own. */
  readonly record: RecordKey | undefined;
  /** Name of the rule that decided. */
  readonly rule: "linked-before" | "nhs-number" | "upn" | "demographics" | "own";
  /** Field by field, in words, without values. */
  readonly evidence: readonly string[];
  /** Whether the child can be found by an NHS number from now on. */
  readonly isFindable: boolean;
  /** Numbers that the source tells and that must be neither indexed nor served for this record. */
  readonly withheld: readonly LinkingNumber[];
  readonly reviews: readonly Review[];
}

/** The NHS number in the form in which it links, or `undefined`. */
export function linkingNhsNumber(identity: SourceIdentity): string | undefined {
  const number = normaliseNhsNumber(identity.nhsNumber ?? "");
  return isNhsNumber(number) ? number : undefined;
}

/** The UPN in the form in which it links, or `undefined`: a temporary number is given to another child later. */
export function linkingUpn(identity: SourceIdentity): string | undefined {
  const upn = normaliseUpn(identity.upn ?? "");
  return isUpn(upn) && !isTemporaryUpn(upn) ? upn : undefined;
}

/** Decides whose record it is. Cautious: what is not certain is a child of its own, and a person looks at it. */
export function decide(identity: SourceIdentity, facts: Facts): Decision {
  const numbers = judgeNumbers(identity, facts);
  const choice = choose(identity, facts, numbers);
  const conflicts = [...conflictsWith(choice.record, numbers), ...lateConflicts(identity, facts)];
  const withheld = conflicts.filter(({ isWithheld }) => isWithheld).map(({ number }) => number);
  const reviews = conflicts.map(({ review }) => review);
  const tells = linkingNhsNumber(identity) !== undefined && !withheld.includes("nhs-number");
  const isFindable = choice.isFindable || (tells && facts.describesNobody !== true);
  const open = [...reviews, ...choice.reviews];
  // A number that only waits for the child's own sources leaves nothing for a person to do.
  if (!isFindable && !tells && open.length === 0) {
    open.push({
      kind: "unlinked",
      candidates: [],
      evidence: ["no NHS number is known: the child cannot be found by it"],
    });
  }
  const { record, rule, evidence } = choice;
  return { record, rule, evidence, isFindable, withheld, reviews: mergeByKind(open) };
}

/** How one number of the source record stands to the record that holds it. */
interface JudgedNumber {
  readonly number: LinkingNumber;
  readonly words: string;
  readonly holder: Candidate;
  readonly birthDate: "agrees" | "differs" | "not-known";
  /** No source that describes the child holds the number, so that it can be taken. */
  readonly isAwaited: boolean;
}

function judgeNumbers(identity: SourceIdentity, facts: Facts): readonly JudgedNumber[] {
  const judged: JudgedNumber[] = [];
  const add = (number: LinkingNumber, words: string, holders: readonly (Candidate | undefined)[]): void => {
    const [held, awaiting] = holders;
    const holder = held ?? awaiting;
    // What only this source told of cannot speak for or against it.
    if (holder === undefined || (facts.mayMove === true && holder.record === facts.linked?.record)) return;
    const isAwaited = held === undefined;
    judged.push({ number, words, holder, birthDate: compareBirthDate(identity, holder), isAwaited });
  };
  add("nhs-number", "NHS number", [facts.nhsNumberHolder, facts.nhsNumberAwaiter]);
  add("upn", "UPN", [facts.upnHolder, facts.upnAwaiter]);
  return judged;
}

function compareBirthDate({ birthDate }: SourceIdentity, { birthDates }: Candidate): JudgedNumber["birthDate"] {
  if (birthDate === undefined || birthDates.length === 0) return "not-known";
  return birthDates.includes(birthDate) ? "agrees" : "differs";
}

interface Choice {
  readonly record: RecordKey | undefined;
  readonly rule: Decision["rule"];
  readonly evidence: readonly string[];
  readonly reviews: readonly Review[];
  /** Whether the chosen record has an NHS number already. */
  readonly isFindable: boolean;
}

function choose(identity: SourceIdentity, facts: Facts, numbers: readonly JudgedNumber[]): Choice {
  const { linked, mayMove = false } = facts;
  if (linked === undefined) return chooseAnew(identity, facts, numbers);
  if (facts.isReused === true) {
    const anew = chooseAnew(identity, facts, numbers);
    return { ...anew, reviews: [...anew.reviews, toReuse(linked)] };
  }
  const stay = toChoice(linked, "linked-before", ["the same child of the same source as before"]);
  if (!mayMove) return stay;
  const anew = chooseAnew(identity, facts, numbers);
  return anew.record === undefined ? { ...stay, reviews: anew.reviews } : anew;
}

function toReuse({ record }: Candidate): Review {
  const evidence = ["the source told another number and another birth date under its name for the child before"];
  return { kind: "identifier-conflict", candidates: [record], evidence };
}

/** Whether what is told contradicts all that is known in a number and in the birth date: a slip changes one of them. */
export function isOfAnother(
  identity: SourceIdentity,
  known: Pick<Candidate, "birthDates" | "nhsNumbers" | "upns">,
): boolean {
  const { birthDate } = identity;
  const isOtherDate = birthDate !== undefined && known.birthDates.length > 0 && !known.birthDates.includes(birthDate);
  return (
    isOtherDate && (differs(linkingNhsNumber(identity), known.nhsNumbers) || differs(linkingUpn(identity), known.upns))
  );
}

function chooseAnew(identity: SourceIdentity, facts: Facts, numbers: readonly JudgedNumber[]): Choice {
  const own = (reviews: readonly Review[] = []): Choice => ({
    record: undefined,
    rule: "own",
    evidence: ["no other record is certain to be of the same child"],
    reviews,
    isFindable: false,
  });
  // A number that another birth date stands beside makes everything else about the record doubtful.
  if (numbers.some(({ birthDate, isAwaited }) => birthDate !== "agrees" && !isAwaited)) return own();
  const [first] = numbers
    .filter(({ birthDate }) => birthDate === "agrees")
    .filter(({ isAwaited, holder }) => !isAwaited || !hasOtherNumber(identity, holder))
    .toSorted((left, right) => Number(left.isAwaited) - Number(right.isAwaited));
  if (first !== undefined) {
    const { number, words, holder } = first;
    if (number === "upn" && differs(linkingNhsNumber(identity), holder.nhsNumbers)) return own();
    const reviews = lookAlikes(identity, facts, holder);
    return { ...toChoice(holder, number, [`${words} agrees`, "birth date agrees"]), reviews };
  }
  const free = facts.sameDemographics.filter((candidate) => !hasOtherNumber(identity, candidate));
  const [only, ...others] = free;
  const evidence = ["given name agrees", "family name agrees", "birth date agrees", "postcode agrees"];
  if (only !== undefined && others.length === 0 && facts.sameDemographics.length === 1) {
    return toChoice(only, "demographics", [...evidence, "no other record agrees so", "no number differs"]);
  }
  if (facts.sameDemographics.length === 0) return own();
  const why = facts.sameDemographics.length > 1 ? "more than one record agrees so" : "NHS number or UPN differs";
  return own([
    {
      kind: "ambiguous",
      candidates: facts.sameDemographics.map(({ record }) => record),
      evidence: [...evidence, why],
    },
  ]);
}

function toChoice(candidate: Candidate, rule: Decision["rule"], evidence: readonly string[]): Choice {
  return { record: candidate.record, rule, evidence, reviews: [], isFindable: candidate.isFindable };
}

function hasOtherNumber(identity: SourceIdentity, candidate: Candidate): boolean {
  return differs(linkingNhsNumber(identity), candidate.nhsNumbers) || differs(linkingUpn(identity), candidate.upns);
}

function differs(number: string | undefined, known: readonly string[]): boolean {
  return number !== undefined && known.length > 0 && !known.includes(number);
}

/** Records that a number leaves apart although all else agrees: a person may know that they are of one child. */
function lookAlikes(identity: SourceIdentity, facts: Facts, chosen: Candidate): readonly Review[] {
  const candidates = facts.sameDemographics
    .filter((candidate) => candidate.record !== chosen.record && !hasOtherNumber(identity, candidate))
    .map(({ record }) => record);
  if (candidates.length === 0) return [];
  return [{ kind: "ambiguous", candidates, evidence: ["names, birth date and postcode of another record agree too"] }];
}

interface Conflict {
  readonly number: LinkingNumber;
  readonly isWithheld: boolean;
  readonly review: Review;
}

/**
 * A number held by another record than the chosen one stays there: no merge comes about in silence. One that is only
 * awaited there is free, and the record that waited for it in vain is named.
 */
function conflictsWith(record: RecordKey | undefined, numbers: readonly JudgedNumber[]): readonly Conflict[] {
  return numbers
    .filter(({ holder }) => holder.record !== record)
    .map(({ number, words, holder, birthDate, isAwaited }) => ({
      number,
      isWithheld: !isAwaited,
      review: {
        kind: birthDate === "agrees" ? "ambiguous" : "identifier-conflict",
        candidates: [holder.record],
        evidence: [`${words} is that of another record`, `birth date ${BIRTH_DATE_WORDS[birthDate]}`],
      },
    }));
}

/** A number that nobody holds yet but that does not fit what other sources tell of the linked child. */
function lateConflicts(identity: SourceIdentity, facts: Facts): readonly Conflict[] {
  const { linked, nhsNumberHolder, upnHolder } = facts;
  if (linked === undefined || facts.isReused === true) return [];
  const conflicts: Conflict[] = [];
  const add = (number: LinkingNumber, evidence: string): void => {
    conflicts.push({
      number,
      isWithheld: true,
      review: { kind: "identifier-conflict", candidates: [linked.record], evidence: [evidence] },
    });
  };
  const nhsNumber = nhsNumberHolder === undefined ? linkingNhsNumber(identity) : undefined;
  const upn = upnHolder === undefined ? linkingUpn(identity) : undefined;
  const otherBirthDate = compareBirthDate(identity, linked) === "differs";
  if (differs(nhsNumber, linked.nhsNumbers)) add("nhs-number", "another source tells another NHS number of the child");
  else if (nhsNumber !== undefined && otherBirthDate) add("nhs-number", "another source tells another birth date");
  if (upn !== undefined && otherBirthDate) add("upn", "another source tells another birth date");
  return conflicts;
}

const BIRTH_DATE_WORDS = { agrees: "agrees", differs: "differs", "not-known": "is not known to both" } as const;

function mergeByKind(reviews: readonly Review[]): readonly Review[] {
  const merged = new Map<Review["kind"], Review>();
  for (const review of reviews) {
    const before = merged.get(review.kind);
    merged.set(review.kind, {
      kind: review.kind,
      candidates: [...new Set([...(before?.candidates ?? []), ...review.candidates])],
      evidence: [...(before?.evidence ?? []), ...review.evidence],
    });
  }
  return [...merged.values()];
}
