import type { DataClass } from "#mappers/mapper.ts";
import type { ClassTerms, ConsentRule, ConsentRules } from "./consent-rules.ts";
import { deniesLabels, permitsLabels } from "./high-water.ts";
import type { ResourceFacts } from "./resource-facts.ts";

/** Who asks and what for, as rules name it. */
export interface Asker {
  /** `system|value` of the organisation, the client, the person, and the groups that they are in now. */
  readonly names: ReadonlySet<string>;
  /** `system|value` of the organisations that the organisation is part of: a denial of one covers it. */
  readonly ancestors: readonly string[];
  /** `system|code`. */
  readonly purpose: string;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
}

/**
 * What rules say of data: nothing, that they are released, that they are withheld. Of a whole data class several can be
 * said, each of a part of it; then it is a set of bits, and what holds of one resource is asked with its facts.
 */
export type Votes = number;
export const SILENT = 1;
export const PERMITS = 2;
export const DENIES = 4;

/** One resource; or of a data class as a whole, all that may stand in it, or what every resource in it shares. */
export type Data =
  | { readonly scope: "resource"; readonly facts: ResourceFacts }
  | { readonly scope: "any-of-class" | "whole-class"; readonly dataClass: DataClass | undefined };

/** What holds where no Consent says anything. */
export type ImplicitPolicy = "permit" | "deny";

/** Whether what is said of one thing, and of it alone, lets it be released. */
export function isPermittedBy(votes: Votes, implicit: ImplicitPolicy): boolean {
  return votes === SILENT ? implicit === "permit" : votes === PERMITS;
}

/** Of several Consents a denial counts more than a permission, and that more than silence; their order counts nothing. */
export function votesOf(consents: readonly ConsentRules[], asker: Asker, data: Data): Votes {
  let votes: Votes = SILENT;
  for (const { root } of consents) votes = stronger(votes, votesOfRule(root, asker, data));
  return votes;
}

export function votesOfRule(rule: ConsentRule, asker: Asker, data: Data): Votes {
  let nested: Votes = SILENT;
  for (const one of rule.nested) nested = stronger(nested, votesOfRule(one, asker, data));
  if ((nested & SILENT) === 0) return nested;
  // Where no exception is made the rule itself holds.
  return (nested & ~SILENT) | ownVotes(rule, asker, data);
}

/** What two together say, for everything that each may say. */
function stronger(one: Votes, other: Votes): Votes {
  let votes: Votes = 0;
  if (((one | other) & DENIES) !== 0) votes |= DENIES;
  if (((one & PERMITS) !== 0 && (other & ~DENIES) !== 0) || ((other & PERMITS) !== 0 && (one & ~DENIES) !== 0)) {
    votes |= PERMITS;
  }
  return votes | (one & other & SILENT);
}

function ownVotes(rule: ConsentRule, asker: Asker, data: Data): Votes {
  if (rule.type === undefined || !isOfRequest(rule, asker)) return SILENT;
  const own = rule.type === "deny" ? DENIES : PERMITS;
  if (data.scope === "resource") return isOfResource(rule, data.facts) ? own : SILENT;
  if (!mayBeOfClass(rule, data.dataClass)) return SILENT;
  if (!isNarrower(rule, data.dataClass)) return own;
  return data.scope === "any-of-class" ? own | SILENT : SILENT;
}

function isOfRequest(rule: ConsentRule, { names, ancestors, purpose, now_ms }: Asker): boolean {
  const { actors, purposes, type } = rule;
  if (!rule.isOfAccess || now_ms < rule.from_ms || now_ms >= rule.until_ms) return false;
  if (purposes !== undefined && !purposes.has(purpose)) return false;
  if (actors === undefined) return true;
  for (const name of names) if (actors.has(name)) return true;
  return type === "deny" && ancestors.some((name) => actors.has(name));
}

function mayBeOfClass({ classes }: ConsentRule, dataClass: DataClass | undefined): boolean {
  if (classes === undefined) return true;
  return names(classes, dataClass) || classes.types.size > 0 || classes.profiles.size > 0;
}

function names({ dataClasses }: ClassTerms, dataClass: DataClass | undefined): boolean {
  return dataClass !== undefined && dataClasses.has(dataClass);
}

/** Whether a rule that may be about a data class is about a part of it alone. */
function isNarrower({ classes, labels, codes, data, dataPeriod }: ConsentRule, dataClass?: DataClass): boolean {
  if (labels !== undefined || codes !== undefined || data !== undefined || dataPeriod !== undefined) return true;
  return classes !== undefined && !names(classes, dataClass);
}

/** All that a rule names must hold, each by one of the things that it names. */
function isOfResource(rule: ConsentRule, facts: ResourceFacts): boolean {
  const denies = rule.type === "deny";
  return (
    isOfClass(rule, facts) &&
    (rule.codes === undefined || hasOne(denies ? facts.codings : facts.codes, rule.codes)) &&
    isOfData(rule, facts) &&
    isOfTime(rule, facts, denies) &&
    (rule.labels === undefined || (denies ? deniesLabels : permitsLabels)(rule.labels, facts.labels))
  );
}

function isOfClass({ classes }: ConsentRule, { dataClass, type, profiles }: ResourceFacts): boolean {
  if (classes === undefined) return true;
  return (
    names(classes, dataClass) || classes.types.has(type) || profiles.some((profile) => classes.profiles.has(profile))
  );
}

function isOfData({ data }: ConsentRule, { name, encounters, authors }: ResourceFacts): boolean {
  if (data === undefined) return true;
  return data.some((term) => {
    if (term.meaning === "authoredby") return authors.has(term.name);
    return term.name === name || (term.meaning === "related" && encounters.has(term.name));
  });
}

/** Data of a date that nobody knows are denied by a rule on dates, and permitted by none. */
function isOfTime({ dataPeriod }: ConsentRule, { date }: ResourceFacts, denies: boolean): boolean {
  if (dataPeriod === undefined) return true;
  if (date === undefined) return denies;
  if (denies) return date.low_ms < dataPeriod.high_ms && dataPeriod.low_ms < date.high_ms;
  return dataPeriod.low_ms <= date.low_ms && date.high_ms <= dataPeriod.high_ms;
}

function hasOne(these: ReadonlySet<string>, those: ReadonlySet<string>): boolean {
  for (const one of those) if (these.has(one)) return true;
  return false;
}
