import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { CsvRow, Relationship, StagedRows } from "../mapper.ts";
import { GP, MPI, REFERRAL, SERVICE_TYPE } from "./tables.ts";

/** SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE): Health Visiting Service. */
const HEALTH_VISITING = "16";

/** Which organisations have to do with the child, and when: each GP registration, and the health visiting caseload. */
export function toRelationships(rows: StagedRows): Relationship[] {
  const registrations = (rows[GP] ?? []).flatMap(({ OrgID_GP, GPRegistration_StartDate, GPRegistration_EndDate }) =>
    OrgID_GP === undefined
      ? []
      : [toRelationship("gp-registration", OrgID_GP, GPRegistration_StartDate, GPRegistration_EndDate)],
  );
  const provider = rows[MPI]?.[0]?.OrgID_LocalPatientID;
  if (provider === undefined) return registrations;
  return [...registrations, ...(rows[REFERRAL] ?? []).flatMap((row) => toCaseload(row, provider, rows))];
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
