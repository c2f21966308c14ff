import type { Consent, ConsentProvision, ConsentProvisionActor } from "@medplum/fhirtypes";
import { ACT_CODE, OBJECTION_STATE, OBJECTION_STATE_EXTENSION, SHARING_DECISION } from "#profiles/systems.ts";
import { toDateRange } from "../search/date-range.ts";

export type RuleType = "permit" | "deny";

/** Policies by which what no rule says is released, or not. https://terminology.hl7.org/CodeSystem-v3-ActCode.html */
const POLICIES: ReadonlyMap<string | undefined, RuleType> = new Map([
  ["OPTIN", "permit"],
  ["OPTOUT", "deny"],
  ["OPTOUTE", "deny"],
]);

/** What policies of opting in or out say by themselves: opting out counts under whatever system. */
export function policiesOf({ policyRule }: Pick<Consent, "policyRule">): ReadonlySet<RuleType> {
  const told = (policyRule?.coding ?? []).map(({ system, code }) => {
    const type = POLICIES.get(code);
    return type === "permit" && system !== ACT_CODE ? undefined : type;
  });
  return new Set(told.filter((type) => type !== undefined));
}

export function policyOf(consent: Pick<Consent, "policyRule">): RuleType | undefined {
  const told = policiesOf(consent);
  return told.has("deny") ? "deny" : [...told][0];
}

/**
 * Whether a family objects. What the first rule of an objection permits is what the law permits anyway: nobody agreed to
 * anything, and where an agreement needs the family's own it gives none.
 */
export function isObjection(consent: Pick<Consent, "category" | "extension">): boolean {
  const categories = (consent.category ?? []).flatMap(({ coding }) => coding ?? []);
  return (
    stateOf(consent) !== undefined ||
    categories.some(({ system, code }) => system === SHARING_DECISION && code === "objection")
  );
}

/** The state that the source marks an objection with. */
export function stateOf({ extension }: Pick<Consent, "extension">): string | undefined {
  const told = extension?.find(({ url }) => url === OBJECTION_STATE_EXTENSION)?.valueCoding;
  return told?.system === OBJECTION_STATE ? told.code : undefined;
}

const PARTICIPATION_TYPE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
/** Who holds or wrote the data, not who gets them: custodian, author. */
const NOT_RECIPIENTS: ReadonlySet<string | undefined> = new Set(["CST", "AUT"]);

export function isRecipient({ role }: ConsentProvisionActor): boolean {
  return !(role?.coding ?? []).some(({ system, code }) => system === PARTICIPATION_TYPE && NOT_RECIPIENTS.has(code));
}

const NARROWING = ["data", "dataPeriod", "securityLabel", "class", "code"] as const;

/**
 * The element of a first rule without a type that can be meant either way: people write there both what a policy is
 * about and what is taken out of it. Where a nested rule of the other kind states the exception, the first states none.
 */
export function ambiguityOf(
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
  const [given, end] = [dateTime, root.period?.end].map((text = "") => toDateRange(text));
  return given !== undefined && end !== undefined && end.high_ms <= given.low_ms ? "period" : undefined;
}
