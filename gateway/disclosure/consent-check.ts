import type { Consent, ConsentProvision } from "@medplum/fhirtypes";
import { CONSENT_SCOPE } from "#profiles/systems.ts";
import { toDateRange } from "../search/date-range.ts";
import { ACTOR_SYSTEMS, type CodedElement, flawOfCoding } from "./consent-codes.ts";
import { isRecipient, policyOf, type RuleType } from "./consent-rules.ts";

/** Why a Consent is not stored. */
export interface ConsentFlaw {
  /** FHIRPath of the element. */
  readonly expression: string;
  readonly message: string;
}

/** A Consent that has ended, or was never meant, decides nothing and may say what it likes. */
const ENDED: ReadonlySet<string> = new Set(["inactive", "rejected", "entered-in-error"]);
const NESTED_LEVELS_MAX = 2;

/**
 * Where a Consent contradicts itself, can be read in two ways, or names what nobody here can tell: a decision that cannot
 * be carried out as it was meant is worse than one that is sent back. Whom it names and whose data is looked up
 * elsewhere. That a period ends after it starts is base R4's rule (per-1).
 */
export function checkConsentRules(consent: Consent): readonly ConsentFlaw[] {
  if (ENDED.has(consent.status)) return [];
  const { provision } = consent;
  return [
    ...checkScope(consent),
    ...(provision === undefined
      ? []
      : [...checkRoot(consent, provision), ...checkProvision(provision, "Consent.provision", 0)]),
  ];
}

function checkScope({ scope }: Consent): readonly ConsentFlaw[] {
  const other = (scope.coding ?? []).find(({ system, code }) => system === CONSENT_SCOPE && code !== "patient-privacy");
  if (other === undefined) return [];
  const message = "Expected the scope patient-privacy: a Consent to something else says nothing of who may see data.";
  return [{ expression: "Consent.scope", message }];
}

function checkRoot(consent: Consent, root: ConsentProvision): readonly ConsentFlaw[] {
  const policy = policyOf(consent);
  const { type } = root;
  if (policy !== undefined && type !== undefined && policy !== type) {
    const message = `policyRule says ${policy} and the first rule says ${type}: which of them holds cannot be told. State an exception as a nested rule.`;
    return [{ expression: "Consent.provision.type", message }];
  }
  if (type !== undefined) return [];
  const ambiguous = ambiguityOf(consent, root, policy);
  return ambiguous === undefined ? [] : [{ expression: `Consent.provision.${ambiguous}`, message: AMBIGUOUS }];
}

const AMBIGUOUS =
  "The first rule has no type, so this can be what the policy is about or the exception to it, and no nested rule tells. Give the rule its type, or state the exception as a nested rule.";

/**
 * The element of a first rule without a type that can be meant either way: people write there both what a policy is
 * about and what is taken out of it. Where a nested rule of the other kind states the exception, the first states none.
 */
function ambiguityOf(
  { dateTime }: Consent,
  root: ConsentProvision,
  policy: RuleType | undefined,
): keyof ConsentProvision | undefined {
  const hasException = (root.provision ?? []).some(({ type }) => type !== undefined && type !== policy);
  if (hasException) return undefined;
  const told = NARROWING.find((element) => root[element] !== undefined);
  if (told !== undefined) return told;
  // Who holds the data is no exception to withholding them from all.
  const actors = root.actor?.filter((actor) => policy !== "deny" || isRecipient(actor)) ?? [];
  if (actors.length > 0) return "actor";
  if (policy === "deny" && root.purpose !== undefined) return "purpose";
  // A rule that was over when it was given was meant for the data of that time.
  const [given, end] = [dateTime, root.period?.end].map((text) => (text === undefined ? undefined : toDateRange(text)));
  return given !== undefined && end !== undefined && end.high_ms <= given.low_ms ? "period" : undefined;
}

const NARROWING = ["data", "dataPeriod", "securityLabel", "class", "code"] as const;

const NEITHER = "This rule says neither permit nor deny: only the first rule of a Consent may leave that open.";
const CONTRADICTS =
  "This rule permits what another of the same level denies, for the same actors, purposes, data and period: which of them holds cannot be told.";
const TOO_DEEP =
  "Expected no rule more than two levels below the first: exceptions to exceptions to exceptions are not carried out.";

function checkProvision(provision: ConsentProvision, path: string, level: number): readonly ConsentFlaw[] {
  const nested = provision.provision ?? [];
  if (level === NESTED_LEVELS_MAX && nested.length > 0) return [{ expression: `${path}.provision`, message: TOO_DEEP }];
  return [
    ...nested.flatMap(({ type }, index) =>
      type === undefined ? [{ expression: `${path}.provision[${index}].type`, message: NEITHER }] : [],
    ),
    ...checkContradictions(nested, `${path}.provision`),
    ...checkCodings(provision, path),
    ...checkActors(provision, path),
    ...checkData(provision, path),
    ...nested.flatMap((rule, index) => checkProvision(rule, `${path}.provision[${index}]`, level + 1)),
  ];
}

/** Two rules of one level that say yes and no to the same. */
function checkContradictions(rules: readonly ConsentProvision[], path: string): readonly ConsentFlaw[] {
  return rules.flatMap((rule, index) => {
    const isContradicted = rules
      .slice(0, index)
      .some(
        ({ type, ...other }) =>
          type !== undefined && rule.type !== undefined && type !== rule.type && isSame(other, rule),
      );
    return isContradicted ? [{ expression: `${path}[${index}]`, message: CONTRADICTS }] : [];
  });
}

function isSame(one: ConsentProvision, other: ConsentProvision): boolean {
  return scopeOf(one) === scopeOf(other);
}

/** What a rule is about, in one order, without what it says of it. */
function scopeOf({ type: _, id: __, extension: ___, ...scope }: ConsentProvision): string {
  return JSON.stringify(inOrder(scope));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(inOrder(item))).sort();
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .filter(([name]) => name !== "display" && name !== "text")
    .map(([name, member]) => [name, inOrder(member)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

function checkCodings(provision: ConsentProvision, path: string): readonly ConsentFlaw[] {
  const check = (element: CodedElement, index: number | string, coding: object): readonly ConsentFlaw[] => {
    const message = flawOfCoding(element, coding);
    return message === undefined ? [] : [{ expression: `${path}.${element}[${index}]`, message }];
  };
  const plain = (["purpose", "securityLabel", "class"] as const).flatMap((element) =>
    (provision[element] ?? []).flatMap((coding, index) => check(element, index, coding)),
  );
  const concepts = (["action", "code"] as const).flatMap((element) =>
    (provision[element] ?? []).flatMap(({ coding = [{}] }, index) =>
      coding.flatMap((one) => check(element, index, one)),
    ),
  );
  return [...plain, ...concepts];
}

const UNTOLD =
  "Expected an identifier by which the actor is told when somebody asks, or a reference to an Organization that has one.";

function checkActors({ actor = [] }: ConsentProvision, path: string): readonly ConsentFlaw[] {
  return actor.flatMap(({ reference }, index) => {
    const { system, value } = reference?.identifier ?? {};
    const isTold = system !== undefined && value !== undefined && ACTOR_SYSTEMS.includes(system);
    if (isTold || (reference?.identifier === undefined && reference?.reference !== undefined)) return [];
    return [
      { expression: `${path}.actor[${index}].reference`, message: `${UNTOLD} Systems: ${ACTOR_SYSTEMS.join(", ")}.` },
    ];
  });
}

function checkData({ data = [] }: ConsentProvision, path: string): readonly ConsentFlaw[] {
  return data.flatMap(({ meaning, reference }, index) => {
    const told = reference?.reference;
    if (meaning !== "instance" && meaning !== "related" && meaning !== "authoredby") {
      const message = "Expected instance, related or authoredby: what depends on a resource is not followed here.";
      return [{ expression: `${path}.data[${index}].meaning`, message }];
    }
    if (meaning === "related" && !/(?:^|\/)Encounter\//.test(told ?? "")) {
      const message = "Expected a reference to an Encounter: what else is related to a resource is not followed here.";
      return [{ expression: `${path}.data[${index}].reference`, message }];
    }
    if (told !== undefined || (meaning === "authoredby" && reference?.identifier !== undefined)) return [];
    return [
      {
        expression: `${path}.data[${index}].reference`,
        message: "Expected a reference: it says which data are meant.",
      },
    ];
  });
}
