import { expect, onTestFinished, test, vi } from "vitest";
import { sourceOf } from "../line.fixtures.ts";
import { createChildDrafter } from "./drafted-children.ts";
import { createDraftingThread } from "./drafting-thread.ts";
import type { ChildAsk } from "./messages.ts";

const TASK = {
  source: sourceOf("community-services-data-set"),
  delivery: "delivery-1",
  mapping: 1,
  receivedAt: 0,
  batch_records: 256,
  isStaged: true,
};

const ROWS = {
  CYP001MPI: [{ LocalPatientID: "HV1", OrgID_LocalPatientID: "Z9911", Gender: "2", DateOfBirth: "2020-02-03" }],
  CYP101Referral: [{ ServiceRequestID: "R1", LocalPatientID: "HV1", ReferralRequest_ReceivedDate: "2020-02-04" }],
  CYP201CareContact: [
    { CareContactID: "C1", ServiceRequestID: "R1", Contact_Date: "2022-03-01", AttendanceStatus: "5" },
  ],
  CYP202CareActivity: [{ CareActivityID: "A1", CareContactID: "C1", Activity_Type: "08" }],
  CYP611Obs: [{ CareActivityID: "A1", Weight: "12.4" }],
};

const ASK: ChildAsk = {
  unit: "child/HV1",
  record: "CYP001MPI/HV1",
  text: JSON.stringify(ROWS),
  facts: { made: [] },
};

function start() {
  const thread = createDraftingThread();
  const take = vi.spyOn(thread, "take");
  const explainFault = vi.fn(() => ({ message: "a fault" }));
  const drafter = createChildDrafter(thread, TASK, { ids: () => "00000000-0000-4000-8000-000000000000", explainFault });
  const worker = take.mock.results[0]?.value;
  if (worker === undefined) throw new Error("No thread was taken.");
  onTestFinished(() => worker.terminate());
  return { thread, drafter, explainFault, worker };
}

test("children are drafted in the order in which they are asked for, each by its unit, and the thread is given back", async () => {
  const { thread, drafter, explainFault } = start();
  const other = { ...ASK, unit: "child/HV2", facts: { patientId: "p", made: [] } };
  const [first, second] = await Promise.all([drafter.draft([ASK]), drafter.draft([other])]);
  drafter.release();
  expect([...first.keys()]).toEqual(["child/HV1"]);
  expect(first.get("child/HV1")?.provenances[0]?.slot).toBe("Provenance/CYP001MPI/HV1");
  expect(second.get("child/HV2")?.patientId).toBe("p");
  await drafter.end();
  expect(thread).toMatchObject({ isBusy: false, isWarm: true });
  expect(explainFault).not.toHaveBeenCalled();
});

test("what the store holds just so is named, and nothing more of it is told", async () => {
  const { drafter } = start();
  const first = (await drafter.draft([ASK])).get("child/HV1");
  const [held, ...others] = first?.contents ?? [];
  if (first === undefined || held === undefined || others.length === 0) throw new Error("Too little was made.");
  const made = first.contents.map(({ slot, content: { type, id } }) => ({ slot, type, id }));
  const facts = {
    patientId: first.patientId,
    made,
    held: [held.content.hash, "other", ...others.slice(1).map(() => "")],
  };
  const again = (await drafter.draft([{ ...ASK, facts }])).get("child/HV1");
  expect(again?.contents.map(({ slot, record, content: { hash } }) => [slot, record, hash])).toEqual(
    first.contents.map(({ slot, record, content: { hash } }) => [slot, record, hash]),
  );
  const [known, changed] = again?.contents ?? [];
  expect(() => known?.content.keys()).toThrow("What the store holds already was to be stored again.");
  expect(changed?.content.keys()).toBe(others[0]?.content.keys());
  expect(changed?.content.tail).toEqual(others[0]?.content.tail);
  await drafter.end();
});

test("of a child at whom the mapper fails there is no draft; the others have theirs", async () => {
  const { drafter } = start();
  const drafts = await drafter.draft([{ ...ASK, unit: "child/HV0", text: "no JSON" }, ASK]);
  expect([...drafts.keys()]).toEqual(["child/HV1"]);
  await drafter.end();
});

test("once its thread has ended there are no drafts any more, and the fault is told", async () => {
  const { thread, drafter, explainFault, worker } = start();
  const asked = drafter.draft([ASK]);
  await worker.terminate();
  expect((await asked).size).toBe(0);
  expect((await drafter.draft([ASK])).size).toBe(0);
  expect(explainFault).toHaveBeenCalledTimes(1);
  await drafter.end();
  expect(thread).toMatchObject({ isBusy: false, isWarm: false });
});
