import { type Hazard, LIKELIHOODS, RATING_WORDS, ratingOf, SEVERITIES } from "./hazard.ts";
import { CONTENT_HAZARDS } from "./hazards-content.ts";
import { DISCLOSURE_HAZARDS } from "./hazards-disclosure.ts";
import { IDENTITY_HAZARDS } from "./hazards-identity.ts";
import { OPERATION_HAZARDS } from "./hazards-operation.ts";
import { type EvidenceSection, listOf } from "./section.ts";

export const HAZARDS: readonly Hazard[] = [
  ...IDENTITY_HAZARDS,
  ...CONTENT_HAZARDS,
  ...DISCLOSURE_HAZARDS,
  ...OPERATION_HAZARDS,
];

const TO_BE_SET = "to be set by the clinical safety officer";

/** The hazard log in the form of DCB0129, each hazard with the tests that hold its controls. */
export function hazardSection(): EvidenceSection {
  return {
    id: "hazards",
    title: "Hazard log (DCB0129)",
    text: [
      `${HAZARDS.length} hazards of this product. Likelihood and severity are what the builders propose for the hazard without any control; the clinical safety officer sets them, and alone judges what risk is left. Controls beyond this product are for whoever deploys it (DCB0160).`,
      "The matrix is that of common templates of DCB0129 hazard logs; it was read in secondary sources, and the safety officer confirms it against the edition in force.",
      "The tests that hold a hazard's controls stand, with their results where they were run, in the test report; a test of this product fails when one of them is no more.",
    ],
    tables: [
      { id: "hazards", title: "Hazards", head: HEAD, rows: HAZARDS.map(toRow) },
      {
        id: "risk-matrix",
        title: "Risk by likelihood and severity",
        head: ["Likelihood", ...SEVERITIES],
        rows: LIKELIHOODS.toReversed().map((likelihood) => [
          likelihood,
          ...SEVERITIES.map((severity) => String(ratingOf({ likelihood, severity }))),
        ]),
      },
      {
        id: "risk-ratings",
        title: "What a rating means",
        head: ["Rating", "Meaning"],
        rows: RATING_WORDS.map(([rating, meaning]) => [String(rating), meaning]),
      },
    ],
  };
}

const HEAD = [
  "Hazard",
  "Name",
  "Description",
  "Potential clinical impact",
  "Possible causes",
  "Existing controls",
  "Initial likelihood (proposed)",
  "Initial severity (proposed)",
  "Initial risk (proposed)",
  "Additional controls",
  "Residual likelihood",
  "Residual severity",
  "Residual risk",
  "Status",
  "Owner",
];

function toRow(hazard: Hazard): readonly string[] {
  const { id, name, description, impact, causes, controls, initial, furtherControls, status, owner } = hazard;
  return [
    id,
    name,
    description,
    impact,
    listOf(causes),
    listOf(controls),
    initial.likelihood,
    initial.severity,
    String(ratingOf(initial)),
    listOf(furtherControls),
    TO_BE_SET,
    TO_BE_SET,
    TO_BE_SET,
    status,
    owner,
  ];
}
