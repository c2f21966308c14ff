import type { Patient } from "@medplum/fhirtypes";
import type { Issue } from "../outcome/issue.ts";
import { reasonIssue } from "../review/reason.ts";
import type { StoredRecord } from "../store/store.ts";
import type { OversightPorts } from "./ports.ts";

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
