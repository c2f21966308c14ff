import type { JsonMapper, MapContext, Mapped, SourceIdentity } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { parseEarlyYearsProgress } from "./parse.ts";
import type { EarlyYearsProgress } from "./record.ts";
import { toConsents } from "./to-consent.ts";
import { toObservations } from "./to-observation.ts";
import { toOrganization } from "./to-organization.ts";
import { toPatient } from "./to-patient.ts";

/** Digital Child Health messages (DAPB3009, FHIR STU3): the Early Years Progress event, CH010. `parse` takes JSON, or the root element of XML. */
export const digitalChildHealth: JsonMapper<EarlyYearsProgress> = {
  kind: "digital-child-health",
  dataClass: "health-visiting",
  reader: "json",
  version: 1,
  fields: FIELDS,
  rules: [],
  parse: parseEarlyYearsProgress,
  recordId: ({ recordId }) => recordId,
  identity: toIdentity,
  map: toMapped,
};

function toIdentity({ child }: EarlyYearsProgress): SourceIdentity {
  const { localId, nhsNumber, nhsNumberStatus, names, birthDate, addresses, gender } = child;
  const name = names.find(({ use }) => use === "official") ?? names[0];
  const given = name?.given?.[0];
  const family = name?.family;
  const postcode = addresses[0]?.postalCode;
  return {
    localId,
    ...(nhsNumber === undefined ? {} : { nhsNumber }),
    ...(nhsNumberStatus === undefined ? {} : { nhsNumberStatus }),
    ...(given === undefined ? {} : { given }),
    ...(family === undefined ? {} : { family }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(postcode === undefined ? {} : { postcode }),
    ...(gender === undefined ? {} : { gender }),
  };
}

/** A deletion says nothing any more, so that all that the record made before is taken back. */
function toMapped({ child, check, recordId, notCarried }: EarlyYearsProgress, context: MapContext): Mapped {
  if (check === undefined) return { made: [], organizations: [], relationships: [], notCarried };
  const observations = toObservations(check, recordId, context);
  const consents = toConsents(check, observations, recordId, context);
  return {
    patient: toPatient(child, context.source),
    made: [...observations, ...consents],
    organizations: check.organization === undefined ? [] : [toOrganization(check.organization, context)],
    relationships: [],
    notCarried:
      check.parentalConsent !== undefined && consents.length === 0
        ? [...notCarried, "QuestionnaireResponse.item.parentalConsent"]
        : notCarried,
  };
}
