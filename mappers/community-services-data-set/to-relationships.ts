import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { CsvRow, Relationship, StagedRows } from "../mapper.ts";
import { GP, MPI, REFERRAL, SERVICE_TYPE } from "./table-names.ts";

/** SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE): Health Visiting Service. */
const HEALTH_VISITING = "16";

/** Which organisations have to do with the child, and when: each GP registration, and the health visiting caseload. */
export function toRelationships(rows: StagedRows): Relationship[] {
  const registrations = (rows[GP] ?? []).flatMap((row, _, all) =>
    row.OrgID_GP === undefined
      ? []
      : [toRelationship("gp-registration", row.OrgID_GP, row.GPRegistration_StartDate, endOf(row, all))],
  );
  const provider = rows[MPI]?.[0]?.OrgID_LocalPatientID;
  if (provider === undefined) return registrations;
  return [...registrations, ...(rows[REFERRAL] ?? []).flatMap((row) => toCaseload(row, provider, rows))];
}

/**
 * A child is registered with one practice at a time, and not every provider sends the former row again with its end:
 * the day before the next start then is the last. A row without a start counts as the earliest, as it does where the
 * practice of the Patient is chosen.
 */
function endOf(registration: CsvRow, all: readonly CsvRow[]): string | undefined {
  const { GPRegistration_StartDate: start = "", GPRegistration_EndDate: end } = registration;
  if (end !== undefined) return end;
  const [next] = all
    .flatMap(({ OrgID_GP, GPRegistration_StartDate: other }) => (OrgID_GP === undefined ? [] : (other ?? [])))
    .filter((other) => other > start)
    .toSorted();
  return next === undefined ? undefined : dayBefore(next);
}

const DAY_MS = 86_400_000;

function dayBefore(date: string): string {
  return new Date(Date.parse(date) - DAY_MS).toISOString().slice(0, 10);
}

/** A referral puts the child on the caseload if it is to health visiting, or if the extract does not say to what it is. */
function toCaseload(referral: CsvRow, provider: string, rows: StagedRows): Relationship[] {
  const { ServiceRequestID: request, ReferralRequest_ReceivedDate: start, Discharge_Date: discharge } = referral;
  const services = (rows[SERVICE_TYPE] ?? []).filter((service) => service.ServiceRequestID === request);
  if (services.length === 0) return [toRelationship("caseload", provider, start, discharge)];
  return services
    .filter((service) => service.TeamType === HEALTH_VISITING && service.Referral_RejectionDate === undefined)
    .map((service) => toRelationship("caseload", provider, start, earlier(discharge, service.Referral_ClosureDate)));
}

function toRelationship(
  kind: Relationship["kind"],
  odsCode: string,
  start: string | undefined,
  end: string | undefined,
): Relationship {
  return {
    kind,
    organization: { system: ODS_ORGANIZATION, value: odsCode.toUpperCase() },
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  };
}

function earlier(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left < right ? left : right;
}
