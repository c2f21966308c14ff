import type { Provenance, Reference } from "@medplum/fhirtypes";
import { toSourceRecordIdentifier } from "#mappers/datatypes/identifier.ts";
import { canonical } from "#profiles/canonical.ts";
import { DELIVERY } from "#profiles/systems.ts";
import type { RegisteredSource } from "../access/source.ts";
import type { Identified } from "./stored-resource.ts";

const PROFILES: readonly string[] = [
  canonical("StructureDefinition", "source-record-provenance"),
  "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Provenance",
];
const DATA_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";
const PARTICIPANT_TYPE = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/** A name that a mapper made out of what identifies the child: it could be guessed by trying. */
const DIGEST_NAME = /^child-[0-9a-f]{32}(?:\/|$)/;

export interface ProvenanceDelivery {
  /** Id of the receipt. */
  readonly receipt: string;
  readonly file?: string | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** Where the resources of one source record come from: https://hl7.org/fhir/R4/provenance.html */
export function toProvenance(about: {
  readonly id: string;
  readonly source: RegisteredSource;
  readonly organizationId: string;
  /** What the source calls the record. */
  readonly record: string;
  /** `Type/id` of all that the record made, at least one. */
  readonly targets: readonly string[];
  /** The delivery that brought the record, which is an earlier one for a row that waited or a record taken in again. */
  readonly delivery: ProvenanceDelivery;
  /** Version of the mapper that made the targets. */
  readonly mapping: number;
  /** Milliseconds since 1970 at which they were made. */
  readonly recordedAt: number;
  readonly activity: "CREATE" | "UPDATE";
}): Identified<Provenance> {
  const { source } = about;
  const { system, value, name } = source.organization;
  return {
    resourceType: "Provenance",
    id: about.id,
    meta: { profile: [...PROFILES] },
    target: about.targets.map((reference) => ({ reference })),
    occurredDateTime: new Date(about.delivery.receivedAt).toISOString(),
    recorded: new Date(about.recordedAt).toISOString(),
    activity: { coding: [{ system: DATA_OPERATION, code: about.activity, display: about.activity.toLowerCase() }] },
    agent: [
      {
        type: { coding: [{ system: PARTICIPANT_TYPE, code: "author", display: "Author" }] },
        who: {
          reference: `Organization/${about.organizationId}`,
          identifier: { system, value },
          display: name,
        },
      },
      {
        type: { coding: [{ system: PARTICIPANT_TYPE, code: "assembler", display: "Assembler" }] },
        who: { type: "Device", display: `Early Years FHIR Gateway, mapping ${source.kind} version ${about.mapping}` },
      },
    ],
    entity: [
      { role: "source", what: toSourceRecord(source.source, about.record) },
      { role: "source", what: toDelivery(about.delivery) },
    ],
  };
}

/** The receipt, and the file by its name where it came with one that may be shown. */
function toDelivery({ receipt, file }: ProvenanceDelivery): Reference {
  return {
    identifier: { system: DELIVERY, value: receipt },
    ...(file === undefined ? {} : { display: file }),
  };
}

function toSourceRecord(source: string, record: string): Reference {
  if (DIGEST_NAME.test(record)) return { display: `A record that ${source} does not name` };
  return { identifier: toSourceRecordIdentifier(source, record) };
}
