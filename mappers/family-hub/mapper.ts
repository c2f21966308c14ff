import { normaliseNhsNumber } from "../datatypes/nhs-number.ts";
import { normalisePostcode } from "../datatypes/postcode.ts";
import type { CsvRow, MapContext, Mapped, Relationship, SourceIdentity, StagedMapper, StagedRows } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { type Hub, toContactHub, toHubOrganizations, toRegisteredHub } from "./hub.ts";
import { RULES } from "./rules.ts";
import { CONTACTS, REGISTRATIONS, TABLES } from "./tables.ts";
import { isAttended, isBeforeBirth, toHubContact } from "./to-hub-contact.ts";
import { genderOf, placePostcodeOf, toPatient } from "./to-patient.ts";

/**
 * The register of an authority's Best Start Family Hubs: which child is registered with which hub, and to what it came.
 * Two CSV files of our own template, staged by the register's name of the child.
 */
export const familyHub: StagedMapper = {
  kind: "family-hub",
  dataClass: "education",
  reader: "staged",
  version: 1,
  fields: FIELDS,
  rules: RULES,
  tables: TABLES,
  root: REGISTRATIONS,
  identity: toIdentity,
  map: toMapped,
};

function toIdentity(root: CsvRow): SourceIdentity {
  const { child_id: child = "", nhs_number: nhsNumber, given_name: given, family_name: family, birth_date } = root;
  const place = placePostcodeOf(root);
  const postcode = place === undefined ? undefined : normalisePostcode(place);
  const gender = genderOf(root);
  return {
    localId: child,
    ...(nhsNumber === undefined ? {} : { nhsNumber: normaliseNhsNumber(nhsNumber) }),
    ...(given === undefined ? {} : { given }),
    ...(family === undefined ? {} : { family }),
    ...(birth_date === undefined ? {} : { birthDate: birth_date }),
    ...(postcode === undefined ? {} : { postcode }),
    ...(gender === undefined ? {} : { gender }),
  };
}

function toMapped(rows: StagedRows, context: MapContext): Mapped {
  const root = rows[REGISTRATIONS]?.[0];
  if (root === undefined) return { made: [], organizations: [], relationships: [], notCarried: [] };
  const registered = toRegisteredHub(root, context);
  const attended = (rows[CONTACTS] ?? [])
    .filter((contact) => isAttended(contact) && !isBeforeBirth(contact, root))
    .map((contact) => ({ contact, hub: toContactHub(contact, root, context) }));
  return {
    patient: toPatient(root, context.source),
    made: attended.map(({ contact, hub }) => toHubContact(contact, hub, context)),
    organizations: toHubOrganizations([registered, ...attended.map(({ hub }) => hub)], context),
    relationships: toRelationships(root, registered),
    notCarried: toNotCarried(rows, root),
  };
}

/** One registration, under each identifier of the hub: whoever asks is known by either. */
function toRelationships({ registered_on: start, ended_on: end }: CsvRow, hub: Hub): Relationship[] {
  return hub.identifiers.map((organization) => ({
    kind: "hub-registration",
    organization,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  }));
}

const WITHOUT_TARGET: ReadonlySet<string> = new Set(
  FIELDS.filter(({ to }) => to === undefined).map(({ field }) => field),
);

/** Names, as `table.column`, of what had a value and went nowhere, each once. */
function toNotCarried(rows: StagedRows, root: CsvRow): string[] {
  const names = new Set<string>();
  for (const [table, tableRows] of Object.entries(rows)) {
    for (const name of tableRows.flatMap((row) => Object.keys(row).map((column) => `${table}.${column}`))) {
      if (WITHOUT_TARGET.has(name)) names.add(name);
    }
  }
  if (root.postcode !== undefined && placePostcodeOf(root) === undefined) names.add(`${REGISTRATIONS}.postcode`);
  if ((rows[CONTACTS] ?? []).some((contact) => isAttended(contact) && isBeforeBirth(contact, root))) {
    names.add(`${CONTACTS}.contact_date`);
  }
  return [...names].sort();
}
