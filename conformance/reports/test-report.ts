import type { Outcome, RunReport } from "../result.ts";

const RESULTS: Readonly<Record<Outcome, string>> = {
  pass: "pass",
  fail: "fail",
  warn: "warning",
  error: "error",
  "not-declared": "skip",
  "not-applicable": "skip",
  blocked: "skip",
};

/** `testreport.json`: the run as a FHIR R4 TestReport. https://hl7.org/fhir/R4/testreport.html */
export function toTestReport({ base, started, results, counts, software }: RunReport): string {
  const judged = counts.pass + counts.warn + counts.fail + counts.error;
  const failed = counts.fail + counts.error > 0;
  const report = {
    resourceType: "TestReport",
    name: "FHIR R4 conformance",
    status: "completed",
    testScript: { display: "Early Years FHIR Gateway conformance cases" },
    result: failed ? "fail" : "pass",
    score: judged === 0 ? 0 : Math.round((counts.pass / judged) * 10_000) / 100,
    tester: "Early Years FHIR Gateway conformance",
    issued: started,
    participant: [{ type: "server", uri: base, ...(software === "" ? {} : { display: software }) }],
    ...(results.length === 0 ? {} : { test: results.map(toTest) }),
  };
  return `${JSON.stringify(report, null, 1)}\n`;
}

function toTest({ id, title, outcome, reason, anchor }: RunReport["results"][number]) {
  const message = reason === undefined ? {} : { message: reason };
  return {
    name: id,
    description: title,
    action: [{ assert: { result: RESULTS[outcome], ...message, detail: anchor } }],
  };
}
