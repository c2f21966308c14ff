import type { Patient } from "@medplum/fhirtypes";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { withoutWithheld } from "../../disclosure/withheld.ts";
import { toIdentityKey, toVoidKey } from "../../identity/numbers.ts";
import { toTracedLocalId, toTracedSource } from "../../identity/traced-name.ts";
import { toRecordSearchKeys } from "../../search/keys.ts";
import type { IdentityClaim, WriteTransaction } from "../../store/store.ts";

/** Why a number is served no more. */
export type VoidReason = "invalidated" | "superseded";

const VOID_EVIDENCE: Readonly<Record<VoidReason, string>> = {
  invalidated: "the national register took the number out of use: the child may have another identity now",
  superseded: "the national register replaced the number by another one",
};

/**
 * Takes an NHS number out of service wherever it is told: it is neither indexed nor served, whoever tells it again, and
 * a person looks at each child that had it. Nothing is linked with whoever has the number that came in its place.
 */
export async function voidNumber(
  transaction: WriteTransaction,
  nhsNumber: string,
  told: {
    readonly reason: VoidReason;
    readonly now: number;
    readonly author: string;
    readonly authorityOf: (source: string) => string;
  },
): Promise<void> {
  const claims = await transaction.identityClaims(toIdentityKey("nhs-number", nhsNumber));
  for (const claim of claims) {
    const { record, source, localId } = claim;
    const evidence = [VOID_EVIDENCE[told.reason]];
    await transaction.claimIdentityKey({ ...claim, isWithheld: true });
    await withhold(transaction, claim, { nhsNumber, authority: told.authorityOf(source) });
    await transaction.openReview({
      kind: "identifier-conflict",
      source,
      localId,
      record,
      candidates: [],
      evidence,
      createdAt: told.now,
    });
    await mark(transaction, claim, { ...told, nhsNumber, evidence });
  }
}

/** What the source told stays; the number in it is withheld. */
async function withhold(
  transaction: WriteTransaction,
  { record, source, localId }: IdentityClaim,
  { nhsNumber, authority }: { readonly nhsNumber: string; readonly authority: string },
): Promise<void> {
  const contribution = await transaction.contribution(record, source, localId);
  if (contribution === undefined) return;
  const patient: Patient = JSON.parse(contribution.body);
  const names = (patient.identifier ?? []).flatMap(({ system, value }) =>
    system === NHS_NUMBER && value?.replace(/[\s-]/g, "") === nhsNumber ? [`${system}|${value}`] : [],
  );
  const withheld = [...new Set([...(contribution.withheld ?? []), ...names])].sort();
  const keys = toRecordSearchKeys(withoutWithheld(patient, withheld));
  await transaction.putContribution(record, authority, { ...contribution, withheld }, keys);
}

/** By the register's own source, which no delivery of the child's sources takes back. */
async function mark(
  transaction: WriteTransaction,
  claim: IdentityClaim,
  told: {
    readonly nhsNumber: string;
    readonly evidence: readonly string[];
    readonly now: number;
    readonly author: string;
    readonly authorityOf: (source: string) => string;
  },
): Promise<void> {
  const { record } = claim;
  const source = toTracedSource(told.authorityOf(claim.source));
  const localId = claim.source === source ? claim.localId : toTracedLocalId(claim);
  const link = await transaction.linkOf(source, localId);
  if (link?.record !== record) {
    const { author, evidence, now: decidedAt } = told;
    await transaction.appendLink({ source, localId, record, author, evidence, decidedAt });
  }
  await transaction.claimIdentityKey({ key: toVoidKey(told.nhsNumber), record, source, localId, isWithheld: false });
}
