import type { Patient } from "@medplum/fhirtypes";
import type { Issue } from "../outcome/issue.ts";
import { reasonIssue, withoutNames } from "../review/reason.ts";
import type { StoredRecord } from "../store/store.ts";
import type { OversightPorts } from "./ports.ts";

/**
 * The reason of somebody who sees only what some sources tell. Names that these tell it must not hold; what others tell is
 * taken out without a word, or to try names would be to learn them.
 */
export async function reasonOfStranger(
  reason: string,
  { key, contributions }: StoredRecord,
  isReached: (source: string) => boolean,
  { store }: Pick<OversightPorts, "store">,
): Promise<Issue | string> {
  const told = [
    ...(await store.sourceChildrenOf(key)),
    ...contributions.flatMap(({ source, body }) => namesIn(body).map((identity) => ({ source, identity }))),
  ];
  const flaw = reasonIssue(reason, [{ told: told.filter(({ source }) => isReached(source)) }]);
  return flaw ?? withoutNames(reason, [{ told: told.filter(({ source }) => !isReached(source)) }]);
}

/** What is wrong with a reason that is kept beside a decision on these children; names as every source tells them. */
export async function flawOfReason(
  reason: string,
  records: readonly StoredRecord[],
  { store }: Pick<OversightPorts, "store">,
): Promise<Issue | undefined> {
  const children = await Promise.all(
    records.map(async ({ key, contributions }) => {
      const told = await store.sourceChildrenOf(key);
      return [...told.map(({ identity }) => identity), ...contributions.flatMap(({ body }) => namesIn(body))];
    }),
  );
  const told = children.flat().map((identity) => ({ identity }));
  return reasonIssue(reason, [{ told }]);
}

/** Of a client that writes Patients no identity is kept beside them. */
function namesIn(body: string) {
  const { name = [] }: Patient = JSON.parse(body);
  return name.map(({ given = [], family = "" }) => ({ given: given.join(" "), family }));
}
