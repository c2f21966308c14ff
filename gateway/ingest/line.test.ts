import { createReadStream, existsSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { communityServicesDataSet } from "#mappers/community-services-data-set/mapper.ts";
import type { StagedMapper } from "#mappers/mapper.ts";
import {
  observationsOf,
  onlyRecord,
  recordsOf,
  startLine,
  type TestLine,
  toCsv,
  toDecisionRow,
  toProfileRow,
  toTables,
} from "./line.fixtures.ts";
import { withMappers } from "./mappers.fixtures.ts";

const NHS = "https://fhir.nhs.uk/Id/nhs-number|9990000018";
let line: TestLine;

afterEach(() => line.close());

const typesOf = (resources: readonly { readonly type: string }[]) => resources.map(({ type }) => type).sort();

describe("a profile return", () => {
  test("becomes a child with its observations, each told by whom and when", async () => {
    line = startLine();
    const receipt = await line.send("eyfs-profile", toCsv([toProfileRow()]), { fileName: "return.csv" });
    expect(receipt).toMatchObject({
      fileName: "return.csv",
      received: 1,
      committed: 1,
      unchanged: 0,
      quarantined: 0,
      resources: { Observation: 18, Provenance: 1 },
      issues: [],
    });
    const record = await onlyRecord(line.store);
    expect(record.contributions).toMatchObject([{ source: "leeds-eyfsp", localId: "P1", dataClass: "education" }]);
    expect(record.relationships.length).toBeGreaterThan(0);
    expect(typesOf(record.resources)).toEqual([...Array(18).fill("Observation"), "Provenance"]);
    const stored = record.resources.find(({ type }) => type === "Observation");
    expect(JSON.parse(String(stored?.body))).toMatchObject({
      resourceType: "Observation",
      id: stored?.id,
      meta: {
        versionId: "1",
        lastUpdated: "2026-11-02T09:00:00.000Z",
        source: "https://early-years-gateway.example/fhir/source/leeds-eyfsp",
      },
      subject: { reference: `Patient/${record.patientId}` },
    });
    expect(await line.store.receipt(receipt.id)).toBe(JSON.stringify(receipt));
    expect(await line.store.sourceReaches()).toMatchObject([{ source: "leeds-eyfsp", dataClass: "education" }]);
  });

  test("of a pupil who is called by more than any index takes is held back with what to do", async () => {
    line = startLine();
    const receipt = await line.send("eyfs-profile", toCsv([toProfileRow({ FSP_PupilMatchingRef: "P".repeat(501) })]));
    expect(receipt).toMatchObject({ received: 1, committed: 0, quarantined: 1 });
    expect(receipt.issues).toMatchObject([
      { line: 2, message: expect.stringMatching(/longer than 500 characters; call it/) },
    ]);
  });

  test("sent again, whatever its column order, makes no new version", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    const before = await onlyRecord(line.store);
    const reversed = Object.fromEntries(Object.entries(toProfileRow()).reverse());
    const receipt = await line.send("eyfs-profile", toCsv([reversed]));
    expect(receipt).toMatchObject({ received: 1, committed: 0, unchanged: 1, resources: {} });
    expect(await onlyRecord(line.store)).toEqual(before);
  });

  test("with one outcome changed changes that observation, and keeps every id", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    const before = await onlyRecord(line.store);
    const receipt = await line.send("eyfs-profile", toCsv([toProfileRow({ FSP_EXP_E17: "1" })]));
    expect(receipt).toMatchObject({ committed: 1, resources: { Observation: 1, Provenance: 1 } });
    const after = await onlyRecord(line.store);
    expect(after.resources.map(({ id }) => id).sort()).toEqual(before.resources.map(({ id }) => id).sort());
    expect(typesOf(after.resources.filter(({ version }) => version === 2))).toEqual(["Observation", "Provenance"]);
    expect(after.contributions).toEqual(before.contributions);
  });

  test("with another forename keeps what was said before, until then", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([toProfileRow({ FSP_FORENAME: "Before" })]));
    const before = await onlyRecord(line.store);
    await line.send("eyfs-profile", toCsv([toProfileRow({ FSP_FORENAME: "After" })]));
    const after = await onlyRecord(line.store);
    const [now] = after.contributions;
    expect(now?.body).toContain("After");
    expect(before.pastContributions).toEqual([]);
    expect(after.pastContributions).toEqual(
      before.contributions.map(({ unit: _, ...told }) => ({ ...told, until: now?.lastUpdated })),
    );
  });

  test("with an outcome taken out ends that observation alone", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    await line.send("eyfs-profile", toCsv([toProfileRow({ FSP_EXP_E17: "" })]));
    const { resources } = await onlyRecord(line.store);
    const observations = observationsOf(resources);
    expect(observations.length).toBeLessThan(18);
    expect(observations.length).toBeGreaterThanOrEqual(16);
  });

  test("keeps good rows when others are bad, and says of each what and where, never the value", async () => {
    line = startLine();
    const rows = [
      toProfileRow({ FSP_PupilMatchingRef: "P1", FSP_UPN: "" }),
      toProfileRow({ FSP_PupilMatchingRef: "P2", FSP_UPN: "", FSP_DOB: "2020-02-31" }),
      toProfileRow({ FSP_PupilMatchingRef: "P3", FSP_UPN: "A383399021001" }),
      toProfileRow({ FSP_PupilMatchingRef: "P4", FSP_UPN: "", FSP_FORENAME: "Bilal" }),
    ];
    const receipt = await line.send("eyfs-profile", toCsv(rows));
    expect(receipt).toMatchObject({ received: 4, committed: 2, quarantined: 2 });
    expect(receipt.issues.map(({ line: at, field }) => [at, field])).toEqual([
      [3, "FSP_DOB"],
      [4, "FSP_UPN"],
    ]);
    expect(JSON.stringify(receipt)).not.toMatch(/2020-02-31|A383399021001|Bilal/);
    const held = await line.store.quarantined({ sources: ["leeds-eyfsp"], delivery: receipt.id }, 10);
    expect(held.map(({ line: at }) => at).sort()).toEqual([3, 4]);
    expect(await recordsOf(line.store)).toHaveLength(2);
  });

  test.each([
    ["a wrong header", "FSP_UPN;FSP_DOB\nx;y\n", /header/],
    ["nothing", "", /empty/],
  ])("of %s is one record received and held, with the reason", async (_, text, message) => {
    line = startLine();
    const receipt = await line.send("eyfs-profile", text);
    expect(receipt).toMatchObject({ received: 1, committed: 0, quarantined: 1 });
    expect(receipt.issues).toMatchObject([{ line: 1, severity: "error", message: expect.stringMatching(message) }]);
  });

  test("names columns that nobody knows, and counts the rows that had them", async () => {
    line = startLine();
    const receipt = await line.send("eyfs-profile", toCsv([toProfileRow({ Shoe: "4" })]));
    expect(receipt.notCarried).toContainEqual({ field: "Shoe", records: 1 });
  });

  test("whose transfer breaks off keeps what came, and says so", async () => {
    line = startLine();
    const broken = (async function* () {
      yield Buffer.from(`${toCsv([toProfileRow()])}2024/2025,P2,`);
      throw new Error("socket hang up");
    })();
    const receipt = await line.send("eyfs-profile", broken);
    expect(receipt).toMatchObject({ received: 2, committed: 1, quarantined: 1 });
    expect(receipt.issues).toMatchObject([{ message: expect.stringMatching(/broke off/) }]);
  });
});

describe("tables of a health visiting provider", () => {
  const tables = toTables();
  const orders: [string, readonly string[]][] = [
    ["from the child down", ["mpi", "gp", "referral", "contact", "activity", "observation", "assessment"]],
    ["from the last table up", ["assessment", "observation", "activity", "contact", "referral", "gp", "mpi"]],
    ["mixed", ["contact", "mpi", "assessment", "gp", "activity", "referral", "observation"]],
  ];

  test.each(orders)("give the same record %s", async (_, order) => {
    line = startLine();
    for (const table of order) {
      const receipt = await line.send("community-services-data-set", tables[table] ?? "");
      expect(receipt).toMatchObject({ received: 1, committed: 1, quarantined: 0 });
    }
    const record = await onlyRecord(line.store);
    expect(
      observationsOf(record.resources)
        .map(({ body }) => JSON.parse(String(body)).code.text)
        .sort(),
    ).toEqual([
      "ASQ-3 (Ages and Stages Questionnaire Third Edition) 27 month questionnaire - communication score",
      "ASQ-3 scores, 27 month questionnaire",
      "Body weight",
      "Health Visitor New Birth Visit",
    ]);
    expect(record.relationships).toContainEqual(expect.objectContaining({ kind: "gp-registration" }));
    expect(await line.store.findRecords([{ code: "identifier", value: NHS }], 2, "")).toEqual([record.key]);
  });

  test("a table sent again changes nothing, and a changed row changes what it makes", async () => {
    line = startLine();
    for (const table of Object.values(tables)) await line.send("community-services-data-set", table);
    const before = await onlyRecord(line.store);
    const again = await line.send("community-services-data-set", tables.observation ?? "");
    expect(again).toMatchObject({ unchanged: 1, resources: {} });
    expect(await onlyRecord(line.store)).toEqual(before);
    const heavier = toCsv([{ CareActivityID: "A1", Weight: "12.5", Height: "", Length: "" }]);
    const changed = await line.send("community-services-data-set", heavier);
    expect(changed).toMatchObject({ committed: 1, resources: { Observation: 1, Provenance: 1 } });
  });

  test("what is dropped at the door is named without a number, and stored nowhere", async () => {
    line = startLine();
    const receipt = await line.send("community-services-data-set", tables.mpi ?? "");
    expect(receipt.notCarried).toContainEqual({ field: "CYP001MPI.NHSNumber_Mother", droppedAtDoor: true });
    const [staged] = await line.store.write((transaction) =>
      transaction.stagedRows("leeds-csds", [{ table: "CYP001MPI", key: "HV1" }]),
    );
    expect(staged?.body).toContain("9990000018");
    expect(staged?.body).not.toContain("9990000026");
  });

  test("a safeguarding code is in no quarantine, though its row is held for another reason", async () => {
    line = startLine();
    const receipt = await line.send(
      "community-services-data-set",
      toCsv([
        {
          CareActivityID: "A1",
          CareContactID: "C1",
          Activity_Type: "99",
          Observation_Scheme: "03",
          CodedObservation: "836881000000105",
          ObservationValue: "yes indeed",
        },
      ]),
    );
    expect(receipt).toMatchObject({ committed: 0, quarantined: 1, issues: [{ line: 2, field: "Activity_Type" }] });
    const [held] = await line.store.quarantined({ sources: ["leeds-csds"] }, 10);
    expect(held?.content).toContain("withheld");
    expect(held?.content).not.toMatch(/836881000000105|yes indeed/);
  });

  test("a row that spoils its child is held by itself, and the rest of its file and of the child is in", async () => {
    const faults: string[] = [];
    const spoilt: StagedMapper = {
      ...communityServicesDataSet,
      map(rows, context) {
        if (rows.CYP611Obs?.some(({ Weight }) => Weight === "66.6") === true) throw new RangeError("HV1 weighs 66.6");
        return communityServicesDataSet.map(rows, context);
      },
    };
    line = startLine({
      mapperOf: withMappers({ "community-services-data-set": spoilt }),
      onFault: (error) => void faults.push(String(error)),
    });
    const { observation: _, ...others } = tables;
    for (const table of Object.values(others)) await line.send("community-services-data-set", table);
    const rows = ["12.4", "66.6"].map((Weight, n) => ({ CareActivityID: `A${n + 1}`, Weight, Height: "", Length: "" }));
    await line.send(
      "community-services-data-set",
      toCsv([{ CareActivityID: "A2", CareContactID: "C1", Activity_Type: "04" }]),
    );
    const receipt = await line.send("community-services-data-set", toCsv(rows));
    expect(receipt).toMatchObject({ received: 2, committed: 1, quarantined: 1, issues: [{ line: 3 }] });
    expect(receipt.resources.Observation).toBeGreaterThan(0);
    expect(JSON.stringify(receipt)).not.toContain("66.6");
    expect(faults).not.toHaveLength(0);
    const [staged] = await line.store.write((transaction) =>
      transaction.stagedRows("leeds-csds", [{ table: "CYP611Obs", key: "A2" }]),
    );
    expect(staged).toBeUndefined();
  });

  test("a wrong check digit holds the child's own row, and the others wait", async () => {
    line = startLine();
    const { mpi = "", ...others } = toTables({ NHSNumber: "9990000019" });
    expect(await line.send("community-services-data-set", mpi)).toMatchObject({ quarantined: 1 });
    for (const table of Object.values(others)) {
      expect(await line.send("community-services-data-set", table)).toMatchObject({ committed: 1, resources: {} });
    }
    expect(await recordsOf(line.store)).toHaveLength(0);
    await line.send("community-services-data-set", tables.mpi ?? "");
    expect((await onlyRecord(line.store)).resources.length).toBeGreaterThan(0);
  });
});

describe("a common transfer file", () => {
  const pupil = (
    upn: string,
    given: string,
    goals: string,
  ): string => `<Pupil><UPN>${upn}</UPN><Surname>Example</Surname>
<Forename>${given}</Forename><DOB>2020-02-03</DOB><Sex>F</Sex><BasicDetails/><LookedAfter><InCare>false</InCare></LookedAfter>
<StageAssessments><Stage>EYF${goals}</Stage></StageAssessments></Pupil>`;
  const file = (pupils: string): string => `<?xml version="1.0" encoding="utf-8"?>
<CTfile><Header><CTFversion>25.0</CTFversion><DateTime>2025-07-01T09:00:00</DateTime><SourceSchool><LEA>383</LEA><Estab>3952</Estab>
<SchoolName>Synthetic Meadow Primary School</SchoolName><AcademicYear>2025</AcademicYear></SourceSchool></Header>
<CTFpupilData>${pupils}</CTFpupilData></CTfile>`;
  const both = file(`${pupil("J383399021001", "Amina", "")}${pupil("Y383399021002", "Bilal", "")}`);

  test("that is cut off gives the pupils before the cut, then one issue with line and column", async () => {
    line = startLine();
    const receipt = await line.send("common-transfer-file", both.slice(0, both.lastIndexOf("<DOB>") + 9));
    expect(receipt).toMatchObject({ received: 2, committed: 1, quarantined: 1 });
    expect(receipt.issues).toMatchObject([{ line: expect.any(Number), column: expect.any(Number) }]);
    expect(await line.send("common-transfer-file", both)).toMatchObject({ committed: 1, unchanged: 1 });
    expect(await recordsOf(line.store)).toHaveLength(2);
  });

  test("held in quarantine does not tell what is dropped at the door", async () => {
    line = startLine();
    await line.send("common-transfer-file", file(pupil("A383399021001", "Amina", "")));
    const [held] = await line.store.quarantined({ sources: ["leeds-ctf"] }, 10);
    expect(held?.content).toContain("Amina");
    expect(held?.content).not.toMatch(/LookedAfter|InCare/);
  });
});

describe("a register of what families decided", () => {
  const objection = toCsv([toDecisionRow()]);

  test.each([
    ["before", ["sharing-register", "eyfs-profile"] as const],
    ["after", ["eyfs-profile", "sharing-register"] as const],
  ])("reaches the child's record when it comes %s the other sources", async (_, order) => {
    line = startLine();
    for (const kind of order) {
      const receipt = await line.send(kind, kind === "eyfs-profile" ? toCsv([toProfileRow()]) : objection);
      expect(receipt).toMatchObject({ committed: 1, quarantined: 0 });
    }
    const { resources } = await onlyRecord(line.store);
    expect(resources.filter(({ type }) => type === "Consent")).toHaveLength(1);
  });
});

describe("files that nobody here wrote", () => {
  const shared = new URL("../../../shared/data/", import.meta.url);
  const files = [
    ["common-transfer-file", new URL("education/ctf25_eyfs_skeleton.xml", shared), { Observation: 3 }],
    [
      "digital-child-health",
      new URL("dch/examples/DCH-EarlyYearsProgress-Bundle-Example-1.json", shared),
      { Consent: 1 },
    ],
  ] as const;
  test.runIf(files.every(([, file]) => existsSync(file))).each(files)(
    "of the kind %s are taken once, and make nothing new when they come again",
    async (kind, file, resources) => {
      line = startLine();
      const first = await line.send(kind, createReadStream(file));
      expect(first).toMatchObject({ received: 1, committed: 1, resources });
      expect(first.notCarried.length).toBeGreaterThan(0);
      const again = await line.send(kind, createReadStream(file));
      expect(again).toMatchObject({ received: 1, unchanged: 1, resources: {} });
    },
  );
});
