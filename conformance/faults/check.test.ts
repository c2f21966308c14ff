import { describe, expect, test } from "vitest";
import { checkAnswers } from "./check.ts";
import { checkAudit, type Recorded, toRecorded } from "./check-audit.ts";
import { checkKept, type Kept } from "./check-kept.ts";
import type { Asked, Question, Trouble, Violation } from "./journal.ts";

/** A second of questions, one after another, in a run where all is well but between 400 and 600. */
const TROUBLE: Trouble = { fault: "disk-full", from: 400, mended: 500, recovered: 600, bound_ms: 1_000 };

function at(from: number, what: Question, rest: Partial<Asked> = {}): Asked {
  return {
    requestId: `r${from}`,
    client: "conformance-demo",
    from,
    until: from + 10,
    status: 200,
    patient: "p1",
    what,
    ...rest,
  };
}

const write = (item: string, number: number, version = `v${number}`): Question => ({
  kind: "write",
  item,
  number,
  version,
});
const read = (item: string, shown: number): Question => ({ kind: "read", item, shown });

const JOURNAL: readonly Asked[] = [
  at(0, write("c1", 1), { status: 201 }),
  at(20, write("c1-1", 1), { status: 201 }),
  at(40, read("c1-1", 1)),
  at(60, write("c1-1", 2)),
  at(80, { kind: "search", child: "c1", shown: [{ item: "c1-1", number: 2 }] }),
  at(100, { kind: "vread", item: "c1-1", number: 1, shown: 1 }),
  at(120, write("c1", 2)),
  at(140, { kind: "look-up", item: "c1", number: 2, shown: [{ item: "c1", number: 2 }] }),
  at(160, { kind: "look-up", item: "c1", number: 1, shown: [] }),
  at(180, { kind: "constant", expected: "same", shown: "same" }, { client: "gp-demo", patient: "p9" }),
  at(420, { kind: "write", item: "c1-1", number: 3 }, { status: 503 }),
  at(440, read("c1", 2)),
  at(460, { kind: "read", item: "c1" }, { status: 503 }),
  at(700, read("c1-1", 3)),
  at(720, { kind: "search", child: "c1", shown: [{ item: "c1-1", number: 3 }] }),
];

const KEPT: readonly Kept[] = [
  {
    item: "c1",
    current: 2,
    history: [
      { version: "v1", number: 1 },
      { version: "v2", number: 2 },
    ],
    versions: [
      { version: "v1", number: 1 },
      { version: "v2", number: 2 },
    ],
  },
  {
    item: "c1-1",
    current: 3,
    history: [
      { version: "v1", number: 1 },
      { version: "v2", number: 2 },
      { version: "v3", number: 3 },
    ],
    versions: [
      { version: "v1", number: 1 },
      { version: "v2", number: 2 },
    ],
  },
];

const RECORDED: readonly Recorded[] = JOURNAL.filter(({ status = 0 }) => status < 300).map(
  ({ requestId, client, patient = "" }) => ({ requestId, client, isSuccess: true, patients: [patient] }),
);

const rulesOf = (violations: readonly Violation[]) => [...new Set(violations.map(({ rule }) => rule))];

/** The journal with one answer otherwise. */
function with_(from: number, change: Partial<Asked>): readonly Asked[] {
  return JOURNAL.map((one) => {
    if (one.from !== from) return one;
    const { status, ...unanswered } = one;
    return change.reason === undefined ? { ...one, ...change } : { ...unanswered, ...change };
  });
}

test("a run in which all was well is not blamed for anything", () => {
  expect(checkAnswers(JOURNAL, [TROUBLE])).toEqual([]);
  expect(checkKept(JOURNAL, KEPT)).toEqual([]);
  expect(checkAudit(JOURNAL, RECORDED)).toEqual([]);
});

describe("an answer is seen through that", () => {
  test.each<[what: string, from: number, change: Partial<Asked>, rule: string]>([
    [
      "does not find what was acknowledged",
      40,
      { status: 404, what: { kind: "read", item: "c1-1" } },
      "an acknowledged write is lost",
    ],
    [
      "leaves out what was acknowledged",
      80,
      { what: { kind: "search", child: "c1", shown: [] } },
      "an acknowledged write is lost",
    ],
    [
      "shows what was before",
      80,
      { what: { kind: "search", child: "c1", shown: [{ item: "c1-1", number: 1 }] } },
      "an answer older than what was acknowledged",
    ],
    [
      "shows less than somebody has seen",
      720,
      { what: { kind: "search", child: "c1", shown: [{ item: "c1-1", number: 2 }] } },
      "an answer older than what was acknowledged",
    ],
    ["shows what is written only later", 40, { what: read("c1-1", 2) }, "something that nobody wrote"],
    [
      "shows what nobody ever wrote",
      720,
      { what: { kind: "search", child: "c1", shown: [{ item: "c1-1", number: 4 }] } },
      "something that nobody wrote",
    ],
    [
      "shows another child's",
      720,
      {
        what: {
          kind: "search",
          child: "c1",
          shown: [
            { item: "c1-1", number: 3 },
            { item: "c2-1", number: 1 },
          ],
        },
      },
      "data of another child",
    ],
    [
      "shows one thing twice",
      720,
      {
        what: {
          kind: "search",
          child: "c1",
          shown: [
            { item: "c1-1", number: 3 },
            { item: "c1-1", number: 3 },
          ],
        },
      },
      "something twice in one answer",
    ],
    [
      "shows another version than was named",
      100,
      { what: { kind: "vread", item: "c1-1", number: 1, shown: 2 } },
      "a version that is another",
    ],
    [
      "finds nobody by an identifier that was acknowledged",
      140,
      { what: { kind: "look-up", item: "c1", number: 2, shown: [] } },
      "an acknowledged write is lost",
    ],
    [
      "finds somebody by an identifier that is no more",
      160,
      { what: { kind: "look-up", item: "c1", number: 1, shown: [{ item: "c1", number: 1 }] } },
      "an answer older than what was acknowledged",
    ],
    [
      "finds another by an identifier",
      140,
      { what: { kind: "look-up", item: "c1", number: 2, shown: [{ item: "c5", number: 1 }] } },
      "data of another child",
    ],
    [
      "tells otherwise of what nobody changed",
      180,
      { what: { kind: "constant", expected: "same", shown: "less" } },
      "a record that nobody changed is another",
    ],
    ["has a body of two halves", 440, { fault: "c1 2 with parts of another" }, "a body that is wrong by itself"],
    ["is a 500, even in trouble", 460, { status: 500 }, "an answer that no fault explains"],
    [
      "is refused while nothing is wrong",
      700,
      { status: 503, what: { kind: "read", item: "c1-1" } },
      "a refusal while nothing was wrong",
    ],
    ["does not come while nothing is wrong", 700, { reason: "ECONNRESET" }, "no answer while nothing was wrong"],
    ["is waited for without end, even in trouble", 460, { reason: "too late" }, "neither answered nor closed"],
  ])("%s", (_, from, change, rule) => {
    expect(rulesOf(checkAnswers(with_(from, change), [TROUBLE]))).toEqual([rule]);
  });

  test("is excused while something is broken, and no longer than until it is well again", () => {
    const late = at(650, { kind: "read", item: "c1" }, { status: 503 });
    expect(checkAnswers([...JOURNAL, at(560, { kind: "read", item: "c1" }, { status: 503 })], [TROUBLE])).toEqual([]);
    expect(rulesOf(checkAnswers([...JOURNAL, late], [TROUBLE]))).toEqual(["a refusal while nothing was wrong"]);
  });

  test("may show or not show a write of which nobody knows, yet not take it back", () => {
    const unseen = JOURNAL.filter(({ from }) => from < 700);
    const shown = (from: number, number: number) => at(from, read("c1-1", number));
    expect(checkAnswers([...unseen, shown(700, 2), shown(720, 3)], [TROUBLE])).toEqual([]);
    expect(checkAnswers([...unseen, shown(700, 2), shown(720, 2)], [TROUBLE])).toEqual([]);
    expect(rulesOf(checkAnswers([...unseen, shown(700, 3), shown(720, 2)], [TROUBLE]))).toEqual([
      "an answer older than what was acknowledged",
    ]);
  });
});

describe("what is kept is seen through that", () => {
  const [child, finding] = KEPT;
  const otherwise = (change: Partial<Kept>): readonly Kept[] =>
    child === undefined || finding === undefined ? [] : [child, { ...finding, ...change }];
  const [first, second, third] = finding?.history ?? [];

  test.each<[what: string, kept: readonly Kept[], rule: string]>([
    ["lacks an item", KEPT.slice(0, 1), "an acknowledged write is lost"],
    [
      "lacks a version in its history",
      otherwise({ history: [first, third].flatMap((one) => one ?? []) }),
      "an acknowledged write is lost",
    ],
    [
      "lacks a version by its name",
      otherwise({ versions: [{ version: "v1", number: 1 }, { version: "v2" }] }),
      "an acknowledged write is lost",
    ],
    [
      "is older than what was acknowledged",
      otherwise({ current: 1, history: [first, second, third].flatMap((one) => one ?? []) }),
      "an acknowledged write is lost",
    ],
    [
      "has a write twice",
      otherwise({ history: [first, second, third, third && { ...third, version: "v4" }].flatMap((one) => one ?? []) }),
      "a write done twice",
    ],
    [
      "holds what nobody wrote",
      otherwise({
        current: 7,
        history: [first, second, third, { version: "v7", number: 7 }].flatMap((one) => one ?? []),
      }),
      "something that nobody wrote",
    ],
    [
      "has its versions in another order",
      otherwise({ current: 2, history: [first, third, second].flatMap((one) => one ?? []) }),
      "a history out of order",
    ],
  ])("%s", (_, kept, rule) => {
    expect(rulesOf(checkKept(JOURNAL, kept))).toContain(rule);
  });
});

describe("the audit log is seen through that", () => {
  const without = RECORDED.filter(({ requestId }) => requestId !== "r80");
  const [some] = RECORDED.filter(({ requestId }) => requestId === "r80");
  const otherwise = (change: Partial<Recorded>) => (some === undefined ? [] : [...without, { ...some, ...change }]);

  test.each<[what: string, recorded: readonly Recorded[], rule: string]>([
    ["lacks a disclosure", without, "a disclosure is not recorded once"],
    ["has one twice", [...RECORDED, ...otherwise({}).slice(-1)], "a disclosure is not recorded once"],
    ["says that it was refused", otherwise({ isSuccess: false }), "a disclosure is not recorded once"],
    ["names another client", otherwise({ client: "gp-demo" }), "a record names another client"],
    ["names another child", otherwise({ patients: ["p1", "p2"] }), "a record names another child"],
  ])("%s", (_, recorded, rule) => {
    expect(rulesOf(checkAudit(JOURNAL, recorded))).toEqual([rule]);
  });

  test("a record of a request that was refused or not answered is no fault", () => {
    const more = { requestId: "r460", client: "conformance-demo", isSuccess: false, patients: [] };
    expect(checkAudit(JOURNAL, [...RECORDED, more])).toEqual([]);
  });

  test("an AuditEvent says request, client, outcome and children", () => {
    const event = {
      outcome: "0",
      agent: [{ requestor: false }, { requestor: true, who: { identifier: { value: "gp-demo" } } }],
      entity: [
        { what: { reference: "Patient/p1" } },
        { what: { reference: "Observation/o1/_history/1" } },
        { type: { code: "XrequestId" }, what: { identifier: { value: "r1" } } },
      ],
    };
    expect(toRecorded(event)).toEqual({ requestId: "r1", client: "gp-demo", isSuccess: true, patients: ["p1"] });
    expect(toRecorded({ entity: [] })).toBeUndefined();
  });
});
