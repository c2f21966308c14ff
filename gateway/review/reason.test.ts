import { expect, test } from "vitest";
import { checkReason } from "./reason.ts";

function childCalled(given: string, family: string) {
  const identity = { localId: "A1", given, family };
  return {
    told: [{ source: "leeds-eyfsp", localId: "A1", child: 1, record: 1, body: JSON.stringify(identity), identity }],
  };
}

const CHILDREN = [childCalled("Zoë-Mae", "O'Sample"), childCalled("Jo", "de la Test")];

test.each([
  ["Both schools confirm one enrolment", undefined],
  ["Two records of 2024, checked by phone", undefined],
  ["See ticket 12345", undefined],
  ["Joined by mistake", undefined],
  ["", "missing"],
  [" \n ", "missing"],
  ["x".repeat(1_001), "too-long"],
  ["number 9990000018", "identifies"],
  ["number 999 000 0018", "identifies"],
  ["number 999-000-0018", "identifies"],
  ["number ９９９００００００１８", "identifies"],
  ["number 999.000.0018", "identifies"],
  ["number 9\u200b990000018", "identifies"],
  ["it is Z\u00adoë", "identifies"],
  ["born on 19 September 2020", "identifies"],
  ["born on the 3rd of Feb", "identifies"],
  ["born Sept 19, 2020", "identifies"],
  ["told in May 2020", undefined],
  ["12 decisions, 2 marked", undefined],
  ["pupil J383395024001", "identifies"],
  ["born 2020-02-03", "identifies"],
  ["born 3.2.20", "identifies"],
  ["born 2020 02 03", "identifies"],
  ["born 03 02 2020", "identifies"],
  ["born 20200203", "identifies"],
  ["born 03022020", "identifies"],
  ["number ٩٩٩٠٠٠٠٠١٨", "identifies"],
  ["calls 20200999 and 2020 13 45", undefined],
  ["at LS6 1CI", "identifies"],
  ["at ls61ci", "identifies"],
  ["It is Zoe-Mae", "identifies"],
  ["it is ZOË", "identifies"],
  ["the O'Sample twins", "identifies"],
  ["the O’Sample twins", "identifies"],
  ["family Test", "identifies"],
])("a reason %j is judged %j", (reason, flaw) => {
  expect(checkReason(reason, CHILDREN)).toBe(flaw);
});
