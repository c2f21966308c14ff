import type { Patient } from "@medplum/fhirtypes";
import type { Looking } from "../interactions/candidates.ts";
import type { RecordReader, VisibleRecord } from "../interactions/record-reader.ts";
import { resourceBytes } from "../search/pack.ts";
import type { ReadVerbs } from "../store/store.ts";

/** A chain of merges longer than this is a mistake in the data. */
const MERGES_max = 20;

/** The visible record that stands for a Patient: its own, or where it is replaced, that of the last one that replaces it. */
export async function replacing(
  view: VisibleRecord,
  { requester, at }: Looking,
  ports: { readonly store: Pick<ReadVerbs, "locate">; readonly reader: Pick<RecordReader, "view"> },
): Promise<VisibleRecord | undefined> {
  let standing: VisibleRecord | undefined = view;
  for (let merges = 0; merges < MERGES_max && standing !== undefined; merges++) {
    const id = replacedBy(standing);
    if (id === undefined) return standing;
    const key = await ports.store.locate("Patient", id, requester.agreement.idSpace);
    standing = key === undefined ? undefined : await ports.reader.view(key, requester, at);
  }
  return undefined;
}

/** Logical id of the Patient that stands for this one. */
function replacedBy({ patient }: VisibleRecord): string | undefined {
  if (patient.size === 0) return undefined;
  const { link = [] }: Patient = JSON.parse(resourceBytes(patient, 0).toString());
  const { other } = link.find(({ type }) => type === "replaced-by") ?? {};
  return /(?:^|\/)Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(other?.reference ?? "")?.[1];
}
