import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceKind } from "#mappers/mapper.ts";
import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { RegisteredSource } from "../access/source.ts";
import { startResolver } from "../identity/resolver.fixtures.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store, StoredResource } from "../store/store.ts";
import { createIngestLine, type Delivery, type HeldRecord, type IngestLineOptions } from "./line.ts";
import { mapperOf } from "./mappers.ts";
import type { Receipt } from "./receipt.ts";

/** When the deliveries of these tests come in. */
export const RECEIVED_AT = Date.UTC(2026, 10, 2, 9);

const SUFFIXES: Readonly<Record<SourceKind, string>> = {
  "eyfs-profile": "eyfsp",
  "common-transfer-file": "ctf",
  "community-services-data-set": "csds",
  "digital-child-health": "dch",
  "sharing-register": "sharing",
  "early-years-census": "eyc",
  "progress-check": "progress",
  "family-hub": "hub",
  "itk-adt": "adt",
};

export function sourceOf(kind: SourceKind, authority = "leeds"): RegisteredSource {
  return {
    source: `${authority}-${SUFFIXES[kind]}`,
    kind,
    authority,
    localAuthority: "383",
    organization: { system: ODS_ORGANIZATION, value: "Z9911", name: "Synthetic Leeds Community Healthcare" },
    legalBasis: "UK GDPR 6(1)(e), 9(2)(h)",
    derives: new Set(),
  };
}

export interface TestLine {
  readonly store: Store;
  /** Sends one file; bodies come in small chunks so that every boundary falls somewhere. */
  send(
    kind: SourceKind,
    body: string | AsyncIterable<Uint8Array>,
    told?: Partial<Delivery>,
    authority?: string,
  ): Promise<Receipt>;
  /** Takes records in again. */
  replay(kind: SourceKind, records: readonly HeldRecord[]): Promise<Receipt>;
  replaySource(kind: SourceKind): Promise<Receipt>;
  /** The same line on a store, or with mappers, that behave otherwise. */
  on(store: Store, options?: Partial<IngestLineOptions>): Sender;
  close(): Promise<void>;
}

type Sender = Pick<TestLine, "send" | "replay" | "replaySource">;

/** The whole line on a store of its own, with ids that count and a clock that stands. */
export function startLine(options: Partial<IngestLineOptions> = {}): TestLine {
  const resolver = startResolver();
  const directory = mkdtempSync(join(tmpdir(), "ingest-line-"));
  const store = createSqliteStore({ path: join(directory, "store.db") });
  let ids = 0;
  let deliveries = 0;
  const sender = (used: Store, further: Partial<IngestLineOptions> = {}): Sender => {
    const line = createIngestLine({
      store: used,
      mapperOf,
      ids: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
      resolver,
      clock: () => RECEIVED_AT,
      ...options,
      ...further,
    });
    const next = (): Delivery => ({ id: `delivery-${++deliveries}`, receivedAt: RECEIVED_AT, client: "officer" });
    return {
      send(kind, body, told = {}, authority = "leeds") {
        const delivery = { ...next(), ...told };
        return line.ingest(sourceOf(kind, authority), delivery, typeof body === "string" ? inChunks(body) : body);
      },
      replay: (kind, records) => line.replay(sourceOf(kind), next(), each(records)),
      replaySource: (kind) => line.replaySource(sourceOf(kind), next()),
    };
  };
  return {
    store,
    ...sender(store),
    on: sender,
    async close() {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

export async function* inChunks(text: string, size = 997): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const GOALS =
  "COM_E01 COM_E02 PSE_E03 PSE_E04 PSE_E05 PHY_E06 PHY_E07 LIT_E08 LIT_E09 LIT_E10 MAT_E11 MAT_E12 UTW_E13 UTW_E14 UTW_E15 EXP_E16 EXP_E17";

/** A pupil's row of a profile return, every goal expected, but for what is told. */
export function toProfileRow(told: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    FSP_ACADYR: "2024/2025",
    FSP_PupilMatchingRef: "P1",
    FSP_UPN: "J383399021001",
    FSP_SURNAME: "Example",
    FSP_FORENAME: "Amina",
    FSP_DOB: "2020-02-03",
    FSP_SEX: "F",
    FSP_POSTCODE: "LS6 1CI",
    FSP_LA: "383",
    FSP_ESTAB: "3952",
    ...Object.fromEntries(GOALS.split(" ").map((goal) => [`FSP_${goal}`, "2"])),
    ...told,
  };
}

/** The tables of one child at a health visitor: a review, a weight and an ASQ-3 score, by table. */
export function toTables(told: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    mpi: toCsv([
      {
        LocalPatientID: "HV1",
        OrgID_LocalPatientID: "Z9911",
        NHSNumber: "9990000018",
        NHSNumber_Status: "01",
        DateOfBirth: "2020-02-03",
        Postcode: "LS6 1CI",
        Gender: "2",
        NHSNumber_Mother: "9990000026",
        PersonGivenName: "Amina",
        PersonFamilyName: "Example",
        ...told,
      },
    ]),
    gp: toCsv([{ LocalPatientID: "HV1", OrgID_GP: "Z99101", GPRegistration_StartDate: "2020-02-20" }]),
    referral: toCsv([{ ServiceRequestID: "R1", LocalPatientID: "HV1", ReferralRequest_ReceivedDate: "2020-02-04" }]),
    contact: toCsv([
      {
        CareContactID: "C1",
        ServiceRequestID: "R1",
        Contact_Date: "2022-03-01",
        Contact_Time: "10:30",
        CareContact_Duration: "45",
        Consultation_Type: "01",
        CareContact_Subject: "01",
        AttendanceStatus: "5",
      },
    ]),
    activity: toCsv([{ CareActivityID: "A1", CareContactID: "C1", Activity_Type: "08" }]),
    observation: toCsv([{ CareActivityID: "A1", Weight: "12.4", Height: "", Length: "" }]),
    assessment: toCsv([{ CareActivityID: "A1", SNOMED_ID: "953261000000103", Score: "45" }]),
  };
}

/** An objection of a family to the child's education data, as the sharing register tells it. */
export function toDecisionRow(told: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    record_id: "S1",
    child_id: "C1",
    given_name: "Amina",
    family_name: "Example",
    birth_date: "2020-02-03",
    postcode: "LS6 1CI",
    decision: "objection",
    data_classes: "education",
    state: "upheld",
    decided_by: "Data protection team",
    decided_on: "2026-08-10",
    valid_from: "2026-08-01",
    recorded_by: "Family hub team",
    recorded_on: "2026-08-01",
    responsible_person: "parent",
    ...told,
  };
}

export function toCsv(rows: readonly Readonly<Record<string, string>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => row[column] ?? "").join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}

/** All resources of one child's record by type, and what identifies it. */
export async function recordsOf(store: Store) {
  const keys = await store.findRecords([], 1_000, "");
  return Promise.all(
    keys.map(async (key) => {
      const record = await store.record(key);
      if (record === undefined) throw new Error("A record that was found is gone.");
      return record;
    }),
  );
}

export async function onlyRecord(store: Store) {
  const [record, ...others] = await recordsOf(store);
  if (record === undefined || others.length > 0) throw new Error(`Expected one record, not ${1 + others.length}.`);
  return record;
}

export function observationsOf(resources: readonly StoredResource[]): readonly StoredResource[] {
  return resources.filter(({ type }) => type === "Observation");
}
