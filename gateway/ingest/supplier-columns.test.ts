import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { parseColumnFile } from "../access/column-file.ts";
import type { RegisteredSource } from "../access/source.ts";
import { startResolver } from "../identity/resolver.fixtures.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { inChunks, RECEIVED_AT, sourceOf } from "./line.fixtures.ts";
import { createIngestLine } from "./line.ts";
import { MAPPERS } from "./mappers.fixtures.ts";
import { mapperOf, shapesOf } from "./mappers.ts";

const KIND = "community-services-data-set";
const OURS = {
  CYP001MPI:
    "LocalPatientID,NHSNumber,NHSNumber_Status,OrgID_LocalPatientID,DateOfBirth\nHV-1,9990034001,01,Z9911,2022-03-14\n",
  CYP101Referral: "ServiceRequestID,LocalPatientID,ReferralRequest_ReceivedDate\nR-1,HV-1,2022-03-20\n",
  CYP201CareContact:
    "CareContactID,ServiceRequestID,Contact_Date,Contact_Time,CareContact_Duration,AttendanceStatus\nC-1,R-1,2024-06-20,10:15,45,5\n",
  CYP202CareActivity:
    "CareActivityID,CareContactID,Activity_Type,Observation_Scheme,CodedObservation,ObservationValue,UC_UnitOfMeasurement\nA-1,C-1,11,03,363812007,48.6,CM\n",
};
const THEIRS = {
  CYP001MPI:
    "PatientNumber,NHSNumber,NHSNumberStatus,RegCDB,RegOrganisationId,PersonBirthDate,IsConfidential\nHV-1,9990034001,01,7,Z9911,2022-03-14,0\n",
  CYP101Referral: "SRI,PatientNumber,RefRecDate\nR-1,HV-1,2022-03-20\n",
  CYP201CareContact:
    "CCI,SRI,LPI,PatientNumber,CContactDate,CContactTime,ClinDuration,AttendCode,InReport_Error\nC-1,R-1,HV-1,HV-1,2024-06-20,10:15,45,5,\n",
  CYP202CareActivity:
    "CAI,CCI,PatientNumber,ActivityCode,ObsScheme,ObsCode,ObsValue,UCUMUnit,LegacyCodeOriginalTerm\nA-1,C-1,HV-1,11,03,363812007,48.6,CM,head\n",
};

const example = readFileSync(
  new URL("../../mappers/community-services-data-set/example-columns.json", import.meta.url),
  "utf8",
);
const opened: { readonly store: Store; readonly directory: string }[] = [];

afterEach(async () => {
  for (const { store, directory } of opened.splice(0)) {
    await store.close();
    rmSync(directory, { recursive: true });
  }
});

async function takeIn(files: Readonly<Record<string, string>>, columns?: RegisteredSource["columns"]) {
  const directory = mkdtempSync(join(tmpdir(), "supplier-columns-"));
  const store = createSqliteStore({ path: join(directory, "store.db") });
  opened.push({ store, directory });
  let ids = 0;
  const line = createIngestLine({
    store,
    mapperOf,
    resolver: startResolver(),
    ids: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    clock: () => RECEIVED_AT,
  });
  const source = { ...sourceOf(KIND), ...(columns === undefined ? {} : { columns }) };
  const receipts = [];
  for (const [name, body] of Object.entries(files)) {
    receipts.push(
      await line.ingest(
        source,
        { id: name, receivedAt: RECEIVED_AT, client: "officer", fileName: `${name}.csv` },
        inChunks(body),
      ),
    );
  }
  return receipts;
}

const columnsOf = () => {
  const parsed = parseColumnFile(example, shapesOf(MAPPERS[KIND]));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.columns;
};

test("files under a supplier's own column names make what the same files make under the names of the data set", async () => {
  const [ours, theirs] = [await takeIn(OURS), await takeIn(THEIRS, columnsOf())];
  const made = (receipts: typeof ours) =>
    receipts.map(({ received, committed, quarantined, resources }) => ({
      received,
      committed,
      quarantined,
      resources,
    }));
  expect(made(theirs)).toEqual(made(ours));
  expect(made(theirs).map(({ resources }) => resources.Observation ?? 0)).toContain(2);
});

test("what is not carried is named as the supplier names it", async () => {
  const receipts = await takeIn(THEIRS, columnsOf());
  const named = JSON.stringify(receipts.map(({ notCarried }) => notCarried));
  for (const column of ["CYP001MPI.RegCDB", "CYP201CareContact.LPI", "CYP202CareActivity.LegacyCodeOriginalTerm"]) {
    expect(named).toContain(column);
  }
});

test("without the map the files are refused, and the missing columns are named", async () => {
  const [first] = await takeIn({ CYP201CareContact: THEIRS.CYP201CareContact });
  expect(first).toMatchObject({ received: 1, committed: 0, quarantined: 1 });
  expect(JSON.stringify(first?.issues)).toContain("missing");
});
