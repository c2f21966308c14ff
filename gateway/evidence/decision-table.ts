import type { Consent, Observation } from "@medplum/fhirtypes";
import { LOINC } from "#profiles/systems.ts";
import { checkConsentRules } from "../disclosure/consent-check.ts";
import { toConsentRules } from "../disclosure/consent-rules.ts";
import { explain } from "../disclosure/explain.ts";
import type { Explanation } from "../disclosure/explanation.ts";
import { toResourceFacts } from "../disclosure/resource-facts.ts";
import { validate } from "../validation/validate.ts";
import {
  AS_PERSON,
  askedBy,
  BROKEN_GLASS,
  confidentiality,
  consent,
  DUTY,
  FACTS,
  labelled,
  NOW_ms,
  objection,
  TODAY,
} from "./decision-cases.ts";
import { READINGS, type Reading } from "./decision-readings.ts";
import { type EvidenceSection, type EvidenceTable, listOf } from "./section.ts";

const NORMAL = labelled(confidentiality("N"));
const FINDING: Observation = {
  resourceType: "Observation",
  id: "o1",
  status: "final",
  code: { coding: [{ system: LOINC, code: "29463-7" }] },
};

/** What the engine decides: each reading of a Consent, and every combination of what stands around one. */
export function decisionSection(): EvidenceSection {
  return {
    id: "decisions",
    title: "Decision table of the consent engine",
    text: [
      "Each row was put to the engine that decides every answer, and says what it answered and by which rule; none was written by hand. An invented practice asks, for treatment, for one invented finding of a child on its list.",
      "A Consent that contradicts itself, or can be read in two ways, is sent back when it is written; what the engine would make of it stands in its row all the same.",
    ],
    tables: [
      {
        id: "readings",
        title: "How Consents and what stands around them are read",
        head: ["Read", "What is said", "When written", "Decision", "Rule", "Reason"],
        rows: READINGS.map(toRow),
      },
      combinations(),
    ],
  };
}

function toRow(reading: Reading): readonly string[] {
  const { element, said, consents = [] } = reading;
  const flaws = consents.flatMap(flawsOf);
  const { decision, steps } = decide(reading);
  const step = decidingStep({ decision, steps });
  return [
    element,
    said,
    consents.length === 0 ? "" : flaws.length === 0 ? "taken" : `422: ${listOf(flaws)}`,
    decision,
    `${step?.rule ?? ""} (${step?.basis ?? ""})`,
    step?.reason ?? "",
  ];
}

/** Why it is sent back, in the order of the gate: what R4 says of its form, then what it means. */
function flawsOf(one: Consent): readonly string[] {
  const isInvalid = validate(one).some(({ severity }) => severity === "error");
  const flaws = isInvalid ? ["no valid Consent of R4"] : checkConsentRules(one).map(({ message }) => message);
  return [...new Set(flaws)];
}

/** @throws nothing: what cannot be read denies */
export function decide(reading: Omit<Reading, "element" | "said">): Explanation {
  const { consents = [], decisions = [], requester = askedBy(), finding = {}, isUnrelated } = reading;
  const labels = reading.labels === "unlabelled" ? undefined : (reading.labels ?? NORMAL);
  const facts = toResourceFacts({ ...FINDING, ...finding }, { dataClass: "health-visiting", labels });
  return explain({
    facts: {
      ...FACTS,
      ...(isUnrelated && { relationships: [] }),
      consents: consents.flatMap((one) => toConsentRules(one) ?? []),
      decisions,
    },
    requester,
    at: { now_ms: NOW_ms, today: TODAY },
    resource: { source: "area-csds", labels: () => labels, facts: () => facts },
  });
}

/** The first denial; of what is permitted the step that let it in last. */
function decidingStep({ decision, steps }: Explanation) {
  if (decision === "deny") return steps.find(({ effect }) => effect === "denies");
  return steps.findLast(({ effect }) => effect === "permits");
}

type Dimension = readonly (readonly [word: string, change: Partial<Omit<Reading, "element" | "said">>])[];

const CONSENTS: Dimension = [
  ["none", {}],
  ["permits", { consents: [consent("c", { type: "permit" })] }],
  ["denies", { consents: [objection("c", {})] }],
  ["one permits, one denies", { consents: [consent("c", { type: "permit" }), objection("d", {})] }],
];
const DECISIONS: Dimension = [
  ["none", {}],
  ["duty to share", { decisions: [DUTY] }],
  ["broken glass", { decisions: [BROKEN_GLASS] }],
];
const LABELS: Dimension = [
  ["N", { labels: NORMAL }],
  ["R", { labels: labelled(confidentiality("R")) }],
  ["V", { labels: labelled(confidentiality("V")) }],
  ["none", { labels: "unlabelled" }],
];
const RELATED: Dimension = [
  ["yes", {}],
  ["no", { isUnrelated: true }],
];
const CEILINGS = ["N", "R", "V"] as const;
const POLICIES = ["permit", "deny"] as const;
const UNTIL = [
  ["in force", "2030-01-01"],
  ["ended", "2026-09-14"],
] as const;

function combinations(): EvidenceTable {
  const rows: (readonly string[])[] = [];
  for (const [agreement, until] of UNTIL)
    for (const policy of POLICIES)
      for (const ceiling of CEILINGS) {
        const terms = { until, confidentiality: ceiling, implicitPolicy: { "health-visiting": policy } } as const;
        const requester = askedBy({ ...terms, purposes: ["BTG"] }, AS_PERSON);
        for (const [related, isRelated] of RELATED)
          for (const [label, labels] of LABELS)
            for (const [said, consents] of CONSENTS)
              for (const [decided, decisions] of DECISIONS) {
                const explained = decide({ requester, ...isRelated, ...labels, ...consents, ...decisions });
                rows.push([
                  agreement,
                  policy,
                  ceiling,
                  related,
                  label,
                  said,
                  decided,
                  explained.decision,
                  decidingStep(explained)?.rule ?? "",
                ]);
              }
      }
  return {
    id: "decision-combinations",
    title: "Every combination, as the engine decides it",
    head: [
      "Agreement",
      "Where no Consent speaks",
      "Labels up to",
      "Related",
      "Label",
      "Consents",
      "Decision on record",
      "Decision",
      "Rule",
    ],
    rows,
    isOnlyData: true,
  };
}
