import type { FieldRow } from "../mapper.ts";
import { CONTACTS, REGISTRATIONS } from "./tables.ts";

const KEY = "joins the tables";
const PARENT = "identifies a parent; never taken in";
const SAFEGUARDING = "safeguarding; never taken in";
const FREE_TEXT = "free text, in which other people and what they said may stand; never taken in";
const STAFF = "a member of staff; the hub is the performer";

type Target = readonly [field: string, to: string, why?: string];
type Reason = readonly [field: string, why: string];

function table(
  name: string,
  mapped: readonly Target[],
  { unmapped, dropped }: { readonly unmapped: readonly Reason[]; readonly dropped: readonly Reason[] },
): FieldRow[] {
  return [
    ...mapped.map(([field, to, why]) => ({ field: `${name}.${field}`, to, ...(why === undefined ? {} : { why }) })),
    ...unmapped.map(([field, why]) => ({ field: `${name}.${field}`, why })),
    ...dropped.map(([field, why]) => ({ field: `${name}.${field}`, why, droppedAtDoor: true })),
  ];
}

/** The columns of both tables: a template of this gateway, because there is no national form. */
export const FIELDS: readonly FieldRow[] = [
  ...table(
    REGISTRATIONS,
    [
      ["child_id", "Patient.identifier.where(system.endsWith('source-child-id')).value", KEY],
      ["nhs_number", "Patient.identifier.where(system = 'https://fhir.nhs.uk/Id/nhs-number').value", "ten digits"],
      ["given_name", "Patient.name.given"],
      ["family_name", "Patient.name.family"],
      ["birth_date", "Patient.birthDate", "YYYY-MM-DD"],
      ["gender", "Patient.gender", "`female`, `male`, `other` or `unknown`"],
      ["postcode", "Patient.address.postalCode", "ZZ99 codes name no place and are not carried"],
      [
        "hub_code",
        "Organization.identifier.where(system.endsWith('family-hub-code')).value",
        "the hub's own code, after the number of the authority; also the organisation of the registration",
      ],
      [
        "hub_ods_code",
        "Organization.identifier.where(system.endsWith('ods-organization-code')).value",
        "where the hub has one; the registration then counts under both identifiers",
      ],
      ["hub_name", "Organization.name"],
      ["registered_on", "Relationship.start", "YYYY-MM-DD; from this day on the hub sees the child"],
      ["ended_on", "Relationship.end", "YYYY-MM-DD, the last day; empty is without end"],
    ],
    {
      unmapped: [
        ["home_language", "no code list is established"],
        ["how_heard_of_hub", "administration of the service, not the child's record"],
      ],
      dropped: [
        ["parent_given_name", PARENT],
        ["parent_family_name", PARENT],
        ["parent_birth_date", PARENT],
        ["parent_nhs_number", PARENT],
        ["parent_phone", PARENT],
        ["parent_email", PARENT],
        ["early_help_plan", SAFEGUARDING],
        ["social_care_involvement", SAFEGUARDING],
        ["looked_after", SAFEGUARDING],
        ["notes", FREE_TEXT],
      ],
    },
  ),
  ...table(
    CONTACTS,
    [
      ["contact_id", "Observation.identifier.where(system.endsWith('source-record-id')).value"],
      ["child_id", "Observation", KEY],
      ["contact_date", "Observation.effectiveDateTime", "YYYY-MM-DD; a day before birth makes none"],
      ["contact_time", "Observation.effectiveDateTime", "HH:MM, with the offset of London at that moment"],
      ["activity", "Observation.valueCodeableConcept", "a code of the code system *family hub activity*"],
      ["attended", "Observation", "`yes`: an Observation is made; `no` or `cancelled`: none"],
      [
        "hub_code",
        "Organization.identifier.where(system.endsWith('family-hub-code')).value",
        "where it was; empty is the hub of the registration",
      ],
      ["hub_name", "Organization.name"],
    ],
    {
      unmapped: [
        ["session_name", "the activity says what it was; a local name may say more than is known of the child"],
        ["staff_name", STAFF],
      ],
      dropped: [
        ["outcome", FREE_TEXT],
        ["notes", FREE_TEXT],
        ["parent_attended", PARENT],
      ],
    },
  ),
];
