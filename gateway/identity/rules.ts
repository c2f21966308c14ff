import type { SourceIdentity } from "#mappers/mapper.ts";
import type { RecordKey, ReviewItem } from "../store/store.ts";
import { toEvidence } from "./evidence.ts";
import { differs, hasOtherNumber, hasSameNumber, type JudgedNumber, judgeNumbers } from "./judge-numbers.ts";
import type { Grade, Graded } from "./matcher/matcher.ts";
import { areInScope } from "./matching-scope.ts";
import { type LinkingNumber, linkingNhsNumber, linkingUpn } from "./numbers.ts";

/** Stands in every link that a rule made; raised whenever a rule changes. */
export const RULES_VERSION = "rules-4";

/** What is known of one child's record that a source record might belong to. */
export interface Candidate {
  readonly record: RecordKey;
  /** Of the sources that tell of the child. */
  readonly authorities: readonly string[];
  readonly birthDates: readonly string[];
  /** Numbers told by any source that describes the child; where none does, by those that do not. */
  readonly nhsNumbers: readonly string[];
  readonly upns: readonly string[];
  /** Whether it holds an NHS number by which it can be found; told where the record may be chosen. */
  readonly isFindable: boolean;
  /** What the matcher says of it, as far as that matters. */
  readonly graded?: Pick<Graded<unknown>, "bits" | "probability" | "evidence" | "veto" | "grade" | "margin_bits">;
  /** Why no rule may link, whatever agrees. */
  readonly bar?: "same-source" | "do-not-link";
}

/** All that the store knows about a source record's child before a decision, within its matching scope. */
export interface Facts {
  /** The record that this source's child was linked to before, as the other sources tell of it. */
  readonly linked?: Candidate | undefined;
  /** Nobody else tells of the linked record, so that all of it may join another by a number. */
  readonly isAlone?: boolean;
  /** The linked record is of nobody else, and this source does not describe the child: whatever is certain, it joins. */
  readonly mayMove?: boolean;
  /** The source has given its name for the linked child to another one: number and birth date are both others. */
  readonly isReused?: boolean;
  /** Set for a source that does not describe the child: it holds no number. */
  readonly describesNobody?: boolean;
  /** The national register took the NHS number that is told out of use: it links nobody. */
  readonly isVoid?: boolean;
  readonly nhsNumberHolders: readonly Candidate[];
  readonly upnHolders: readonly Candidate[];
  /** Where no record holds the number: one that a source told of which does not describe the child. */
  readonly nhsNumberAwaiter?: Candidate | undefined;
  readonly upnAwaiter?: Candidate | undefined;
  /** Records whose details resemble what is told, graded, most likely first. */
  readonly alike: readonly Candidate[];
  /** There are more such records than were compared, so that none of them is certain. */
  readonly isCut?: boolean;
  /** Whether children of two authorities may be linked. */
  readonly matches: (authority: string, other: string) => boolean;
}

export interface Review {
  readonly kind: ReviewItem["kind"];
  readonly candidates: readonly RecordKey[];
  readonly evidence: readonly string[];
  /** Evidence for the best candidate, where it was graded. */
  readonly bits?: number;
}

export interface Decision {
  /** The record to link to, or `undefined` for a child of its own. */
  readonly record: RecordKey | undefined;
  /** Name of the rule that decided. */
  readonly rule: "linked-before" | "nhs-number" | "upn" | "demographics" | "own";
  /** Field by field, in words and bits, without values. */
  readonly evidence: readonly string[];
  /** Whether the child can be found by an NHS number from now on. */
  readonly isFindable: boolean;
  /** Numbers that the source tells and that must be neither indexed nor served for this record. */
  readonly withheld: readonly LinkingNumber[];
  /** Of those, the ones that nobody holds: what other sources tell of the child speaks against them. */
  readonly contradicted: readonly LinkingNumber[];
  readonly reviews: readonly Review[];
}

/** Decides whose record it is. Cautious: what is not certain is a child of its own, and a person looks at it. */
export function decide(identity: SourceIdentity, facts: Facts): Decision {
  const numbers = judgeNumbers(identity, facts);
  const choice = choose(identity, facts, numbers);
  const late = [...voidConflicts(facts), ...lateConflicts(identity, facts, choice.record)];
  const conflicts = [...conflictsWith(choice, numbers, facts), ...late];
  const withheld = [...new Set(conflicts.filter(({ isWithheld }) => isWithheld).map(({ number }) => number))];
  const contradicted = late.map(({ number }) => number);
  const reviews = conflicts.flatMap(({ review }) => review ?? []);
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
  return { record, rule, evidence, isFindable, withheld, contradicted, reviews: mergeByKind(open) };
}

interface Choice {
  readonly record: RecordKey | undefined;
  readonly rule: Decision["rule"];
  readonly evidence: readonly string[];
  readonly reviews: readonly Review[];
  /** Whether the chosen record has an NHS number already. */
  readonly isFindable: boolean;
  /** Of whom the record tells already. */
  readonly authorities: readonly string[];
}

function choose(identity: SourceIdentity, facts: Facts, numbers: readonly JudgedNumber[]): Choice {
  const { linked, mayMove = false, isAlone = false } = facts;
  if (linked === undefined) return chooseAnew(identity, facts, numbers);
  if (facts.isReused === true) {
    const anew = chooseAnew(identity, facts, numbers);
    return { ...anew, reviews: [...anew.reviews, toReuse(linked)] };
  }
  const stay = toChoice(linked, "linked-before", ["the same child of the same source as before"]);
  if (mayMove) {
    const anew = chooseAnew(identity, facts, numbers);
    return anew.record === undefined ? { ...stay, reviews: anew.reviews } : anew;
  }
  const elsewhere = isAlone ? chooseByNumber(identity, facts, numbers) : undefined;
  if (elsewhere !== undefined && elsewhere.record !== linked.record) return elsewhere;
  return { ...stay, reviews: lookAlikes(identity, facts, linked) };
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

const OWN: Choice = {
  record: undefined,
  rule: "own",
  evidence: ["no other record is certain to be of the same child"],
  reviews: [],
  isFindable: false,
  authorities: [],
};

function chooseAnew(identity: SourceIdentity, facts: Facts, numbers: readonly JudgedNumber[]): Choice {
  // A number that another birth date stands beside makes everything else about the record doubtful.
  if (numbers.some(({ birthDate, isAwaited }) => birthDate !== "agrees" && !isAwaited)) return OWN;
  const byNumber = chooseByNumber(identity, facts, numbers);
  if (byNumber !== undefined) return byNumber;
  if (numbers.some(({ birthDate, isAwaited }) => birthDate === "agrees" && !isAwaited)) return OWN;
  // One whose number is told beside another birth date is in conflict, however much else agrees.
  const inConflict = numbers.filter(({ birthDate }) => birthDate !== "agrees").map(({ holder }) => holder.record);
  const [best] = facts.alike;
  if (best?.graded !== undefined && isCertain(identity, best, facts) && !inConflict.includes(best.record)) {
    const evidence = [...toEvidence(best.graded), "no number differs"];
    return { ...toChoice(best, "demographics", evidence), reviews: lookAlikes(identity, facts, best) };
  }
  const alike = facts.alike.filter(({ record }) => !inConflict.includes(record));
  return { ...OWN, reviews: doubtful(identity, { ...facts, alike }) };
}

/** The record that holds a number which is told beside the birth date known there; nothing may speak against it. */
function chooseByNumber(identity: SourceIdentity, facts: Facts, numbers: readonly JudgedNumber[]): Choice | undefined {
  const [first] = numbers
    .filter(({ birthDate }) => birthDate === "agrees")
    .filter(({ isAwaited, holder }) => !isAwaited || !hasOtherNumber(identity, holder))
    .toSorted((left, right) => Number(left.isAwaited) - Number(right.isAwaited));
  if (first === undefined) return undefined;
  const { number, words, holder } = first;
  if (holder.bar === "do-not-link" || holder.graded?.veto !== undefined) return undefined;
  if (number === "upn" && differs(linkingNhsNumber(identity), holder.nhsNumbers)) return undefined;
  if (isOfTwin(holder, facts)) return undefined;
  const graded = holder.graded === undefined ? [] : toEvidence(holder.graded);
  const evidence = [`${words} agrees`, "birth date agrees", ...graded];
  return { ...toChoice(holder, number, evidence), reviews: lookAlikes(identity, facts, holder) };
}

/** The number of a twin: its holder has another given name, and somebody else has this one beside the same birth date. */
function isOfTwin(holder: Candidate, { alike }: Facts): boolean {
  if (bitsOf(holder, "given") >= 0) return false;
  return alike.some(
    (candidate) =>
      candidate.record !== holder.record &&
      ["given", "family", "birth-date"].every((field) => bitsOf(candidate, field) > 0),
  );
}

function bitsOf({ graded }: Candidate, field: string): number {
  return graded?.evidence.find((one) => one.field === field)?.bits ?? 0;
}

function toChoice(candidate: Candidate, rule: Decision["rule"], evidence: readonly string[]): Choice {
  const { record, isFindable, authorities } = candidate;
  return { record, rule, evidence, reviews: [], isFindable, authorities };
}

function isCertain(identity: SourceIdentity, candidate: Candidate, { isCut }: Facts): boolean {
  const { graded, bar } = candidate;
  return (
    isCut !== true &&
    (bar === undefined || (bar === "same-source" && agreesThroughout(graded))) &&
    graded?.grade === "certain" &&
    graded.veto === undefined &&
    !hasOtherNumber(identity, candidate)
  );
}

const DETAILS = ["given", "family", "birth-date", "postcode"];

/** What a source has taken down twice in the same words is one child under two names. */
function agreesThroughout(graded: Candidate["graded"]): boolean {
  const same = graded?.evidence.filter(({ level }) => level === "same").map(({ field }) => field) ?? [];
  return DETAILS.every((field) => same.includes(field));
}

const CLOSE: readonly Grade[] = ["certain", "probable"];

/** Below even odds nobody's time is asked for. */
const SHOWN_MIN_probability = 0.5;

/** Records that may be of the same child as one of its own, for a person to see. */
function doubtful(identity: SourceIdentity, facts: Facts): readonly Review[] {
  const shown = facts.alike.filter(({ graded, bar }) => {
    if (graded === undefined || bar === "do-not-link") return false;
    // Two children of one source are two people, unless all but the source's own word speaks against it.
    if (bar === "same-source") return CLOSE.includes(graded.grade) || agreesThroughout(graded);
    // A number that was verified may still be one that another has taken the place of.
    if (graded.grade === "certainly-not" && graded.veto !== "nhs-number") return false;
    return graded.probability >= SHOWN_MIN_probability;
  });
  return toReview(identity, shown, facts.isCut === true ? ["more records resemble it than were compared"] : []);
}

/**
 * Records that another decision leaves apart although they resemble it closely: they may be of the same child too. Of
 * those that tell a number of the child the rules for numbers speak.
 */
function lookAlikes(identity: SourceIdentity, facts: Facts, chosen: Candidate): readonly Review[] {
  const close = facts.alike.filter(
    (candidate) =>
      candidate.record !== chosen.record &&
      candidate.bar === undefined &&
      candidate.graded?.veto === undefined &&
      CLOSE.includes(candidate.graded?.grade ?? "certainly-not") &&
      !hasOtherNumber(identity, candidate) &&
      !hasSameNumber(identity, candidate) &&
      areInScope(chosen.authorities, candidate.authorities, facts),
  );
  return toReview(identity, close, []);
}

function toReview(
  identity: SourceIdentity,
  candidates: readonly Candidate[],
  further: readonly string[],
): readonly Review[] {
  if (candidates.length === 0) return [];
  const evidence = candidates.flatMap((candidate, n) => {
    const why = [
      ...(candidate.graded === undefined ? [] : toEvidence(candidate.graded)),
      ...(hasOtherNumber(identity, candidate) ? ["NHS number or UPN differs"] : []),
      ...(candidate.bar === "same-source" ? ["the same source tells of both"] : []),
    ];
    return why.map((line) => `candidate ${n + 1}: ${line}`);
  });
  const bits = candidates[0]?.graded?.bits;
  return [
    {
      kind: "ambiguous",
      candidates: candidates.map(({ record }) => record),
      evidence: [...evidence, ...further],
      ...(bits === undefined ? {} : { bits }),
    },
  ];
}

interface Conflict {
  readonly number: LinkingNumber;
  readonly isWithheld: boolean;
  /** Absent where a person has decided already. */
  readonly review?: Review;
}

/**
 * A number held by another record than the chosen one stays there: no merge comes about in silence. One that is only
 * awaited there is free, and the record that waited for it in vain is named.
 */
function conflictsWith(
  { record, authorities }: Choice,
  numbers: readonly JudgedNumber[],
  facts: Facts,
): readonly Conflict[] {
  return numbers
    .filter(({ holder }) => holder.record !== record && areInScope(authorities, holder.authorities, facts))
    .map(({ number, words, holder, birthDate, isAwaited }) => {
      const isHeld = numbers.some((other) => other.number === number && other.holder.record === record);
      const isWithheld = !isAwaited && !isHeld;
      if (holder.bar === "do-not-link") return { number, isWithheld };
      const { graded } = holder;
      const review: Review = {
        kind: birthDate === "agrees" ? "ambiguous" : "identifier-conflict",
        candidates: [holder.record],
        evidence: [
          `${words} is that of another record`,
          `birth date ${BIRTH_DATE_WORDS[birthDate]}`,
          ...(graded === undefined ? [] : toEvidence(graded)),
        ],
        ...(graded === undefined ? {} : { bits: graded.bits }),
      };
      return { number, isWithheld, review };
    });
}

function voidConflicts({ isVoid }: Facts): readonly Conflict[] {
  if (isVoid !== true) return [];
  const evidence = ["the national register took this number out of use"];
  return [
    { number: "nhs-number", isWithheld: true, review: { kind: "identifier-conflict", candidates: [], evidence } },
  ];
}

/** A number that nobody holds yet but that does not fit what other sources tell of the linked child. */
function lateConflicts(identity: SourceIdentity, facts: Facts, record: RecordKey | undefined): readonly Conflict[] {
  const { linked } = facts;
  if (linked === undefined || facts.isReused === true || record !== linked.record) return [];
  const conflicts: Conflict[] = [];
  const add = (number: LinkingNumber, evidence: string): void => {
    const review = { kind: "identifier-conflict", candidates: [linked.record], evidence: [evidence] } as const;
    conflicts.push({ number, isWithheld: true, review });
  };
  const isFree = facts.nhsNumberHolders.length === 0 && facts.isVoid !== true;
  const nhsNumber = isFree ? linkingNhsNumber(identity) : undefined;
  const upn = facts.upnHolders.length === 0 ? linkingUpn(identity) : undefined;
  const otherBirthDate = differs(identity.birthDate, linked.birthDates);
  if (differs(nhsNumber, linked.nhsNumbers)) add("nhs-number", "another source tells another NHS number of the child");
  else if (nhsNumber !== undefined && otherBirthDate) add("nhs-number", "another source tells another birth date");
  if (upn !== undefined && otherBirthDate) add("upn", "another source tells another birth date");
  return conflicts;
}

const BIRTH_DATE_WORDS = { agrees: "agrees", differs: "differs", "not-known": "is not known to both" } as const;

export function mergeByKind(reviews: readonly Review[]): readonly Review[] {
  const merged = new Map<Review["kind"], Review>();
  for (const review of reviews) {
    const before = merged.get(review.kind);
    const bits = before?.bits ?? review.bits;
    merged.set(review.kind, {
      kind: review.kind,
      candidates: [...new Set([...(before?.candidates ?? []), ...review.candidates])],
      evidence: [...(before?.evidence ?? []), ...review.evidence],
      ...(bits === undefined ? {} : { bits }),
    });
  }
  return [...merged.values()];
}
