import { parseDate } from "../datatypes/date.ts";
import { toUkDateTime } from "../datatypes/uk-time.ts";
import type { CsvRow, StagedRows } from "../mapper.ts";
import { ACTIVITY, CONTACT, MPI } from "./table-names.ts";
import type { Occasion } from "./to-observation.ts";

/** A contact at which the child was seen, with what was done there. */
export interface AttendedContact extends Occasion {
  /** `CYP201CareContact/` and its id. */
  readonly record: string;
  /** FHIR dateTime of the contact, which everything recorded at it shares. */
  readonly effective: string;
  /** Its day, as YYYY-MM-DD. */
  readonly date: string;
  readonly activities: readonly CsvRow[];
}

/** Codes of ATTENDANCE STATUS under which the child was seen: on time, or late and still seen. */
const SEEN: ReadonlySet<string> = new Set(["5", "6"]);

/** From how many minutes on a contact without a status counts as one at which the child was seen. */
const SEEN_WITHOUT_STATUS_minutes = 5;

/** Whether the child was seen. A contact cancelled or missed has activity rows too, of what had been planned. */
export function isAttended(contact: CsvRow): boolean {
  const statuses = [contact.AttendanceStatus, contact.AttendOrNot].filter((status) => status !== undefined);
  if (statuses.length > 0) return statuses.every((status) => SEEN.has(status));
  return Number(contact.CareContact_Duration ?? 0) >= SEEN_WITHOUT_STATUS_minutes;
}

/** Whether a day lies before the child's birth, where both are known. */
export function isBeforeBirth(day: string | undefined, birthDate: string | undefined): boolean {
  return birthDate !== undefined && day !== undefined && day < birthDate;
}

/** The contacts of a child from which Observations are made; an activity whose contact is not there yet waits. */
export function toAttendedContacts(rows: StagedRows): AttendedContact[] {
  const birthDate = rows[MPI]?.[0]?.DateOfBirth;
  const activities = Map.groupBy(rows[ACTIVITY] ?? [], ({ CareContactID: id }) => id);
  return (rows[CONTACT] ?? []).flatMap((contact) => {
    const { CareContactID: id, Contact_Date: date, Contact_Time: time } = contact;
    if (id === undefined || date === undefined || parseDate(date) === undefined) return [];
    if (!isAttended(contact) || isBeforeBirth(date, birthDate)) return [];
    return [
      {
        record: `${CONTACT}/${id}`,
        date,
        effective: time === undefined ? date : toUkDateTime(date, time),
        activities: activities.get(id) ?? [],
      },
    ];
  });
}
