import type { Patient } from "@medplum/fhirtypes";
import { toNhsNumberIdentifier } from "#mappers/datatypes/identifier.ts";
import type { SourceIdentity } from "#mappers/mapper.ts";
import { joinByRule, joiningOf } from "../../identity/decisions/join-by-rule.ts";
import type { MovingPorts } from "../../identity/decisions/ports.ts";
import { toIdentityKey } from "../../identity/numbers.ts";
import type { ChildResolver } from "../../identity/resolve-child.ts";
import { toTracedLocalId, toTracedSource } from "../../identity/traced-name.ts";
import type { TraceOutcome } from "../../identity/tracing.ts";
import { toRecordSearchKeys } from "../../search/keys.ts";
import type { AlikeChild, ReviewItem, WriteTransaction } from "../../store/store.ts";

/** A source's child without a number that was asked for. */
export interface TracedChild {
  readonly child: AlikeChild;
  readonly authority: string;
}

export interface ApplyPorts {
  readonly resolver: Pick<ChildResolver, "resolve" | "blockingKeysOf">;
  /** How a whole record becomes part of another that it turns out to be. */
  readonly moving: MovingPorts;
  /** Rules and matcher with their versions; stands in the link. */
  readonly author: string;
}

/** What became of an outcome. */
export type Applied =
  /** The number is the child's from now on. */
  | { readonly kind: "told" }
  /** Alone in its record, and certainly the child of another record that holds the number: it is that one's now. */
  | { readonly kind: "merged" }
  | { readonly kind: "for-review" }
  /** Nobody, or more than one. */
  | { readonly kind: "nothing" }
  /** The child is another's, or told otherwise, than when it was asked for. */
  | { readonly kind: "overtaken" };

const TRACE_EVIDENCE = [
  "the national register knows one child with these details, certain by the gateway's own matching",
  "number verified by the national register",
];
const RESTRICTED_EVIDENCE =
  "the national register marks a child with these details as restricted: nothing is linked by a rule";
const BOTH_EVIDENCE = "another record holds the number beside the same birth date";
const HELD_EVIDENCE = "the number that the national register tells of this child is another record's";

/** Writes down what tracing a child came to, within the transaction; only a certain, unrestricted child gets a number. */
export async function applyTrace(
  transaction: WriteTransaction,
  traced: TracedChild,
  { outcome, now, ...ports }: ApplyPorts & { readonly outcome: TraceOutcome; readonly now: number },
): Promise<Applied> {
  const { child } = traced;
  await retractElsewhere(transaction, traced, now);
  if (outcome.kind !== "found") return { kind: "nothing" };
  const current = await transaction.sourceChildrenOf(child.record);
  const same = current.find(({ source, localId }) => source === child.source && localId === child.localId);
  if (same?.body !== child.body) return { kind: "overtaken" };
  const review = (item: Omit<ReviewItem, "source" | "localId" | "record" | "createdAt">): Promise<void> =>
    transaction.openReview({
      ...item,
      source: child.source,
      localId: child.localId,
      record: child.record,
      createdAt: now,
    });
  if (outcome.isRestricted) {
    await review({ kind: "ambiguous", candidates: [], evidence: [RESTRICTED_EVIDENCE] });
    return { kind: "for-review" };
  }
  const identity: SourceIdentity = { ...same.identity, nhsNumber: outcome.nhsNumber, nhsNumberStatus: "01" };
  const resolution = await ports.resolver.resolve(transaction, child.source, identity);
  const joining = joiningOf(resolution);
  if (joining !== undefined) {
    const told = {
      joining,
      child,
      author: ports.author,
      decision: { ...resolution.decision, evidence: TRACE_EVIDENCE },
    };
    if (await joinByRule(transaction, told, ports.moving)) return { kind: "merged" };
    await review({ kind: "ambiguous", candidates: [joining.survivor], evidence: [...TRACE_EVIDENCE, BOTH_EVIDENCE] });
    return { kind: "for-review" };
  }
  for (const item of resolution.decision.reviews) if (item.kind !== "unlinked") await review(item);
  if (resolution.record !== child.record || resolution.decision.withheld.includes("nhs-number")) {
    const candidates = resolution.facts.nhsNumberHolders.map(({ record }) => record);
    await review({ kind: "identifier-conflict", candidates, evidence: [HELD_EVIDENCE] });
    return { kind: "for-review" };
  }
  await tell(transaction, traced, { ...ports, nhsNumber: outcome.nhsNumber, now });
  return { kind: "told" };
}

/** The register's word for a child whose source has since given its name to another one: no more where it was told. */
async function retractElsewhere(
  transaction: WriteTransaction,
  { child, authority }: TracedChild,
  now: number,
): Promise<void> {
  const source = toTracedSource(authority);
  const localId = toTracedLocalId(child);
  const link = await transaction.linkOf(source, localId);
  if (link === undefined || link.record === child.record) return;
  for (const { key } of await transaction.identityClaimsOf(source, localId)) {
    await transaction.releaseIdentityKey(key, source, localId);
  }
  await transaction.removeContribution(link.record, source, localId, now);
  await transaction.removeSourceIdentity(source, localId);
}

/** The number and nothing else, by a source of its own: what the child's sources tell stays theirs. */
async function tell(
  transaction: WriteTransaction,
  { child, authority }: TracedChild,
  { nhsNumber, now, author, resolver }: ApplyPorts & { readonly nhsNumber: string; readonly now: number },
): Promise<void> {
  const { record } = child;
  const source = toTracedSource(authority);
  const localId = toTracedLocalId(child);
  const identity: SourceIdentity = { localId, nhsNumber, nhsNumberStatus: "01" };
  const patient: Patient = { resourceType: "Patient", identifier: [toNhsNumberIdentifier(nhsNumber, "01")] };
  await transaction.appendLink({ source, localId, record, author, evidence: TRACE_EVIDENCE, decidedAt: now });
  await transaction.putSourceIdentity(source, localId, identity, resolver.blockingKeysOf(identity));
  const key = toIdentityKey("nhs-number", nhsNumber);
  await transaction.claimIdentityKey({ key, record, source, localId, isWithheld: false });
  await transaction.putContribution(
    record,
    authority,
    { source, localId, dataClass: "health-visiting", lastUpdated: now, body: JSON.stringify(patient) },
    toRecordSearchKeys(patient),
  );
  await transaction.reach({
    source,
    authority,
    dataClass: "health-visiting",
    until: new Date(now).toISOString().slice(0, 10),
  });
  for (const told of await transaction.sourceChildrenOf(record)) {
    await transaction.closeReview(told.source, told.localId, ["ambiguous", "identifier-conflict"]);
  }
}
