import type { SourceIdentity } from "#mappers/mapper.ts";
import { type LinkingNumber, linkingNhsNumber, linkingUpn } from "./numbers.ts";
import type { Candidate, Facts } from "./rules.ts";

/** How one number of the source record stands to a record that holds it. */
export interface JudgedNumber {
  readonly number: LinkingNumber;
  readonly words: string;
  readonly holder: Candidate;
  readonly birthDate: "agrees" | "differs" | "not-known";
  /** No source that describes the child holds the number, so that it can be taken. */
  readonly isAwaited: boolean;
}

/** Those whose birth date agrees first. */
export function judgeNumbers(identity: SourceIdentity, facts: Facts): readonly JudgedNumber[] {
  const judge = (
    number: LinkingNumber,
    words: string,
    { holders, awaiter }: { readonly holders: readonly Candidate[]; readonly awaiter: Candidate | undefined },
  ): readonly JudgedNumber[] => {
    const isAwaited = holders.length === 0;
    const all = isAwaited && awaiter !== undefined ? [awaiter] : holders;
    const judged = all
      // What only this source told of cannot speak for or against it.
      .filter(({ record }) => !(facts.mayMove === true || facts.isAlone === true) || record !== facts.linked?.record)
      .map((holder) => ({ number, words, holder, birthDate: compareBirthDate(identity, holder), isAwaited }));
    const agreeing = judged.filter(({ birthDate }) => birthDate === "agrees");
    return agreeing.length > 0 ? agreeing : judged;
  };
  return [
    ...judge("nhs-number", "NHS number", { holders: facts.nhsNumberHolders, awaiter: facts.nhsNumberAwaiter }),
    ...judge("upn", "UPN", { holders: facts.upnHolders, awaiter: facts.upnAwaiter }),
  ];
}

function compareBirthDate({ birthDate }: SourceIdentity, { birthDates }: Candidate): JudgedNumber["birthDate"] {
  if (birthDate === undefined || birthDates.length === 0) return "not-known";
  return birthDates.includes(birthDate) ? "agrees" : "differs";
}

export function hasOtherNumber(identity: SourceIdentity, candidate: Pick<Candidate, "nhsNumbers" | "upns">): boolean {
  return differs(linkingNhsNumber(identity), candidate.nhsNumbers) || differs(linkingUpn(identity), candidate.upns);
}

export function hasSameNumber(
  identity: SourceIdentity,
  { nhsNumbers, upns }: Pick<Candidate, "nhsNumbers" | "upns">,
): boolean {
  const [nhsNumber, upn] = [linkingNhsNumber(identity), linkingUpn(identity)];
  return (nhsNumber !== undefined && nhsNumbers.includes(nhsNumber)) || (upn !== undefined && upns.includes(upn));
}

/** Whether what is told is none of what is known. */
export function differs(told: string | undefined, known: readonly string[]): boolean {
  return told !== undefined && known.length > 0 && !known.includes(told);
}
