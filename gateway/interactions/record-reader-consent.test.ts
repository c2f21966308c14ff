import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CONFIDENTIALITY, DATA_CLASS } from "#profiles/systems.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import type { RecordKey } from "../store/store.ts";
import { consent, GP, type House, NOW_ms, OFFICER, observation, openHouse, TODAY } from "./read.fixtures.ts";

let house: House;
let key: RecordKey;
beforeEach(async () => {
  house = await openHouse();
  key = await house.child("p-1");
  await house.tell(key, { name: [{ family: "Okafor" }] }, CSDS);
  await house.put(key, observation("old", "p-1", { effectiveDateTime: "2024-03-01" }), CSDS);
  await house.put(key, observation("new", "p-1", { effectiveDateTime: "2026-03-01" }), CSDS);
  await house.put(key, observation("goal", "p-1"), EYFSP);
});
afterEach(() => house.close());

const CSDS = { source: "leeds-csds" };
const EYFSP = { source: "leeds-eyfsp" };
const SHARING = { source: "leeds-sharing" };
const EDUCATION = { class: [{ system: DATA_CLASS, code: "education" }] };
const HEALTH = { class: [{ system: DATA_CLASS, code: "health-visiting" }] };

const under = (agreement: Partial<Agreement>): Requester => ({ ...GP, agreement: { ...GP.agreement, ...agreement } });

/** Ids of the findings that are seen at a time of the day, now and in their versions. */
async function seen(who: Requester = GP, now_ms = NOW_ms): Promise<readonly string[]> {
  const at = { changes: await house.reader.changes(), now_ms, today: TODAY };
  const view = await house.reader.view(key, who, at);
  const shown = view
    ? view.pack.ids.filter((_, entry) => view.isVisible(entry) && view.pack.types[entry] === "Observation")
    : [];
  const versions = await house.reader.versions(key, who, at, { types: ["Observation"] });
  expect(new Set(versions.map(({ id }) => id))).toEqual(new Set(shown));
  return shown.toSorted();
}

async function decide(provision: object, more: object = {}, id = "c"): Promise<void> {
  await house.put(key, consent(id, "p-1", { provision, ...more }), SHARING);
}

const objection = (denial: object) => ({ type: "permit", provision: [{ type: "deny", ...denial }] });

describe("what one token is shown ends at the instant at which", () => {
  const [before_ms, at_ms, hour_ms] = [NOW_ms + 3_599_999, NOW_ms + 3_600_000, 3_600_000];
  const noon = (hours: number) => new Date(NOW_ms + hours * hour_ms).toISOString();

  test("an objection begins, and returns when it ends", async () => {
    await decide(objection({ ...EDUCATION, period: { start: noon(1), end: noon(2) } }));
    expect(await seen(GP)).toEqual(["goal", "new", "old"]);
    expect(await seen(GP, before_ms)).toEqual(["goal", "new", "old"]);
    expect(await seen(GP, at_ms)).toEqual(["new", "old"]);
    expect(await seen(GP, NOW_ms + 2 * hour_ms)).toEqual(["new", "old"]);
    expect(await seen(GP, NOW_ms + 2 * hour_ms + 1_000)).toEqual(["goal", "new", "old"]);
    expect(await seen(GP, at_ms)).toEqual(["new", "old"]);
  });

  test("a child becomes unknown, and known again", async () => {
    await decide(objection({ period: { start: noon(0), end: noon(1) } }));
    expect(await seen(GP)).toEqual([]);
    expect(await seen(GP, at_ms + 1_000)).toEqual(["goal", "new", "old"]);
  });

  test("an agreement of the family ends", async () => {
    await decide({ type: "permit", ...HEALTH, period: { end: new Date(NOW_ms + hour_ms - 1_000).toISOString() } });
    const school = under({ implicitPolicy: { "health-visiting": "deny" } });
    expect(await seen(school)).toEqual(["goal", "new", "old"]);
    expect(await seen(school, at_ms)).toEqual(["goal"]);
  });
});

describe("resource by resource are withheld", () => {
  test.each<[string, object, readonly string[]]>([
    ["data of a time", objection({ dataPeriod: { end: "2025" } }), ["goal", "new"]],
    ["data of a time and a class", objection({ ...HEALTH, dataPeriod: { start: "2026" } }), ["goal", "old"]],
    [
      "one finding",
      objection({ data: [{ meaning: "instance", reference: { reference: "Observation/goal" } }] }),
      ["new", "old"],
    ],
    [
      "all but one finding",
      {
        type: "deny",
        provision: [{ type: "permit", data: [{ meaning: "instance", reference: { reference: "Observation/old" } }] }],
      },
      ["old"],
    ],
    [
      "nothing for another purpose",
      objection({
        ...EDUCATION,
        purpose: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "HRESCH" }],
      }),
      ["goal", "new", "old"],
    ],
  ])("%s", async (_, provision, expected) => {
    await decide(provision);
    expect(await seen()).toEqual(expected);
    expect(await seen(OFFICER)).toEqual(["goal", "new", "old"]);
  });

  test("what is labelled beyond the agreement, and what is made from it", async () => {
    const security = [{ system: CONFIDENTIALITY, code: "R" }];
    await house.put(key, observation("secret", "p-1", { meta: { security } }), CSDS);
    await house.put(key, observation("made", "p-1", { derivedFrom: [{ reference: "Observation/secret" }] }), CSDS);
    expect(await seen()).toEqual(["goal", "new", "old"]);
    expect(await seen(under({ confidentiality: "R" }))).toEqual(["goal", "made", "new", "old", "secret"]);
  });

  test("in all its versions what a rule hides in the newest", async () => {
    await house.put(key, observation("old", "p-1", { effectiveDateTime: "2026-04-01" }), {
      ...CSDS,
      version: 2,
      at: 2_000,
    });
    await decide(objection({ dataPeriod: { start: "2026-04" } }));
    expect(await seen()).toEqual(["goal", "new"]);
  });
});

test("a Consent that nobody can read withholds the child", async () => {
  await decide({ type: "permit", actor: "somebody" });
  expect(await seen()).toEqual([]);
});

test("the rules that decided are told by Consent and version", async () => {
  await decide(objection(EDUCATION));
  const view = await house.reader.view(key, GP, await house.moment());
  expect(view?.rules).toEqual(["agreement/gp/1", "Consent/c/1"]);
});
