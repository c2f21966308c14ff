import type { Identifier, Patient, Resource } from "@medplum/fhirtypes";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import { linkingNhsNumber, linkingUpn } from "../../identity/numbers.ts";
import { toWrittenKey } from "../../identity/resolve-identifier.ts";
import { toRecordSearchKeys } from "../../search/keys.ts";
import { type RecordKey, type RecordSearchKey, SHARED_ID_SPACE } from "../../store/store.ts";
import { type Content, toContribution } from "./content.ts";
import type { Scene, Writer } from "./ports.ts";

/** Stores what the writer says of a child: its own contribution and no other. Nothing is linked by it. */
export async function putContribution(record: RecordKey, content: Content, scene: Scene): Promise<void> {
  const { transaction, writer, now_ms } = scene;
  if (!isPatient(content.resource)) throw new Error("only a Patient is a contribution");
  await transaction.putContribution(
    record,
    writer.authority,
    {
      source: writer.source,
      localId: content.id,
      dataClass: writer.dataClass,
      lastUpdated: now_ms,
      body: toContribution(content),
    },
    searchKeys(content.resource, writer),
  );
  if (scene.requester.agreement.matchingScope !== "none" && writer.idSpace === SHARED_ID_SPACE) {
    await reviewNumbers(record, { id: content.id, identifiers: content.resource.identifier ?? [] }, scene);
  }
}

/** The keys by which the child is found. */
function searchKeys(patient: Patient, { idSpace }: Writer): readonly RecordSearchKey[] {
  const keys = toRecordSearchKeys(patient);
  if (idSpace !== SHARED_ID_SPACE) return keys;
  return keys.map((key) => (key.code === "identifier" ? toWrittenKey(key.value) : key));
}

function isPatient(resource: Resource): resource is Patient {
  return resource.resourceType === "Patient";
}

/**
 * A number by which children are linked and that another record holds stays there, and is not taken where it is free:
 * what a client says of a child must not keep the child's own sources from it. A person decides whether two are one.
 */
async function reviewNumbers(
  record: RecordKey,
  { id, identifiers }: { readonly id: string; readonly identifiers: readonly Identifier[] },
  { transaction, writer, now_ms }: Scene,
): Promise<void> {
  const candidates = new Set<RecordKey>();
  const evidence = new Set<string>();
  for (const { system, value } of identifiers) {
    if (value === undefined) continue;
    const nhsNumber = system === NHS_NUMBER ? linkingNhsNumber({ nhsNumber: value }) : undefined;
    const upn = system === UPN ? linkingUpn({ upn: value }) : undefined;
    const key = nhsNumber === undefined ? upn && `upn|${upn}` : `nhs-number|${nhsNumber}`;
    const holders = key === undefined ? [] : await transaction.identityKeyHolders(key);
    const others = holders.filter((holder) => holder !== record);
    if (others.length === 0) continue;
    for (const holder of others) candidates.add(holder);
    evidence.add(`${nhsNumber === undefined ? "UPN" : "NHS number"} is that of another record`);
  }
  await transaction.closeReview(writer.source, id);
  if (candidates.size === 0) return;
  await transaction.openReview({
    kind: "identifier-conflict",
    source: writer.source,
    localId: id,
    record,
    candidates: [...candidates],
    evidence: [...evidence],
    createdAt: now_ms,
  });
}
