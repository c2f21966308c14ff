import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import { normalisePostcode } from "../datatypes/postcode.ts";
import type { Hl7v2Mapper, MapContext, Mapped, Relationship, SourceIdentity } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { filled } from "./filled.ts";
import { parseMessage } from "./parse.ts";
import type { AdtRecord, Person } from "./record.ts";
import { RULES } from "./rules.ts";
import { toPatient } from "./to-patient.ts";
import { withhold } from "./withhold.ts";

/**
 * Messages of HL7 v2.4 about who a child is, as the NHS Interoperability Toolkit has them: A28 adds a person, A31 updates
 * it, A40 merges two records of it.
 */
export const itkAdt: Hl7v2Mapper<AdtRecord> = {
  kind: "itk-adt",
  dataClass: "health-visiting",
  version: 1,
  fields: FIELDS,
  rules: RULES,
  reader: "hl7v2",
  parse: parseMessage,
  recordId: toRecordId,
  identity: toIdentity,
  map: toMapped,
  filled,
  withhold,
  writtenAt: ({ writtenAt }) => writtenAt,
};

/** A person is one record, whose last message counts; each merge is a record of its own, which no update undoes. */
function toRecordId({ localId, replaces }: AdtRecord): string {
  return replaces.length === 0 ? localId : `${localId}/merge/${replaces.join("+")}`;
}

/** A merge finds its child by number alone: it must not tell details of a person in place of those that were told. */
function toIdentity({ localId, nhsNumber, nhsNumberStatus, person }: AdtRecord): SourceIdentity {
  return {
    localId,
    ...(nhsNumber === undefined ? {} : { nhsNumber }),
    ...(nhsNumberStatus === undefined ? {} : { nhsNumberStatus }),
    ...(person === undefined ? {} : toDetails(person)),
  };
}

function toDetails({ name, birthDate, address, gender }: Person): Omit<SourceIdentity, "localId"> {
  const [given] = name.given;
  const postcode = address?.postalCode === undefined ? undefined : normalisePostcode(address.postalCode);
  return {
    ...(given === undefined ? {} : { given }),
    ...(name.family === undefined ? {} : { family: name.family }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(postcode === undefined ? {} : { postcode }),
    ...(gender === undefined ? {} : { gender }),
  };
}

function toMapped(record: AdtRecord, context: MapContext): Mapped {
  const { person, replaces, notCarried } = record;
  return {
    ...(person === undefined ? {} : { patient: toPatient(record, person, context.source) }),
    made: [],
    organizations: [],
    relationships: person === undefined ? [] : toRelationships(person),
    notCarried,
    ...(replaces.length === 0 ? {} : { replaces }),
  };
}

/** PD1 names the practice of today and no dates: the practice sees the child from now until another is named. */
function toRelationships({ practice }: Person): Relationship[] {
  if (practice === undefined) return [];
  return [{ kind: "gp-registration", organization: { system: ODS_ORGANIZATION, value: practice } }];
}
