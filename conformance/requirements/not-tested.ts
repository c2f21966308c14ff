export interface NotTested {
  readonly reason: string;
  readonly ids: readonly string[];
}

/** Rules without a case, each with the reason; a rule stands here or has a case, never both. */
export const NOT_TESTED: readonly NotTested[] = [
  {
    reason: "open: servers of this kind speak JSON alone so far, and say so in their CapabilityStatement",
    ids: ["MATCH-17", "PIX-09"],
  },
  {
    reason: "an AuditEvent is for auditors to see, and no client of this kind is one",
    ids: ["MATCH-18"],
  },
  {
    reason: "open: FHIR R4 has no such search parameter of its own, and none is served so far",
    ids: ["DEMO-03"],
  },
];
