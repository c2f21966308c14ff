/**
 * `npm run -s decide -- CASES.json`
 *
 * Decides cases of consent by the engine that the gateway itself decides by, without loading anything. Exit 0 when every
 * case is decided, 2 when the cases cannot be read.
 */
import { parseArgs } from "node:util";
import type { Coding, Consent, ConsentProvision, Resource } from "@medplum/fhirtypes";
import { type ConsentRules, toConsentRules } from "../disclosure/consent-rules.ts";
import { type Asker, isPermittedBy, PERMITS, SILENT, votesOf } from "../disclosure/consent-vote.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import { toResourceFacts } from "../disclosure/resource-facts.ts";
import { toDateRange } from "../search/date-range.ts";
import { type Case, CasesError, type NamedReference, readCases } from "./decide-cases.ts";
import type { CommandResult } from "./token.ts";

const USAGE = `Usage: npm run -s decide -- CASES.json

CASES.json: { "implicitPolicy": "deny", "cases": [{ "id", "consent": "Consent/…" or a list of them,
  "request": { "at", "actor", "actorMemberOf": […], "purposeOfUse": { "system", "code" }, "patient" } }] }
Consents and resources are looked for in the file ("consents", "resources") and in the folders consents/ and resources/
beside it. Prints { "cases": [{ "id", "decision", "visible": ["Type/id", …] }] }.
`;

export interface Decided {
  readonly id: string;
  /** Whether the request as such is let in; what of the record it then sees is `visible`. */
  readonly decision: "permit" | "deny";
  /** `Type/id`, sorted. */
  readonly visible: readonly string[];
}

export async function runDecide(given: readonly string[]): Promise<CommandResult> {
  try {
    const cases = (await readCases(pathIn(given))).map(decide);
    return { exit: 0, out: `${JSON.stringify({ cases }, undefined, 2)}\n`, error: "" };
  } catch (error) {
    if (!(error instanceof CasesError)) throw error;
    return { exit: 2, out: "", error: `${error.message}\n\n${USAGE}` };
  }
}

function pathIn(given: readonly string[]): string {
  try {
    const { positionals } = parseArgs({ args: [...given], allowPositionals: true });
    const [path, ...others] = positionals;
    if (path !== undefined && others.length === 0) return path;
  } catch {
    throw new CasesError("The options are not understood.");
  }
  throw new CasesError("Expected one file of cases.");
}

/** Decides one case: what of the resources about its patient the one who asks may see at that time. */
function decide(one: Case): Decided {
  const { id, request, implicitPolicy } = one;
  const patient = request.patient === undefined ? undefined : localName(nameOf(request.patient));
  const consents = one.consents
    .filter((consent) => patient === undefined || isAbout(consent, patient))
    .flatMap((consent) => toConsentRules(withNames(consent)) ?? []);
  const asker = toAsker(one);
  const votes = asker && votesOf(consents, asker, { scope: "any-of-class", dataClass: undefined });
  const isLetIn =
    votes !== undefined && ((votes & PERMITS) !== 0 || ((votes & SILENT) !== 0 && implicitPolicy === "permit"));
  if (!isLetIn || asker === undefined) return { id, decision: "deny", visible: [] };
  const visible = one.resources
    .filter((resource) => !one.paperwork.has(`${resource.resourceType}/${resource.id}`))
    .filter((resource) => isData(resource, patient) && isVisible(resource, { consents, asker, one }))
    .map((resource) => `${resource.resourceType}/${resource.id}`)
    .toSorted();
  return { id, decision: "permit", visible };
}

function isVisible(
  resource: Resource,
  { consents, asker, one }: { consents: readonly ConsentRules[]; asker: Asker; one: Case },
): boolean {
  const facts = toResourceFacts(resource, { dataClass: undefined, labels: labelsOf(resource) });
  return isPermittedBy(votesOf(consents, asker, { scope: "resource", facts }), one.implicitPolicy);
}

/** As the resource states them: here no list stands behind it. */
function labelsOf({ meta }: Resource): Labels {
  return meta?.security?.flatMap(({ system, code }) => (system && code ? [{ system, code }] : []));
}

/** Who asks, for one purpose; several at once are none, since each could let in what another does not. */
function toAsker({ id, request }: Case): Asker | undefined {
  const { actor, actorMemberOf = [], at } = request;
  const instant = toDateRange(at);
  if (instant === undefined) throw new CasesError(`case ${id}: request.at is neither a date nor a time`);
  const purposes = [request.purposeOfUse ?? []].flat();
  if (purposes.length > 1) return undefined;
  return {
    names: new Set([actor ?? [], actorMemberOf].flat().map(nameOf)),
    ancestors: [],
    purpose: purposes.map(toName)[0] ?? "",
    now_ms: instant.low_ms,
  };
}

function toName({ system = "", code = "" }: Coding): string {
  return `${system}|${code}`;
}

/** Of what is named by a reference alone, in the place of the system of an identifier. */
const REFERENCED = "urn:reference";

function nameOf(told: NamedReference): string {
  if (typeof told === "string") return `${REFERENCED}|${localName(told)}`;
  const { reference, identifier } = told;
  if (reference !== undefined) return `${REFERENCED}|${localName(reference)}`;
  return `${identifier?.system ?? ""}|${identifier?.value ?? ""}`;
}

/** Without the version that a reference may name. */
function localName(reference: string): string {
  return reference.replace(`${REFERENCED}|`, "").replace(/\/_history\/.*$/, "");
}

/** Actors are resolved where a Consent is written; here a reference is all that there is to name them by. */
function withNames(consent: Consent): Consent {
  return consent.provision === undefined ? consent : { ...consent, provision: namedIn(consent.provision) };
}

function namedIn(provision: ConsentProvision): ConsentProvision {
  const { actor, provision: nested, ...others } = provision;
  return {
    ...others,
    ...(actor && {
      actor: actor.map((one) => {
        const reference = one.reference?.reference;
        if (reference === undefined) return one;
        return { ...one, reference: { identifier: { system: REFERENCED, value: localName(reference) } } };
      }),
    }),
    ...(nested && { provision: nested.map(namedIn) }),
  };
}

/** Whether a resource is of the patient's record: about the patient, and not itself a rule on it. */
function isData(resource: Resource, patient: string | undefined): boolean {
  return resource.resourceType !== "Consent" && isAbout(resource, patient);
}

function isAbout(resource: Resource, patient: string | undefined): boolean {
  const subjects = [subjectIn(resource, "subject"), subjectIn(resource, "patient")].filter((one) => one !== undefined);
  return patient === undefined ? subjects.length > 0 : subjects.includes(patient);
}

function subjectIn(resource: Resource, element: "subject" | "patient"): string | undefined {
  const told: unknown = Reflect.get(resource, element);
  const reference: unknown = typeof told === "object" && told !== null ? Reflect.get(told, "reference") : undefined;
  return typeof reference === "string" ? localName(reference) : undefined;
}

if (import.meta.main) {
  const { exit, out, error } = await runDecide(process.argv.slice(2));
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
