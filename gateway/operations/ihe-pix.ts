/** Patient/$ihe-pix: IHE PIXm ITI-83, https://profiles.ihe.net/ITI/PIXm/ITI-83.html */
import type { Identifier, Parameters, ParametersParameter, Patient } from "@medplum/fhirtypes";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { type Answering, refused } from "../interactions/answer.ts";
import { toDisclosed } from "../interactions/audit-disclosures.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import type { Looking } from "../interactions/candidates.ts";
import { guardRelease } from "../interactions/guard.ts";
import { momentOf } from "../interactions/moment.ts";
import { findVisible } from "../interactions/read-visible.ts";
import type { RecordReader, VisibleRecord } from "../interactions/record-reader.ts";
import type { Soon } from "../interactions/soon.ts";
import type { Issue } from "../outcome/issue.ts";
import { resourceBytes } from "../search/pack.ts";
import type { ReadVerbs, RecordKey } from "../store/store.ts";
import { readOperationParameters } from "./everything-parameters.ts";
import { replacing } from "./replacing.ts";

export interface PixPorts {
  readonly store: Pick<ReadVerbs, "locate" | "findRecords">;
  readonly reader: RecordReader;
  readonly resolver: {
    resolve(system: string, value: string, idSpace: string, changes: number): Soon<readonly RecordKey[]>;
    forget(system: string, value: string, idSpace: string): Promise<void>;
  };
  readonly audit: AuditLog;
  readonly fhirBase: string;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
}

/**
 * Every other identifier of the child who carries the given one, and the child's Patient: as far as the requester sees
 * them. A hidden child and an identifier that nobody has take the same path to the same 404.
 */
export function createIHEPix(ports: PixPorts): Answering {
  return async function ihePix(request) {
    const sent = readOperationParameters(request);
    if (!sent.ok) return sent;
    const { requester, now_ms } = request;
    const asked = await readAsked(sent.parameters, requester, ports);
    if (!asked.ok) return refused(asked.issue);
    const looking = { requester, at: await momentOf(ports.reader, now_ms) };
    const views = await carriers(asked.source, looking, ports);
    if (views.length === 0) return refused({ kind: "no-such-identifier" });
    guardRelease(
      views.map(({ patient }) => ({ pack: patient, entry: 0 })),
      requester,
      ports.sources,
    );
    const parameter = views.flatMap((view) => toTargets(view, asked, ports.fhirBase));
    const resource: Parameters = { resourceType: "Parameters", ...(parameter.length > 0 && { parameter }) };
    const body = Buffer.from(JSON.stringify(resource));
    try {
      await ports.audit.append({
        interaction: "$ihe-pix",
        outcome: "success",
        ...auditFacts(requester, request),
        query: `Patient/$ihe-pix?${sent.parameters}`,
        ...toDisclosed(
          views.map((view) => ({ view, pack: view.patient, entry: 0 })),
          ports.audit,
        ),
        answer: body,
      });
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    return { ok: true, answer: { status: 200, headers: {}, body } };
  };
}

interface SourceIdentifier {
  readonly system: string;
  readonly value: string;
  /** Logical id, where the identifier is the address of a Patient here. */
  readonly id?: string;
}

interface Asked {
  readonly ok: true;
  readonly source: SourceIdentifier;
  /** Empty: all. */
  readonly targets: readonly string[];
}

const SOURCE_EXPECTED = "one identifier, as system|value, or the base of this server and a Patient, as base|Patient/id";
const PATIENT_ADDRESS = /^Patient\/([A-Za-z0-9\-.]{1,64})$/;

async function readAsked(
  parameters: URLSearchParams,
  requester: Requester,
  ports: PixPorts,
): Promise<Asked | { readonly ok: false; readonly issue: Issue }> {
  const wrong = (issue: Issue) => ({ ok: false, issue }) as const;
  const bad = (parameter: string, expected: string) => wrong({ kind: "bad-operation-parameter", parameter, expected });
  const stray = [...parameters.keys()].find((name) => !KNOWN.has(name));
  if (stray !== undefined) return bad(stray, "the parameters sourceIdentifier and targetSystem");
  const sources = parameters.getAll("sourceIdentifier");
  const source = sources.length === 1 ? toSource(sources[0] ?? "", ports.fhirBase) : undefined;
  if (source === undefined) return bad("sourceIdentifier", SOURCE_EXPECTED);
  const targets = parameters.getAll("targetSystem");
  if (targets.includes("")) return bad("targetSystem", "the URI of a system");
  if (!(await isKnown(source.system, requester, ports))) {
    return wrong({ kind: "unknown-identifier-system", parameter: "sourceIdentifier" });
  }
  for (const target of targets) {
    if (await isKnown(target, requester, ports)) continue;
    return wrong({ kind: "unknown-identifier-system", parameter: "targetSystem" });
  }
  return { ok: true, source, targets };
}

const KNOWN: ReadonlySet<string> = new Set(["sourceIdentifier", "targetSystem", "_format", "_pretty"]);

function toSource(text: string, fhirBase: string): SourceIdentifier | undefined {
  const bar = text.indexOf("|");
  const [system, value] = [text.slice(0, Math.max(bar, 0)), text.slice(bar + 1)];
  if (system === "" || value === "") return undefined;
  if (system !== fhirBase) return { system, value };
  const [, id] = PATIENT_ADDRESS.exec(value) ?? [];
  return id === undefined ? undefined : { system, value, id };
}

/**
 * The agreement's own list: what it does not name does not exist for the requester. In a space of its own, what somebody
 * there carries.
 */
async function isKnown(
  system: string,
  { agreement: { identifierSystems, idSpace } }: Requester,
  { fhirBase, store }: PixPorts,
): Promise<boolean> {
  if (system === fhirBase) return true;
  if (identifierSystems !== "any") return identifierSystems.includes(system);
  const carried = { code: "identifier", value: `${system}|`, prefix: true } as const;
  return CHILDRENS.has(system) || (await store.findRecords([carried], 1, idSpace)).length > 0;
}

const CHILDRENS: ReadonlySet<string> = new Set([NHS_NUMBER, UPN]);

/** Who carries the identifier, as far as the requester sees it there; for one that is merged, who stands for it. */
async function carriers(
  source: SourceIdentifier,
  looking: Looking,
  ports: PixPorts,
): Promise<readonly VisibleRecord[]> {
  const { requester, at } = looking;
  const found = new Map<string, VisibleRecord>();
  for (const key of await recordsOf(source, looking, ports)) {
    const view = await ports.reader.view(key, requester, at);
    if (view === undefined || view.patient.size === 0 || !carries(view, source)) continue;
    const standing = await replacing(view, looking, ports);
    if (standing !== undefined) found.set(standing.patientId, standing);
  }
  return [...found.values()];
}

async function recordsOf(
  { system, value, id }: SourceIdentifier,
  { requester, at: { changes } }: Looking,
  { store, reader, resolver }: PixPorts,
): Promise<readonly RecordKey[]> {
  const { idSpace } = requester.agreement;
  if (id !== undefined) {
    const key = await store.locate("Patient", id, idSpace);
    return key === undefined ? [] : [key];
  }
  const keys = await resolver.resolve(system, value, idSpace, changes);
  for (const key of keys) {
    if (await reader.carries(key, `${system}|${value}`, changes)) continue;
    await resolver.forget(system, value, idSpace);
    return resolver.resolve(system, value, idSpace, changes);
  }
  return keys;
}

function carries(view: VisibleRecord, { system, value, id }: SourceIdentifier): boolean {
  if (id !== undefined) return findVisible(view, "Patient", id) !== undefined;
  return identifiersOf(view).some((one) => one.system === system && one.value === value);
}

function identifiersOf(view: VisibleRecord): readonly Identifier[] {
  const patient: Patient = JSON.parse(resourceBytes(view.patient, 0).toString());
  return patient.identifier ?? [];
}

/** With target systems only their identifiers, and the Patient that carries one of them. */
function toTargets(view: VisibleRecord, { source, targets }: Asked, fhirBase: string): readonly ParametersParameter[] {
  const identifiers = identifiersOf(view).filter(
    ({ system = "", value }) => value !== undefined && (targets.length === 0 || targets.includes(system)),
  );
  const others = identifiers.filter(({ system, value }) => system !== source.system || value !== source.value);
  const isWanted = targets.length === 0 || targets.includes(fhirBase) || others.length > 0;
  return [
    ...others.map((identifier) => ({ name: "targetIdentifier", valueIdentifier: identifier })),
    ...(isWanted && view.patientId !== source.id
      ? [{ name: "targetId", valueReference: { reference: `Patient/${view.patientId}` } }]
      : []),
  ];
}
