import { expect, test } from "vitest";
import type { AuditRecord, Disclosure } from "./audit.ts";
import { createFamilyView } from "./family-view.ts";

const DAY_MS = 86_400_000;
const CHILD: Disclosure = { patient: "child-1", released: ["Observation/o-1/1"] };
const ASKED: AuditRecord = {
  interaction: "search-type",
  outcome: "success",
  requestId: "r",
  client: "gp-demo",
  organization: "Y99999",
  purpose: "TREAT",
  disclosures: [CHILD],
};

interface Looked extends Partial<AuditRecord> {
  /** Days since 1970. */
  readonly day: number;
}

function told(...looked: readonly Looked[]) {
  const view = createFamilyView({
    patients: new Set(["child-1", "merged-1"]),
    until: new Date(20 * DAY_MS).toISOString().slice(0, 10),
    silentOrganizations: new Set(["POLICE1"]),
    dayOf: (time) => new Date(time).toISOString().slice(0, 10),
  });
  for (const [n, { day, ...change }] of looked.entries()) {
    const place = { position: n, id: `${n}`, time: day * DAY_MS, isPurged: false };
    view.take({ ...place, record: { ...ASKED, ...change } });
  }
  return view.lines();
}

test("an organisation is told once a day and purpose, oldest first, numbered from one", () => {
  const other = { organization: "Y88888", client: "hv-demo" };
  expect(told({ day: 9 }, { day: 7 }, { day: 7 }, { day: 7, ...other }, { day: 7, purpose: "ETREAT" })).toEqual([
    { number: 1, date: "1970-01-08", organization: "Y88888", client: "hv-demo", purpose: "Care of the child" },
    { number: 2, date: "1970-01-08", organization: "Y99999", client: "gp-demo", purpose: "Care of the child" },
    { number: 3, date: "1970-01-08", organization: "Y99999", client: "gp-demo", purpose: "Emergency care" },
    { number: 4, date: "1970-01-10", organization: "Y99999", client: "gp-demo", purpose: "Care of the child" },
  ]);
});

test("a child that was merged into this one is told of as well", () => {
  expect(told({ day: 1, disclosures: [{ ...CHILD, patient: "merged-1" }] })).toHaveLength(1);
});

test.each<[string, Looked]>([
  ["is younger than the delay", { day: 21 }],
  ["telling of which is unsafe", { day: 5, disclosures: [{ ...CHILD, family: "unsafe" }] }],
  ["telling of which was put off", { day: 5, disclosures: [{ ...CHILD, family: "deferred" }] }],
  ["was in spite of an objection", { day: 5, disclosures: [{ ...CHILD, override: { kind: "duty", decision: 1 } }] }],
  ["was for safeguarding", { day: 5, purpose: "safeguarding-16LA" }],
  ["was for a purpose that nobody knows", { day: 5, purpose: "other" }],
  ["was by an organisation that is never told of", { day: 5, organization: "POLICE1" }],
  ["was refused", { day: 5, outcome: "refused" }],
  ["released nothing", { day: 5, disclosures: [{ ...CHILD, released: [] }] }],
  ["was of another child", { day: 5, disclosures: [{ ...CHILD, patient: "child-2" }] }],
])("what %s leaves no trace: not in the lines, and not in their numbers", (_, silent) => {
  const lines = told({ day: 3 }, silent, { day: 8 });
  expect(lines).toEqual(told({ day: 3 }, { day: 8 }));
  expect(lines.map(({ number }) => number)).toEqual([1, 2]);
});

test("what was in spite of an objection is told where somebody decided that it is safe", () => {
  const override = { kind: "duty", decision: 1 } as const;
  expect(told({ day: 3, disclosures: [{ ...CHILD, override, family: "told" }] })).toHaveLength(1);
});
