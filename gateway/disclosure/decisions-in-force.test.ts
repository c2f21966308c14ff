import { describe, expect, test } from "vitest";
import { OBJECTION_STATE, OBJECTION_STATE_EXTENSION, ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { toConsentRules } from "./consent-rules.ts";
import { decideVisibility } from "./decide-visibility.ts";
import {
  AT,
  confidentiality,
  consent,
  dataClass,
  FACTS,
  labels,
  NOW_ms,
  objection,
  PRACTICE,
  requester,
  rules,
  weighed,
} from "./disclosure.fixtures.ts";
import type { DisclosureDecision } from "./disclosure-decision.ts";
import type { RecordFacts } from "./visibility.ts";

type Of<Kind extends DisclosureDecision["kind"]> = Extract<DisclosureDecision, { readonly kind: Kind }>;

const MADE = { id: 7, author: "officer", reason: "a reason", decidedAt_ms: NOW_ms - 1_000 };
const review = (isUpheld: boolean) => ({ author: "another", at_ms: NOW_ms - 500, isUpheld, reason: "seen" });
const REFUSED: Of<"objection"> = { ...MADE, kind: "objection", consent: "c", state: "refused" };
const DUTY: Of<"duty"> = {
  ...MADE,
  kind: "duty",
  duty: "CA2004-16LA",
  recipient: PRACTICE,
  dataClasses: ["education"],
  isDetrimental: false,
  family: "told",
};
const GLASS: Of<"break-glass"> = {
  ...MADE,
  kind: "break-glass",
  client: "gp-demo",
  user: "issuer|u1",
  until_ms: NOW_ms + 900_000,
};

const EDUCATION = rules(objection({ class: [dataClass("education")] }));
const ALL = rules(objection({}));
const BOTH = ["leeds-csds", "leeds-eyfsp"];

function visible(facts: Partial<RecordFacts>, who: Requester = requester()): readonly string[] {
  return [...(decideVisibility({ ...FACTS, ...facts }, who, AT)?.sources ?? [])];
}

describe("an objection", () => {
  const marked = (state: string) => ({
    ...EDUCATION,
    state,
  });
  test.each<[string, string | undefined, readonly DisclosureDecision[], readonly string[]]>([
    ["holds without a mark", undefined, [], ["leeds-csds"]],
    ["holds while it is received", "received", [], ["leeds-csds"]],
    ["holds once it is upheld", "upheld", [], ["leeds-csds"]],
    ["holds no more once it is refused", "refused", [], BOTH],
    ["is refused by a decision, whatever its mark", "received", [REFUSED], BOTH],
    ["is upheld by a decision, whatever its mark", "refused", [{ ...REFUSED, state: "upheld" }], ["leeds-csds"]],
    [
      "is what the last decision says",
      undefined,
      [REFUSED, { ...REFUSED, id: 8, decidedAt_ms: NOW_ms, state: "upheld" }],
      ["leeds-csds"],
    ],
    [
      "is what the last decision says, whichever was numbered first",
      undefined,
      [
        { ...REFUSED, decidedAt_ms: NOW_ms, state: "upheld" },
        { ...REFUSED, id: 8 },
      ],
      ["leeds-csds"],
    ],
    [
      "is what the last says that was made at one time",
      undefined,
      [
        { ...REFUSED, id: 8 },
        { ...REFUSED, state: "upheld" },
      ],
      BOTH,
    ],
    ["is not decided by a decision on another", undefined, [{ ...REFUSED, consent: "d" }], ["leeds-csds"]],
    ["is not decided by a decision to come", undefined, [{ ...REFUSED, decidedAt_ms: NOW_ms + 1 }], ["leeds-csds"]],
    ["is decided from the instant of the decision", undefined, [{ ...REFUSED, decidedAt_ms: NOW_ms }], BOTH],
    ["holds again when the decision is ended", undefined, [{ ...REFUSED, endedAt_ms: NOW_ms }], ["leeds-csds"]],
    ["does not hold before it is ended", undefined, [{ ...REFUSED, endedAt_ms: NOW_ms + 1 }], BOTH],
    [
      "holds again when the time of the decision is over",
      undefined,
      [{ ...REFUSED, until_ms: NOW_ms }],
      ["leeds-csds"],
    ],
    ["does not hold before that", undefined, [{ ...REFUSED, until_ms: NOW_ms + 1 }], BOTH],
    ["holds again when a reviewer does not agree", undefined, [{ ...REFUSED, review: review(false) }], ["leeds-csds"]],
    ["does not when a reviewer agrees", undefined, [{ ...REFUSED, review: review(true) }], BOTH],
  ])("%s", (_, state, decisions, expected) => {
    const consents = [state === undefined ? EDUCATION : marked(state)];
    expect(visible({ consents, decisions })).toEqual(expected);
  });
});

describe("an objection that its source refused", () => {
  const extension = [{ url: OBJECTION_STATE_EXTENSION, valueCoding: { system: OBJECTION_STATE, code: "refused" } }];
  const refused = rules(objection({ class: [dataClass("education")] }), { status: "rejected", extension });

  test("counts for nothing, until a decision upholds it", () => {
    expect(visible({ consents: [refused] })).toEqual(BOTH);
    expect(visible({ consents: [refused], decisions: [{ ...REFUSED, state: "upheld" }] })).toEqual(["leeds-csds"]);
  });

  test.each([
    ["received", "rejected", OBJECTION_STATE],
    ["refused", "inactive", OBJECTION_STATE],
    ["refused", "rejected", "urn:x"],
  ] as const)("is read by both its mark and its status: %s, %s in %s", (code, status, system) => {
    const marked = [{ url: OBJECTION_STATE_EXTENSION, valueCoding: { system, code } }];
    expect(toConsentRules(consent(objection({}), { status, extension: marked }))).toBeUndefined();
  });

  test("is marked in its Consent", () => {
    expect(rules(objection({}), { extension }).state).toBe("refused");
    expect(rules(objection({})).state).toBeUndefined();
  });
});

describe("a duty to share", () => {
  const bound = requester({ duties: ["CA2004-16LA"] });
  test.each<[string, Partial<Of<"duty">>, Requester, readonly string[]]>([
    ["outweighs an objection for its recipient", {}, bound, BOTH],
    ["does not for another", { recipient: `${ODS_ORGANIZATION}|Z2` }, bound, ["leeds-csds"]],
    ["does not where the agreement does not name it", {}, requester(), ["leeds-csds"]],
    ["does not where the agreement names another", {}, requester({ duties: ["other"] }), ["leeds-csds"]],
    ["does not for other classes", { dataClasses: ["health-visiting"] }, bound, ["leeds-csds"]],
    ["is none where telling was judged the greater harm", { isDetrimental: true }, bound, ["leeds-csds"]],
    ["is none once it is ended", { endedAt_ms: NOW_ms }, bound, ["leeds-csds"]],
    ["is none when a reviewer does not agree", { review: review(false) }, bound, ["leeds-csds"]],
  ])("%s", (_, change, who, expected) => {
    expect(visible({ consents: [EDUCATION], decisions: [{ ...DUTY, ...change }] }, who)).toEqual(expected);
  });

  test("is told to the audit record, with whether the family was told", () => {
    const visibility = decideVisibility({ ...FACTS, consents: [EDUCATION], decisions: [DUTY] }, bound, AT);
    expect(visibility?.override).toEqual({ kind: "duty", decision: 7, family: "told" });
    expect(visibility?.rules).toEqual(["agreement/gp/1", "decision/7"]);
  });

  test("opens the classes that it names of a child who is withheld altogether", () => {
    expect(visible({ consents: [ALL], decisions: [DUTY] }, bound)).toEqual(["leeds-eyfsp"]);
  });

  test("stands in for the Consent that an agreement asks for", () => {
    const school = requester({ duties: ["CA2004-16LA"], implicitPolicy: { education: "deny" } });
    expect(visible({}, school)).toEqual(["leeds-csds"]);
    expect(visible({ decisions: [DUTY] }, school)).toEqual(BOTH);
  });

  test("lifts neither labels, nor the relationship, nor the agreement", () => {
    const facts = { ...FACTS, consents: [EDUCATION], decisions: [DUTY] };
    const restricted = weighed("leeds-eyfsp", { dataClass: "education", labels: labels(confidentiality("R")) });
    expect(decideVisibility(facts, bound, AT)?.releases(restricted)).toBe(false);
    expect(decideVisibility({ ...facts, relationships: [] }, bound, AT)).toBeUndefined();
    expect(
      visible({ decisions: [DUTY] }, requester({ duties: ["CA2004-16LA"], dataClasses: ["health-visiting"] })),
    ).toEqual(["leeds-csds"]);
  });
});

describe("a broken glass", () => {
  const user = { id: "issuer|u1", role: "R8000", group: "gp" } as const;
  const breaking = requester({ breakGlass: true }, { purpose: "BTG", user });
  test.each<[string, Partial<Of<"break-glass">>, Requester, readonly string[]]>([
    ["shows a child without a relationship, whatever the family objects to", {}, breaking, BOTH],
    ["does not to another client", { client: "hv-demo" }, breaking, []],
    ["does not to another person", { user: "issuer|u2" }, breaking, []],
    ["does not for another purpose", {}, requester({ breakGlass: true }, { user }), []],
    ["does not where the agreement has no such glass", {}, requester({}, { purpose: "BTG", user }), []],
    ["does not to an application alone", {}, requester({ breakGlass: true }, { purpose: "BTG" }), []],
    ["does not when its minutes are over", { until_ms: NOW_ms }, breaking, []],
    ["does not when it is ended", { endedAt_ms: NOW_ms }, breaking, []],
  ])("%s", (_, change, who, expected) => {
    const facts = { relationships: [], consents: [ALL], decisions: [{ ...GLASS, ...change }] };
    expect(visible(facts, who)).toEqual(expected);
  });

  test("is told to the audit record, and lifts no label", () => {
    const visibility = decideVisibility({ ...FACTS, consents: [ALL], decisions: [GLASS] }, breaking, AT);
    expect(visibility?.override).toEqual({ kind: "break-glass", decision: 7 });
    expect(visibility?.releases(weighed("leeds-csds", { labels: labels(confidentiality("R")) }))).toBe(false);
  });

  test("does not outlive the agreement", () => {
    const over = requester({ breakGlass: true, until: "2026-09-14" }, { purpose: "BTG", user });
    expect(visible({ decisions: [GLASS] }, over)).toEqual([]);
  });
});

describe("an answer may change", () => {
  const until = (facts: Partial<RecordFacts>) =>
    decideVisibility({ ...FACTS, ...facts }, requester(), AT)?.changesAt_ms;
  const period = (start: string, end: string) =>
    rules(objection({ class: [dataClass("education")], period: { start, end } }));

  test("never of itself where nothing has a time", () => {
    expect(until({})).toBe(Number.POSITIVE_INFINITY);
    expect(until({ consents: [EDUCATION], decisions: [REFUSED] })).toBe(Number.POSITIVE_INFINITY);
  });

  test("when the nearest period begins or ends", () => {
    const [soon, late] = ["2026-09-15T14:00:00Z", "2026-09-16T09:00:00Z"];
    expect(until({ consents: [period(late, "2027"), period("2026-09-15T13:00:00Z", soon)] })).toBe(
      Date.parse("2026-09-15T13:00:00Z"),
    );
    expect(until({ consents: [period("2026-01-01", soon)] })).toBe(Date.parse(soon) + 1_000);
    expect(until({ consents: [period("2025", "2025")] })).toBe(Number.POSITIVE_INFINITY);
  });

  test("when a decision ends, whoever it is for", () => {
    expect(until({ decisions: [GLASS] })).toBe(NOW_ms + 900_000);
    expect(until({ decisions: [{ ...DUTY, endedAt_ms: NOW_ms + 5 }, GLASS] })).toBe(NOW_ms + 5);
    expect(until({ decisions: [{ ...DUTY, decidedAt_ms: NOW_ms + 3 }] })).toBe(NOW_ms + 3);
    expect(until({ decisions: [{ ...DUTY, until_ms: NOW_ms }] })).toBe(Number.POSITIVE_INFINITY);
  });
});
