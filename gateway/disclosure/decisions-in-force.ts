import type { DataClass } from "#mappers/mapper.ts";
import type { Requester } from "../access/requester.ts";
import type { ConsentRules } from "./consent-rules.ts";
import type { DisclosureDecision } from "./disclosure-decision.ts";

type Decided<Kind extends DisclosureDecision["kind"]> = Extract<DisclosureDecision, { readonly kind: Kind }>;

/** What people decided on the disclosure of a record, as far as it holds now for one requester. */
export interface DecisionsInForce {
  /** Outweighs every objection, and stands in for the relationship. */
  readonly breakGlass: Decided<"break-glass"> | undefined;
  /** Outweigh objections to the classes that each names. */
  readonly duties: readonly Decided<"duty">[];
  /** What became of objections: the last word on each Consent, by its id. */
  readonly objections: ReadonlyMap<string, Decided<"objection">>;
}

const NONE: DecisionsInForce = { breakGlass: undefined, duties: [], objections: new Map() };

/** A decision holds from when it was made, until its time is over, it is ended, or whoever reviews it does not uphold it. */
export function toDecisionsInForce(
  decisions: readonly DisclosureDecision[],
  requester: Requester,
  now_ms: number,
): DecisionsInForce {
  if (decisions.length === 0) return NONE;
  const holding = decisions.filter((decision) => isInForce(decision, now_ms));
  const objections = new Map<string, Decided<"objection">>();
  for (const decision of holding.toSorted((a, b) => a.decidedAt_ms - b.decidedAt_ms || a.id - b.id)) {
    if (decision.kind === "objection") objections.set(decision.consent, decision);
  }
  return {
    breakGlass: holding.filter((one) => one.kind === "break-glass").find((one) => breaksFor(one, requester)),
    duties: holding.filter((one) => one.kind === "duty").filter((duty) => isOwedTo(duty, requester)),
    objections,
  };
}

function isInForce({ decidedAt_ms, until_ms, endedAt_ms, review }: DisclosureDecision, now_ms: number): boolean {
  return (
    decidedAt_ms <= now_ms &&
    (until_ms === undefined || now_ms < until_ms) &&
    (endedAt_ms === undefined || now_ms < endedAt_ms) &&
    review?.isUpheld !== false
  );
}

function breaksFor({ client, user }: Decided<"break-glass">, requester: Requester): boolean {
  return (
    requester.agreement.breakGlass === true &&
    requester.purpose === "BTG" &&
    requester.client === client &&
    requester.user?.id === user
  );
}

/** Where disclosing was judged the greater harm, what was decided is not to share. */
function isOwedTo({ duty, recipient, isDetrimental }: Decided<"duty">, requester: Requester): boolean {
  const { agreement, organization } = requester;
  return (
    !isDetrimental &&
    (agreement.duties ?? []).includes(duty) &&
    recipient === `${organization.system}|${organization.value}`
  );
}

/** Whether an objection was refused: by who decided on it here, or else by its own mark. */
export function isRefused({ id, state }: ConsentRules, { objections }: DecisionsInForce): boolean {
  return (objections.get(id)?.state ?? state) === "refused";
}

/** The decision, if any, by which objections to a class do not hold. */
export function overrideOf(
  dataClass: DataClass,
  { breakGlass, duties }: DecisionsInForce,
): Decided<"break-glass"> | Decided<"duty"> | undefined {
  return breakGlass ?? duties.find(({ dataClasses }) => dataClasses.includes(dataClass));
}

/** Instants at which a decision begins to hold or ends, in milliseconds since 1970. */
export function instantsOf(decisions: readonly DisclosureDecision[]): readonly number[] {
  return decisions.flatMap(({ decidedAt_ms, until_ms, endedAt_ms }) =>
    [decidedAt_ms, until_ms, endedAt_ms].filter((instant) => instant !== undefined),
  );
}
