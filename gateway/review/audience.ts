import type { Requester } from "../access/requester.ts";
import { decideVisibility } from "../disclosure/decide-visibility.ts";
import type { RecordFacts } from "../disclosure/visibility.ts";
import { toLoadedRecord } from "../interactions/record-reader-load.ts";
import { ukDate } from "../interactions/uk-date.ts";
import type { StoredRecord } from "../store/store.ts";
import type { ReviewPorts } from "./ports.ts";
import type { AudienceChange } from "./shapes.ts";

type FactPorts = Pick<ReviewPorts, "sources" | "fhirBase">;
type AudiencePorts = Pick<ReviewPorts, "register" | "now">;

/** What decides who may see a child, under the logical id of its Patient. */
export interface ChildFacts {
  readonly id: string;
  readonly facts: RecordFacts;
}

/** Children before and after a decision, as far as it decides who may see what. */
export interface Change {
  readonly before: readonly ChildFacts[];
  readonly after: readonly ChildFacts[];
}

/** Every client that would see more or less of a child than before, by the same rules by which it is served. */
export function toAudience({ before, after }: Change, ports: AudiencePorts): readonly AudienceChange[] {
  const now_ms = ports.now();
  const at = { now_ms, today: ukDate(now_ms) };
  const changes: AudienceChange[] = [];
  for (const { id, name, organization, agreement, enabled } of ports.register.clients) {
    if (!enabled || agreement.idSpace !== "") continue;
    const [purpose = ""] = agreement.purposes;
    const requester: Requester = { client: id, organization, agreement, purpose, scopes: [], tokenId: "" };
    const seen = (facts: RecordFacts | undefined): ReadonlySet<string> =>
      (facts && decideVisibility(facts, requester, at)?.sources) ?? new Set();
    for (const child of new Set([...before, ...after].map((one) => one.id))) {
      const old = seen(before.find((one) => one.id === child)?.facts);
      const now = seen(after.find((one) => one.id === child)?.facts);
      const more = [...now.difference(old)].toSorted();
      const less = [...old.difference(now)].toSorted();
      if (more.length + less.length > 0)
        changes.push({ client: id, name, organization: organization.name, child, more, less });
    }
  }
  return changes;
}

function factsOf(record: StoredRecord, { sources, fhirBase }: FactPorts): RecordFacts {
  return toLoadedRecord(record, 0, { sources, fhirBase }).facts;
}

function joined(one: RecordFacts, other: RecordFacts): RecordFacts {
  const sources = new Map([...one.sources, ...other.sources].map((source) => [source.source, source]));
  return {
    relationships: [...one.relationships, ...other.relationships],
    sources: [...sources.values()],
    consents: [...one.consents, ...other.consents],
    decisions: [...one.decisions, ...other.decisions],
  };
}

/** What moves out of a record: sources' children, and `Type/id` of the resources that they made. */
export interface Moving {
  readonly children: readonly { readonly source: string; readonly localId: string }[];
  readonly resources: readonly string[];
}

/** A record without what moves out of it, and what moves as a child of its own, or with the child it moves into. */
export function parted(
  record: StoredRecord,
  { moving, into }: { readonly moving: Moving; readonly into: StoredRecord | undefined },
  ports: FactPorts,
): Change {
  const names = new Set(moving.resources);
  const isMoving = (source: string, localId: string): boolean =>
    moving.children.some((child) => child.source === source && child.localId === localId);
  const going = record.contributions.filter(({ source, localId }) => isMoving(source, localId));
  const staying = record.contributions.filter(({ source, localId }) => !isMoving(source, localId));
  // What was said before goes nowhere with what moves: the child that it moves to begins anew.
  const past = record.pastContributions.filter(({ source, localId }) => !isMoving(source, localId));
  const part = (
    contributions: typeof going,
    pastContributions: typeof past,
    takes: (name: string) => boolean,
  ): RecordFacts =>
    factsOf(
      {
        ...record,
        contributions,
        pastContributions,
        // Which of two children of one source a relationship is about is not told here, so that it counts for both.
        relationships: record.relationships.filter(({ source }) => contributions.some((one) => one.source === source)),
        resources: record.resources.filter(({ type, id }) => takes(`${type}/${id}`)),
      },
      ports,
    );
  const moved = part(going, [], (name) => names.has(name));
  const left = { id: record.patientId, facts: part(staying, past, (name) => !names.has(name)) };
  const before = { id: record.patientId, facts: factsOf(record, ports) };
  if (into === undefined) return { before: [before], after: [left, { id: NEW_CHILD, facts: moved }] };
  const target = { id: into.patientId, facts: factsOf(into, ports) };
  return { before: [before, target], after: [left, { id: target.id, facts: joined(target.facts, moved) }] };
}

/** Stands for a child that has no id yet. */
export const NEW_CHILD = "new child";
