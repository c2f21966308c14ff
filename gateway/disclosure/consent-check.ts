import type { Consent, ConsentProvision } from "@medplum/fhirtypes";
import { ACT_CODE, CONSENT_SCOPE } from "#profiles/systems.ts";
import { ACTOR_SYSTEMS, type CodedElement, flawOfCoding } from "./consent-codes.ts";
import { ambiguityOf, policiesOf, policyOf } from "./consent-policy.ts";

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
 * elsewhere. `issuers`: of persons, each being the system of the identifiers that it gives them. That a period ends after it starts is base R4's rule (per-1).
 */
export function checkConsentRules(consent: Consent, issuers: readonly string[] = []): readonly ConsentFlaw[] {
  if (ENDED.has(consent.status)) return [];
  const { provision } = consent;
  return [
    ...checkScope(consent),
    ...checkPolicy(consent),
    ...checkModifiers(consent, "Consent"),
    ...(provision === undefined
      ? []
      : [...checkRoot(consent, provision), ...checkProvision(provision, "Consent.provision", { level: 0, issuers })]),
  ];
}

function checkScope({ scope }: Consent): readonly ConsentFlaw[] {
  const other = (scope.coding ?? []).find(({ system, code }) => system === CONSENT_SCOPE && code !== "patient-privacy");
  if (other === undefined) return [];
  const message = "Expected the scope patient-privacy: a Consent to something else says nothing of who may see data.";
  return [{ expression: "Consent.scope", message }];
}

/** Policies of opting in or out. */
const OPTING: ReadonlySet<string | undefined> = new Set(["OPTIN", "OPTOUT", "OPTOUTE"]);

function checkPolicy(consent: Consent): readonly ConsentFlaw[] {
  const { policyRule } = consent;
  if (policiesOf(consent).size > 1) {
    const message = "This opts in and out at once: which of them holds cannot be told.";
    return [{ expression: "Consent.policyRule", message }];
  }
  return (policyRule?.coding ?? []).flatMap(({ system, code }, index) =>
    OPTING.has(code) && system !== ACT_CODE
      ? [{ expression: `Consent.policyRule.coding[${index}]`, message: `Expected ${code} of the system ${ACT_CODE}.` }]
      : [],
  );
}

/** https://hl7.org/fhir/R4/extensibility.html#modifierExtension */
function checkModifiers({ modifierExtension }: Consent | ConsentProvision, path: string): readonly ConsentFlaw[] {
  if (modifierExtension === undefined) return [];
  const message = "An extension here can turn the meaning of the rule round, and none is understood.";
  return [{ expression: `${path}.modifierExtension`, message }];
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

const NEITHER = "This rule says neither permit nor deny: only the first rule of a Consent may leave that open.";
const CONTRADICTS =
  "This rule permits what another of the same level denies, for the same actors, purposes, data and period: which of them holds cannot be told.";
const TOO_DEEP =
  "Expected no rule more than two levels below the first: exceptions to exceptions to exceptions are not carried out.";

interface Checking {
  /** Below the first rule. */
  readonly level: number;
  readonly issuers: readonly string[];
}

function checkProvision(provision: ConsentProvision, path: string, checking: Checking): readonly ConsentFlaw[] {
  const { level, issuers } = checking;
  const nested = provision.provision ?? [];
  if (level === NESTED_LEVELS_MAX && nested.length > 0) return [{ expression: `${path}.provision`, message: TOO_DEEP }];
  return [
    ...nested.flatMap(({ type }, index) =>
      type === undefined ? [{ expression: `${path}.provision[${index}].type`, message: NEITHER }] : [],
    ),
    ...checkModifiers(provision, path),
    ...checkContradictions(nested, `${path}.provision`),
    ...checkCodings(provision, path),
    ...checkActors(provision, path, issuers),
    ...checkData(provision, path),
    ...nested.flatMap((rule, index) =>
      checkProvision(rule, `${path}.provision[${index}]`, { issuers, level: level + 1 }),
    ),
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
    .map(([name, member]) => JSON.stringify([name, inOrder(member)]))
    .sort();
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

function checkActors(
  { actor = [] }: ConsentProvision,
  path: string,
  issuers: readonly string[],
): readonly ConsentFlaw[] {
  const systems = [...ACTOR_SYSTEMS, ...issuers];
  return actor.flatMap(({ reference }, index) => {
    const { system, value } = reference?.identifier ?? {};
    const isTold = value !== undefined && systems.some((known) => known === system);
    if (isTold || (reference?.identifier === undefined && reference?.reference !== undefined)) return [];
    return [{ expression: `${path}.actor[${index}].reference`, message: `${UNTOLD} Systems: ${systems.join(", ")}.` }];
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
