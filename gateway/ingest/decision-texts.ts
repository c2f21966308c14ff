import { hash } from "node:crypto";
import type { Patient, Provenance, Resource } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { withoutWithheld } from "../disclosure/withheld.ts";
import {
  DECISION_SOURCE,
  type DecisionProvenance,
  type MovingPorts,
  type Repointing,
} from "../identity/decisions/ports.ts";
import type { MatchingScope } from "../identity/matching-scope.ts";
import { toWrittenKey } from "../identity/resolve-identifier.ts";
import { extractKeys, toIdentifiers, toRecordSearchKeys } from "../search/keys.ts";
import type {
  RecordSearchKey,
  StoredContribution,
  StoredResource,
  TextedResource,
  ToldResource,
} from "../store/store.ts";
import { parseLossless } from "../validation/lossless.ts";
import { type Identified, toContent, toStoredResource } from "./stored-resource.ts";

export interface DecisionTextOptions {
  readonly fhirBase: string;
  /** Whether a source is a client that writes through the FHIR API. */
  isWritten(source: string): boolean;
}

/** How what the store keeps is put into words when identity decisions change whose it is. */
export function createDecisionTexts({ fhirBase, isWritten }: DecisionTextOptions) {
  return {
    repoint: (resource: StoredResource, to: Repointing) => repoint(resource, to, fhirBase),
    provenance: toDecisionProvenance,
    keysOf(contribution: StoredContribution): readonly RecordSearchKey[] {
      const patient: Patient = JSON.parse(contribution.body);
      // Its client finds it by all that it wrote; others, by what they see of it.
      if (!isWritten(contribution.source)) return toRecordSearchKeys(withoutWithheld(patient, contribution.withheld));
      return toRecordSearchKeys(patient).map((key) => (key.code === "identifier" ? toWrittenKey(key.value) : key));
    },
  };
}

/** What a rule moves children with, in the transaction in which it is decided. */
export function toMovingPorts({
  resolver: { scope },
  clock,
  ids,
  written = NOBODY_WRITES,
}: Pick<MovingPorts, "clock" | "ids"> & {
  readonly resolver: { readonly scope: MatchingScope };
  readonly written?: DecisionTextOptions;
}): MovingPorts {
  return {
    clock,
    ids,
    matches: (one, other) => scope.matches(scope.authorityOf(one), scope.authorityOf(other)),
    authorityOf: scope.authorityOf,
    ...createDecisionTexts(written),
  };
}

const NOBODY_WRITES: DecisionTextOptions = { fhirBase: "", isWritten: () => false };

/** The next version, in which every reference to the one Patient is to the other. */
function repoint(resource: StoredResource, { from, to, now }: Repointing, fhirBase: string): ToldResource {
  const { type, id } = resource;
  const version = resource.version + 1;
  const before = parseLossless(resource.body.toString());
  const after = rewritten(before, { from, to, fhirBase });
  const stamp = `"versionId":"${version}","lastUpdated":"${new Date(now).toISOString()}"`;
  const { meta, rest } = partsOf(after);
  const body = `{"resourceType":"${type}","id":"${id}","meta":{${stamp}${meta === "" ? "" : `,${meta}`}}${rest === "" ? "" : `,${rest}`}}`;
  const told: Resource = JSON.parse(body);
  return {
    ...resource,
    version,
    lastUpdated: now,
    body: Buffer.from(body),
    keys: extractKeys(told),
    identifiers: toIdentifiers(told),
    contentHash: hashLike(resource, partsOf(before), { meta, rest }),
  };
}

interface Parts {
  /** Members of `meta` but version and time, as JSON without braces. */
  readonly meta: string;
  /** All other members but type and id, likewise. */
  readonly rest: string;
}

function partsOf(value: unknown): Parts {
  if (!isTree(value)) throw new Error("a resource is an object");
  const { resourceType: _, id: __, meta: told, ...others } = value;
  const { versionId: ___, lastUpdated: ____, ...meta } = isTree(told) ? told : {};
  return { meta: JSON.stringify(meta).slice(1, -1), rest: JSON.stringify(others).slice(1, -1) };
}

/** What a source or a client tells again is compared by hash, in the way in which it was made: it must meet its own. */
function hashLike({ type, id, contentHash }: StoredResource, before: Parts, after: Parts): string {
  const mapped = ({ meta, rest }: Parts) => hash("sha256", `${type}/${id}\n${meta}}\n${rest}}`, "base64url");
  const written = ({ meta, rest }: Parts) => hash("sha256", `${type}/${id}\n${meta}\n${rest}`, "base64url");
  return written(before) === contentHash ? written(after) : mapped(after);
}

interface Rewriting {
  readonly from: string;
  readonly to: string;
  readonly fhirBase: string;
}

function rewritten(value: unknown, rewriting: Rewriting): unknown {
  if (Array.isArray(value)) return value.map((item) => rewritten(item, rewriting));
  // Numbers that keep their digits are objects of the runtime's own, and stay what they are.
  if (!isTree(value) || JSON.isRawJSON(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "reference" && typeof member === "string" ? toOther(member, rewriting) : rewritten(member, rewriting),
    ]),
  );
}

/** A version of the one Patient is none of the other. */
function toOther(reference: string, { from, to, fhirBase }: Rewriting): string {
  for (const prefix of ["", `${fhirBase}/`]) {
    const named = `${prefix}Patient/${from}`;
    if (reference === named || reference.startsWith(`${named}/_history/`)) return `${prefix}Patient/${to}`;
  }
  return reference;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Provenance";
const DATA_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";
const PARTICIPANT_TYPE = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/** Who decided that resources are about another child. https://hl7.org/fhir/R4/provenance.html */
function toDecisionProvenance({ id, targets, author, decidedAt }: DecisionProvenance): TextedResource {
  const recorded = new Date(decidedAt).toISOString();
  const provenance: Identified<Provenance> = {
    resourceType: "Provenance",
    id,
    meta: { source: canonical("source", DECISION_SOURCE), profile: [PROFILE] },
    target: targets.map((reference) => ({ reference })),
    occurredDateTime: recorded,
    recorded,
    activity: { coding: [{ system: DATA_OPERATION, code: "UPDATE", display: "revise" }] },
    agent: [
      {
        type: { coding: [{ system: PARTICIPANT_TYPE, code: "author", display: "Author" }] },
        who: { display: author },
      },
      {
        type: { coding: [{ system: PARTICIPANT_TYPE, code: "assembler", display: "Assembler" }] },
        who: { type: "Device", display: "Early Years FHIR Gateway" },
      },
    ],
  };
  return toStoredResource(toContent(provenance, DECISION_SOURCE), {
    source: DECISION_SOURCE,
    dataClass: "sharing",
    version: 1,
    now: decidedAt,
    isFirst: true,
  });
}
