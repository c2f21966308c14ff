import type { Requester } from "../access/requester.ts";
import type { IndexedRecord } from "../audit/audit.ts";
import type { IdentityDecision } from "../identity/decisions/decisions.ts";
import { LIMITS } from "../limits.ts";
import type { Answered } from "./done.ts";
import { seeDecision } from "./history.ts";
import type { ReviewPorts } from "./ports.ts";
import type { ServedListing, ServedRelease } from "./shapes.ts";

/** While a link stood that a decision made or ended: what moved by it, and under which child it was served. */
interface Stood {
  readonly child: string;
  /** Milliseconds since 1970; `undefined` for as long as anything is recorded. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  /** `Type/id` of what was served under the link. */
  readonly resources: ReadonlySet<string>;
}

/**
 * Who was served what under the link that a decision made (a merge, or an undone split), or found to be wrong (a split,
 * or an undone merge): from the audit log, for a steward whose agreement lets audit be read, and of the clients of the
 * agreement's authorities.
 */
export async function listServed(
  requester: Requester,
  asked: { readonly decision: number; readonly page?: string },
  ports: ReviewPorts,
): Promise<Answered<ServedListing>> {
  const seen = await seeDecision(asked.decision, requester, ports);
  if (seen === undefined) return { kind: "not-found", type: "identity-decision" };
  if (!requester.agreement.audit) return { kind: "insufficient-scope", needed: "system/AuditEvent.s" };
  const page = readPage(asked, requester, ports);
  if (page === "bad") {
    return { kind: "bad-parameter-value", parameter: "page", expected: "what the page before gave as next" };
  }
  const stood = await whileItStood(seen.decision, ports);
  const { releases, isPurged, last } = await readReleases(stood, { requester, after: page }, ports);
  return {
    value: {
      decision: asked.decision,
      child: stood.child,
      ...(stood.from === undefined ? {} : { from: new Date(stood.from).toISOString() }),
      ...(stood.until === undefined ? {} : { until: new Date(stood.until).toISOString() }),
      releases,
      ...(isPurged ? { isPurged: true as const } : {}),
      ...(last === undefined ? {} : { next: toPage(last, asked.decision, requester, ports) }),
    },
    patients: [seen.view.survivor, seen.view.other],
    released: [`decision/${asked.decision}/served`],
    detail: `decision=${asked.decision} releases=${releases.length}`,
  };
}

async function whileItStood(decision: IdentityDecision, ports: ReviewPorts): Promise<Stood> {
  const { store } = ports;
  const undone = decision.undoes === undefined ? undefined : await store.decision(decision.undoes);
  // An undone merge and a split end a link; a merge and an undone split make one.
  const meant = undone ?? decision;
  const isMade = meant.kind === "merge";
  const sides = { joined: isMade ? "to" : "from", apart: isMade ? "from" : "to" } as const;
  const [first] = meant.moved;
  const joined = first === undefined ? decision.survivor : first[sides.joined];
  const ended = undone === undefined ? meant.undoneBy : decision.sequence;
  const endedAt = ended === undefined ? undefined : (await store.decision(ended))?.decidedAt;
  return {
    child: (await store.record(joined))?.patientId ?? "",
    // A link that a rule had made is followed from the beginning: nothing of what moved was there before it.
    from: isMade ? meant.decidedAt : undefined,
    until: isMade ? endedAt : meant.decidedAt,
    resources: await resourcesOf(meant, ports),
  };
}

/** What the sources' children that moved have made, wherever they are now, and their Patients. */
async function resourcesOf(decision: IdentityDecision, { store }: ReviewPorts): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const { source, localId } of decision.moved) {
    const link = await store.linkOf(source, localId);
    if (link === undefined) continue;
    for (const lineage of await store.lineagesOf(link.record)) {
      if (lineage.source !== source || lineage.localId !== localId) continue;
      for (const { type, id } of lineage.made) names.add(`${type}/${id}`);
    }
  }
  const stored = await store.decision(decision.sequence);
  for (const name of stored?.others ?? []) names.add(name);
  return names;
}

interface Releases {
  readonly releases: readonly ServedRelease[];
  readonly isPurged: boolean;
  /** Position of the last one, where there may be more. */
  readonly last: number | undefined;
}

async function readReleases(
  stood: Stood,
  { requester, after }: { readonly requester: Requester; readonly after: number | undefined },
  ports: ReviewPorts,
): Promise<Releases> {
  const { auditIndex, register } = ports;
  const { authorities } = requester.agreement;
  const clients = register.clients.filter(({ organization }) => authorities.includes(organization.authority));
  await auditIndex.catchUp();
  const filter = {
    patient: stood.child,
    clients: clients.map(({ id }) => id),
    ...(stood.from === undefined ? {} : { from: stood.from }),
    ...(stood.until === undefined ? {} : { until: stood.until + 1 }),
  };
  const releases: ServedRelease[] = [];
  let isPurged = false;
  let place = after;
  while (releases.length < LIMITS.review_releases_max) {
    const records = await auditIndex.scan(filter, place, SLICE);
    for (const record of records) {
      isPurged ||= record.isPurged;
      const release = toRelease(record, stood);
      if (release !== undefined) releases.push(release);
    }
    place = records.at(-1)?.position ?? place;
    if (records.length < SLICE) return { releases, isPurged, last: undefined };
  }
  return { releases, isPurged, last: place };
}

const SLICE = 100;

/** What stewards read to decide is no release under the link. */
function toRelease({ id, time, record }: IndexedRecord, { child, resources }: Stood): ServedRelease | undefined {
  if (record.outcome !== "success" || record.interaction.startsWith("review")) return undefined;
  const released = [...(record.released ?? []), ...(record.disclosures ?? []).flatMap((one) => one.released)];
  const under = released.filter((name) => {
    const [type = "", logicalId = ""] = name.split("/");
    return resources.has(`${type}/${logicalId}`) || (type === "Patient" && logicalId === child);
  });
  if (under.length === 0) return undefined;
  return {
    at: new Date(time).toISOString(),
    client: record.client,
    organization: record.organization ?? "",
    purpose: record.purpose ?? "",
    interaction: record.interaction,
    event: id,
    resources: under,
  };
}

function toPage(position: number, decision: number, requester: Requester, { pageTokens, now }: ReviewPorts): string {
  return pageTokens.seal({
    type: "served",
    query: String(decision),
    cursor: { values: [], record: position, id: "" },
    requester: requester.client,
    expires_s: Math.floor(now() / 1_000) + LIMITS.page_token_life_s,
  });
}

function readPage(
  { decision, page }: { readonly decision: number; readonly page?: string },
  { client }: Requester,
  { pageTokens, now }: ReviewPorts,
): number | "bad" | undefined {
  if (page === undefined) return undefined;
  const token = pageTokens.open(page);
  const isOurs = token?.type === "served" && token.query === String(decision) && token.requester === client;
  return isOurs && token.expires_s * 1_000 > now() ? token.cursor.record : "bad";
}
