import type { ParsedAgreement } from "./register-agreement.ts";
import type { RegisterProblem } from "./register-checks.ts";
import type { ParsedRegisterFile } from "./register-file.ts";

/** Children Act 2004 s.16LA, the duty to share. */
export const DUTY_TO_SHARE = "CA2004-16LA";

/** That an agreement agrees with itself: days, legal bases, and what it lets out on them. */
export function checkAgreementSense(agreement: ParsedAgreement, path: string): readonly RegisterProblem[] {
  return [...checkDays(agreement, path), ...checkBasis(agreement, path), ...checkRelease(agreement, path)];
}

/** A writer sees what it wrote: else it could neither read it back nor change it. */
export function checkWritten(
  { writes, dataClasses, authorities, relationship }: ParsedAgreement,
  { writtenSources }: Pick<ParsedRegisterFile, "writtenSources">,
  path: string,
): readonly RegisterProblem[] {
  const source = writtenSources.find((one) => one.source === writes?.source);
  if (source === undefined) return [];
  const at = `${path}.writes.source`;
  const problems: RegisterProblem[] = [];
  if (!dataClasses.includes(source.dataClass)) {
    problems.push({ path: at, message: `tells ${source.dataClass}, which dataClasses does not name; add it there` });
  }
  if (!authorities.includes(source.authority)) {
    problems.push({ path: at, message: `is of ${source.authority}, which authorities does not name; add it there` });
  }
  if (relationship !== "authority") {
    problems.push({
      path: at,
      message: `a client that writes sees a whole authority; expected relationship authority, or no writes`,
    });
  }
  return problems;
}

function checkDays({ from, until }: ParsedAgreement, path: string): RegisterProblem[] {
  if (from === undefined || from <= until) return [];
  return [{ path: `${path}.from`, message: `begins after its last day, ${until}; expected a day not later than that` }];
}

function checkBasis(
  { legalBasis, duties = [], purposes, ...agreement }: ParsedAgreement,
  path: string,
): RegisterProblem[] {
  const { article6, article9, confidence } = legalBasis;
  const problems: RegisterProblem[] = [];
  const isReal = agreement.idSpace === "";
  const holdsHealth = agreement.dataClasses.includes("health-visiting");
  if (isReal && holdsHealth && article9 === "not-applicable") {
    problems.push({
      path: `${path}.legalBasis.article9`,
      message: "health-visiting data are data concerning health; name the condition, as 9(2)(h)",
    });
  }
  if (isReal && holdsHealth && confidence === "not-applicable") {
    problems.push({
      path: `${path}.legalBasis.confidence`,
      message: "health-visiting data are held in confidence; say why it is not broken, as implied-direct-care",
    });
  }
  if (article6 === "6(1)(c)" && duties.length === 0) {
    problems.push({
      path: `${path}.legalBasis.article6`,
      message: "a legal obligation needs the law that obliges; name it in duties, or cite public task, 6(1)(e)",
    });
  }
  if (purposes.includes("safeguarding-16LA") && !duties.includes(DUTY_TO_SHARE)) {
    const at = purposes.indexOf("safeguarding-16LA");
    problems.push({ path: `${path}.purposes[${at}]`, message: `needs ${DUTY_TO_SHARE} among duties` });
  }
  if (purposes.includes("BTG") && agreement.breakGlass !== true) {
    const at = purposes.indexOf("BTG");
    problems.push({
      path: `${path}.purposes[${at}]`,
      message: "needs breakGlass: true; leave the purpose out otherwise",
    });
  }
  return problems;
}

function checkRelease(agreement: ParsedAgreement, path: string): RegisterProblem[] {
  const {
    dataClasses,
    legalBasis,
    implicitPolicy = {},
    sensitivities = [],

    elements = {},
  } = agreement;
  const told: readonly string[] = dataClasses;
  const problems = Object.entries(implicitPolicy)
    .filter(([dataClass, policy]) => policy === "permit" && !told.includes(dataClass))
    .map(([dataClass]) => ({
      path: `${path}.implicitPolicy.${dataClass}`,
      message: "a class that the agreement does not name in dataClasses; leave it out, or name it there",
    }));
  const isExplicit = legalBasis.confidence === "explicit" && told.includes("health-visiting");
  if (isExplicit && implicitPolicy["health-visiting"] !== "deny") {
    problems.push({
      path: `${path}.implicitPolicy`,
      message:
        'explicit agreement of the family must be on record: expected "health-visiting": "deny", or the class left out of dataClasses',
    });
  }
  problems.push(...twice(sensitivities, `${path}.sensitivities`));
  for (const [type, names] of Object.entries(elements)) problems.push(...twice(names, `${path}.elements.${type}`));
  return problems;
}

function twice(words: readonly string[], path: string): RegisterProblem[] {
  return words.flatMap((word, at) =>
    words.indexOf(word) === at ? [] : [{ path: `${path}[${at}]`, message: `${word} stands there already` }],
  );
}
