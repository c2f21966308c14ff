/** A mutation after which the program decides the same, so that no test can notice it. */
export interface EquivalentMutation {
  readonly file: string;
  /** Part of the line that is mutated. */
  readonly line: string;
  readonly what: string;
  readonly reason: string;
}

const NO_NUMBER = "What is compared with no number is neither more nor less than it.";
const SOONER = "The same is found by the rest of the function, later.";
const KEPT = "What is kept is only kept so as not to be made again.";
const NEVER = "The case does not arise: the types alone ask for it.";
const UNDEFINED = "Nothing that is looked for is called undefined.";
const DOUBLE = "What follows holds back the same once more.";

const DISCLOSURE = "gateway/disclosure";

export const EQUIVALENT_MUTATIONS: readonly EquivalentMutation[] = [
  ...of(`${DISCLOSURE}/high-water.ts`, "rankOf(confidentialityOf(labels)) > rank", ["left of && dropped"], NO_NUMBER),
  ...of(`${DISCLOSURE}/high-water.ts`, "rankOf(confidentialityOf(labels)) >= rank", ["left of && dropped"], NO_NUMBER),
  ...of(`${DISCLOSURE}/consent-vote.ts`, "dataClasses.has(dataClass)", ["left of && dropped"], "No set holds nothing."),
  ...of(
    `${DISCLOSURE}/decide-visibility.ts`,
    "dataClass && standings.get(dataClass)",
    ["left of && dropped"],
    "Nothing stands under no class.",
  ),
  ...of(`${DISCLOSURE}/decide-visibility.ts`, "&& !isUnknown;", ["right of && dropped"], DOUBLE),
  ...of(`${DISCLOSURE}/decide-visibility.ts`, "if (!isLabelled && trace === undefined)", ["check dropped"], SOONER),
  ...of(
    `${DISCLOSURE}/decide-visibility.ts`,
    "const isOne = votes === SILENT",
    ["|| → &&", "right of || dropped", "left of || dropped"],
    SOONER,
  ),
  ...of(`${DISCLOSURE}/decide-visibility.ts`, "isOne ? votes : weigh(", ["never"], SOONER),
  ...of(`${DISCLOSURE}/decide-visibility.ts`, "instant < next) next = instant", ["< → <="], "The same instant again."),
  ...of(`${DISCLOSURE}/decisions-in-force.ts`, "decisions.length === 0", ["check dropped"], SOONER),
  ...of(
    `${DISCLOSURE}/decisions-in-force.ts`,
    'decision.kind === "objection"',
    ["always"],
    "Other decisions name no Consent, and none is asked for without a name.",
  ),
  ...of(
    `${DISCLOSURE}/decisions-in-force.ts`,
    "holding.filter((one) => one.kind",
    ["filter dropped"],
    "Other decisions name neither a client nor a duty.",
  ),
  ...of(`${DISCLOSURE}/decisions-in-force.ts`, "instant !== undefined", ["filter dropped"], NO_NUMBER),
  ...of(`${DISCLOSURE}/weighing.ts`, "ceilings.has(labels)", ["check dropped"], KEPT),
  ...of(`${DISCLOSURE}/weighing.ts`, "consents.length === 0 ? SILENT", ["never"], SOONER),
  ...of(
    `${DISCLOSURE}/relationship-since.ts`,
    'agreement.relationship === "authority"',
    ["check dropped"],
    "No tie to an organisation is of that kind.",
  ),
  ...of(
    `${DISCLOSURE}/resource-facts.ts`,
    "element && tree[element]",
    ["left of && dropped"],
    "No member is called undefined.",
  ),
  ...of(`${DISCLOSURE}/resource-facts.ts`, 'resource.id ?? ""', ["fallback dropped"], NEVER),
  ...of(`${DISCLOSURE}/explain.ts`, "visibility?.releases(resource, note) ?? false", ["fallback dropped"], NEVER),
  ...of(`${DISCLOSURE}/trace-consents.ts`, 'TOLD[votes] ?? ""', ["fallback dropped"], NEVER),
  ...of(`${DISCLOSURE}/patient-timeline.ts`, "isOne && only.until ===", ["check dropped"], SOONER),
  ...of(
    `${DISCLOSURE}/patient-timeline.ts`,
    "startOf(a) - startOf(b) || a.until - b.until",
    ["left of || dropped"],
    "What begins later ends later: one telling takes the place of another.",
  ),
  ...of(`${DISCLOSURE}/patient-timeline.ts`, "if (start === undefined) return []", ["check dropped"], NEVER),
  ...of(`${DISCLOSURE}/patient-timeline.ts`, "next?.at_ms === until", ["check dropped"], SOONER),
  ...of(`${DISCLOSURE}/patient-fold.ts`, "options.identityOnly.length === 0", ["never"], SOONER),
  ...of(`${DISCLOSURE}/patient-fold.ts`, "systems.has(system)", ["left of && dropped"], "No system is undefined."),
  ...of(`${DISCLOSURE}/patient-fold.ts`, 'name.use ?? ""', ["fallback dropped"], "No use is called undefined."),
  ...of(`${DISCLOSURE}/minimised.ts`, "shaped?.", ["fallback dropped"], "What is undefined is as good as false."),
  ...of(`${DISCLOSURE}/minimised.ts`, "meta !== null", ["right of && dropped"], "Nothing has no members."),
  ...of(`${DISCLOSURE}/withheld.ts`, "withheld.length === 0", ["right of || dropped"], SOONER),
  ...of(`${DISCLOSURE}/labels/code-index.ts`, "system === undefined) return NONE", ["check dropped"], SOONER),
  ...of(`${DISCLOSURE}/labels/code-index.ts`, "if (known !== undefined) return known", ["check dropped"], KEPT),
  ...of(
    `${DISCLOSURE}/labels/code-index.ts`,
    "remembered.size < REMEMBERED_max",
    ["condition negated", "check dropped", "always", "< → >=", "< → <="],
    KEPT,
  ),
  ...of(`${DISCLOSURE}/labels/code-index.ts`, "found.length === 0 ? NONE", ["never"], KEPT),
  ...of(`${DISCLOSURE}/labels/code-index.ts`, "systems.length === 0 ? NOWHERE", ["never"], KEPT),
  ...of(
    `${DISCLOSURE}/labels/labels.ts`,
    "interned.size < INTERNED_max",
    ["condition negated", "check dropped", "always", "< → >=", "< → <="],
    KEPT,
  ),
  ...of(`${DISCLOSURE}/labels/labels.ts`, "if (known) return known", ["check dropped"], KEPT),
  ...of(`${DISCLOSURE}/consent-check.ts`, 'Encounter\\//.test(told ?? "")', ["fallback dropped"], UNDEFINED),
  ...of(`${DISCLOSURE}/consent-rules.ts`, 'EVERY_PURPOSE.has(code ?? "")', ["fallback dropped"], UNDEFINED),
  ...of(`${DISCLOSURE}/consent-rules.ts`, 'rankOf(code ?? "")', ["fallback dropped"], NEVER),
  ...of(`${DISCLOSURE}/consent-rules.ts`, "LABELS.has(system)", ["left of && dropped"], UNDEFINED),
  ...of(`${DISCLOSURE}/consent-rules.ts`, 'RESOURCE.exec(reference.reference ?? "")', ["fallback dropped"], UNDEFINED),
  ...["codings.ts", "services.ts"].flatMap((name) =>
    of(
      `${DISCLOSURE}/labels/${name}`,
      'typeof value === "object" && value !== null && !Array.isArray(value)',
      ["right of && dropped"],
      "A list has no members of the names that are looked for.",
    ),
  ),
  ...of(
    `${DISCLOSURE}/labels/codings.ts`,
    'typeof system === "string" ? system : undefined',
    ["always"],
    "No list is of a system that is no text.",
  ),
  ...of(`${DISCLOSURE}/labels/codings.ts`, 'typeof member === "object"', ["left of && dropped"], SOONER),
  ...of(`${DISCLOSURE}/labels/codings.ts`, "isTree(component) ? component.code", ["always"], NEVER),
  ...of(`${DISCLOSURE}/labels/labels.ts`, "rankOf(one.confidentiality) >", ["> → >="], "The same code again."),
  ...of("gateway/interactions/guard-labels.ts", "if (known) return known", ["check dropped"], KEPT),
  ...of("gateway/interactions/guard.ts", "if (marks[entry] === 1) continue", ["check dropped"], KEPT),
  ...of("gateway/interactions/record-reader-patient.ts", 'only?.source ?? ""', ["fallback dropped"], UNDEFINED),
  ...of(
    "gateway/interactions/record-reader-candidate.ts",
    'sources.get(pack.sources[entry] ?? "")',
    ["fallback dropped"],
    NEVER,
  ),
  ...of("gateway/interactions/guard.ts", "last?.pack !== pack", ["always"], KEPT),
  ...of("gateway/interactions/guard.ts", "if (known !== undefined) return known", ["check dropped"], KEPT),
  ...["type: pack.types", "id: pack.ids", "source: pack.sources"].flatMap((line) =>
    of("gateway/interactions/guard.ts", `${line}[entry] ?? ""`, ["fallback dropped"], NEVER),
  ),
  ...of("gateway/interactions/guard-body.ts", 'split("/_history/")[0]?.split("/") ?? []', ["fallback dropped"], NEVER),
  ...of(
    "gateway/interactions/guard-labels.ts",
    '"code" in value && typeof value.code === "string"',
    ["left of && dropped", "right of && dropped"],
    "No list is of a system called undefined.",
  ),
  ...of(
    "gateway/interactions/guard-labels.ts",
    'value === "object" && value !== null && !Array.isArray(value)',
    ["right of && dropped"],
    "A list has neither a type nor labels.",
  ),
  ...of("gateway/interactions/guard.ts", 'subjectOf(resource)?.reference ?? ""', ["fallback dropped"], NEVER),
  ...of("gateway/interactions/guard.ts", "marked.has(patientId)", ["left of && dropped"], "No set holds nothing."),
  ...of("gateway/interactions/guard.ts", "opening.length) !== opening && !isOf", ["left of && dropped"], SOONER),
];

function of(file: string, line: string, whats: readonly string[], reason: string): readonly EquivalentMutation[] {
  return whats.map((what) => ({ file, line, what, reason }));
}
