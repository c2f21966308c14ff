import type { JsonMapper, MapContext, Mapped, SourceIdentity } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { toFilled } from "./filled.ts";
import { parseChildHealthMessage } from "./parse.ts";
import type { ChildHealthMessage } from "./record.ts";
import { RULES } from "./rules.ts";
import { toConsents } from "./to-consent.ts";
import { toObservations } from "./to-observation.ts";
import { toOrganization } from "./to-organization.ts";
import { toPatient } from "./to-patient.ts";
import { toProgressTexts } from "./to-progress.ts";
import { withhold } from "./withhold.ts";

/** Digital Child Health messages (DAPB3009, FHIR STU3). `parse` takes JSON, or the root element of XML. */
export const digitalChildHealth: JsonMapper<ChildHealthMessage> = {
  kind: "digital-child-health",
  dataClass: "health-visiting",
  reader: "json",
  version: 3,
  fields: FIELDS,
  rules: RULES,
  parse: parseChildHealthMessage,
  recordId: ({ recordId }) => recordId,
  identity: toIdentity,
  map: toMapped,
  filled: toFilled,
  withhold,
  writtenAt: ({ writtenAt }) => writtenAt,
};

function toIdentity({ child }: ChildHealthMessage): SourceIdentity {
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

/**
 * A deletion takes back all that the record made before, and leaves the person as they are. Additional demographics say
 * nothing but who the child is: of what they said only the number, the names, the gender and the day of birth are left.
 */
function toMapped(message: ChildHealthMessage, context: MapContext): Mapped {
  const { child, check, recordId, organization, notCarried } = message;
  if (message.action === "delete") {
    const { deceased: _, multipleBirth: __, ...who } = child;
    const left = { ...who, addresses: [], telecom: [], extension: [] };
    const isOfPerson = message.event === "CH001" && child.names.length > 0;
    return {
      ...(isOfPerson ? { patient: toPatient(left, context.source) } : {}),
      made: [],
      organizations: [],
      relationships: [],
      notCarried,
      withdraws: true,
    };
  }
  const origin = { record: recordId, organization };
  const texts = check === undefined ? [] : toProgressTexts(check, origin, context);
  const consents = check === undefined ? [] : toConsents(check, texts, origin, context);
  return {
    patient: toPatient(child, context.source),
    made: [...texts, ...consents, ...toObservations(message, context)],
    organizations: organization === undefined ? [] : [toOrganization(organization, context)],
    relationships: [],
    notCarried:
      check?.parentalConsent !== undefined && consents.length === 0
        ? [...notCarried, "QuestionnaireResponse.item.parentalConsent"]
        : notCarried,
  };
}
