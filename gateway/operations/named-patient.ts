import type { Identifier, Patient } from "@medplum/fhirtypes";
import type { Looking } from "../interactions/candidates.ts";
import type { RecordReader, VisibleRecord } from "../interactions/record-reader.ts";
import type { Soon } from "../interactions/soon.ts";
import type { Issue } from "../outcome/issue.ts";
import { resourceBytes } from "../search/pack.ts";
import type { ReadVerbs, RecordKey } from "../store/store.ts";

export interface NamedPatientPorts {
  readonly store: Pick<ReadVerbs, "locate">;
  readonly reader: Pick<RecordReader, "view">;
  readonly resolver: {
    resolve(system: string, value: string, idSpace: string, changes: number): Soon<readonly RecordKey[]>;
  };
  readonly fhirBase: string;
}

/** How an operation names a Patient: by a reference, or by identifiers of which it carries every one. */
export interface PatientName {
  /** Name of the parameter of the reference; that of the identifiers ends in `-identifier`. */
  readonly parameter: string;
  readonly reference: string | undefined;
  readonly identifiers: readonly Identifier[];
}

export type NamedPatient =
  | { readonly ok: true; readonly view: VisibleRecord }
  | { readonly ok: false; readonly issue: Issue };

/** The Patient that is named, among those whom the requester sees; one that is hidden is no other than one that is not. */
export async function findNamed(name: PatientName, looking: Looking, ports: NamedPatientPorts): Promise<NamedPatient> {
  const { parameter, reference, identifiers } = name;
  if (reference === undefined && identifiers.length === 0) {
    const expected = `a reference to a Patient, or its identifiers as ${parameter}-identifier`;
    return { ok: false, issue: { kind: "bad-operation-parameter", parameter, expected } };
  }
  const keys =
    reference === undefined ? await carriers(identifiers, looking, ports) : await located(reference, looking, ports);
  const views: VisibleRecord[] = [];
  for (const key of keys) {
    const view = await ports.reader.view(key, looking.requester, looking.at);
    if (view !== undefined && view.patient.size > 0 && carriesAll(view, identifiers)) views.push(view);
  }
  const [only, another] = views;
  if (only === undefined) return { ok: false, issue: { kind: "no-such-patient", parameter } };
  if (another !== undefined) return { ok: false, issue: { kind: "several-patients", parameter } };
  return { ok: true, view: only };
}

const ADDRESS = /^Patient\/([A-Za-z0-9\-.]{1,64})$/;

async function located(
  reference: string,
  { requester }: Looking,
  { store, fhirBase }: NamedPatientPorts,
): Promise<readonly RecordKey[]> {
  const local = reference.startsWith(`${fhirBase}/`) ? reference.slice(fhirBase.length + 1) : reference;
  const [, id] = ADDRESS.exec(local) ?? [];
  const key = id === undefined ? undefined : await store.locate("Patient", id, requester.agreement.idSpace);
  return key === undefined ? [] : [key];
}

async function carriers(
  [first]: readonly Identifier[],
  { requester, at }: Looking,
  { resolver }: NamedPatientPorts,
): Promise<readonly RecordKey[]> {
  return resolver.resolve(first?.system ?? "", first?.value ?? "", requester.agreement.idSpace, at.changes);
}

function carriesAll({ patient }: VisibleRecord, identifiers: readonly Identifier[]): boolean {
  if (identifiers.length === 0) return true;
  const { identifier: carried = [] }: Patient = JSON.parse(resourceBytes(patient, 0).toString());
  return identifiers.every(({ system, value }) => carried.some((one) => one.system === system && one.value === value));
}
