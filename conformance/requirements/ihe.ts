import type { Requirement } from "./requirement.ts";

type Entry = readonly [id: string, level: Requirement["level"], rule: string];

function section(anchor: string, needs: string, entries: readonly Entry[]): readonly Requirement[] {
  return entries.map(([id, level, rule]) => ({ id, anchor, level, needs, core: false, rule }));
}

/** What IHE's profiles ask of a server that declares their operations: the rows of ITI-119 and of ITI-83. */
export const IHE: readonly Requirement[] = [
  ...section("https://profiles.ihe.net/ITI/PDQm/ITI-119.html", "$match", [
    [
      "MATCH-01",
      "SHALL",
      "One record that matches comes as an entry of mode match with a score from 0 to 1 and one grade.",
    ],
    ["MATCH-02", "SHALL", "Several records that match come as one entry each, from the most to the least likely."],
    ["MATCH-03", "SHALL", "With onlyCertainMatches the one record that is graded certain is the answer."],
    ["MATCH-04", "SHALL", "With onlyCertainMatches a record that is not graded certain is left out."],
    ["MATCH-05", "SHALL", "With onlyCertainMatches several records that are not known to be one person are left out."],
    ["MATCH-06", "SHALL", "With count there are at most so many Patients, the most likely of all."],
    ["MATCH-07", "SHALL", "Where nobody matches the answer is an empty searchset without an error."],
    ["MATCH-08", "SHALL", "A Patient that is not active is left out, or shown as not active."],
    ["MATCH-09", "SHALL", "What cannot be understood is refused with an OperationOutcome."],
    ["MATCH-10", "SHALL", "An OperationOutcome beside matches is of a severity below error."],
    ["MATCH-11", "SHALL", "A bare Patient is taken as well as one within Parameters, and answered alike."],
    ["MATCH-12", "SHALL", "Parameters of any other name than the three of the profile are refused."],
    ["MATCH-13", "SHALL", "A modifier extension that is not known is refused with 400, and no Patient is told."],
    ["MATCH-14", "SHALL", "An extension that is not known does no harm."],
    ["MATCH-15", "SHALL", "Entries hold Patients and OperationOutcomes alone, without request or response."],
    ["MATCH-16", "SHALL", "The mother's maiden name is told in its extension where it is known."],
    ["MATCH-17", "SHALL", "The answer is XML where the request asks for XML."],
    ["MATCH-18", "SHALL", "What was asked is recorded as an AuditEvent of the Basic Audit Log Patterns."],
  ]),
  ...section("https://profiles.ihe.net/ITI/PDQm/ITI-78.html", "$match", [
    [
      "DEMO-01",
      "SHALL",
      "Each search parameter of the profile finds Patients by itself, but for the mother's maiden name.",
    ],
    ["DEMO-02", "SHALL", "Family name with gender, and birth date with family name, find Patients together."],
    ["DEMO-03", "SHALL", "The mother's maiden name is a search parameter."],
  ]),
  ...section("https://profiles.ihe.net/ITI/PIXm/ITI-83.html", "$ihe-pix", [
    [
      "PIX-01",
      "SHALL",
      "Every other identifier of the Patient is told, and the Patient itself, but not what was given.",
    ],
    ["PIX-02", "SHALL", "With target systems only identifiers of these systems are told."],
    ["PIX-03", "SHALL", "A value that nobody has, of a system that is known, is 404 in the words of the profile."],
    ["PIX-04", "SHALL", "A source system that is not known is 400 in the words of the profile."],
    ["PIX-05", "SHALL", "A target system that is not known is 403 in the words of the profile."],
    ["PIX-06", "SHALL", "The source identifier is given exactly once."],
    ["PIX-07", "SHALL", "The address of a Patient of the server is taken as a source identifier."],
    ["PIX-08", "SHALL", "After the Patient is deleted no Patient is told: 404, or 200 without one."],
    ["PIX-09", "SHALL", "The answer is XML where the request asks for XML."],
  ]),
];
