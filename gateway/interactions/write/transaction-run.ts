import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import { parseJson } from "../../validation/parse-resource.ts";
import { findOne, findSome, idOf } from "./criteria.ts";
import { findHeld } from "./held.ts";
import { createLinks, type Identity } from "./links.ts";
import { readPatch } from "./patching.ts";
import { create, overlapping, patch, remove, toFound, update } from "./perform.ts";
import type { Scene, Written } from "./ports.ts";
import { parseSent } from "./reading.ts";
import { inEntry, Refusal, refuse } from "./refusal.ts";
import { findConditionalReference, type Links, rewrite } from "./rewrite.ts";
import { criteriaOfWrite, type Plan, type PlannedRead, type PlannedWrite } from "./transaction-plan.ts";
import { isTree } from "./tree.ts";

type Storing = Extract<PlannedWrite, { kind: "create" | "update" }>;

/** Who is referred to comes before who refers. */
const RANKS: readonly RecordType[] = [
  "Organization",
  "Practitioner",
  "Patient",
  "PractitionerRole",
  "Observation",
  "Consent",
  "Provenance",
];

/**
 * Does a transaction in the order of R4, whatever the order of its entries: DELETE, then POST, PUT and PATCH, then what
 * it reads. Conditional references find what the transaction itself made. The answer is one `Written` a change, by the
 * index of its entry. https://hl7.org/fhir/R4/http.html#trules
 */
export async function runTransaction({ writes, reads }: Plan, scene: Scene): Promise<ReadonlyMap<number, Written>> {
  const done = new Map<number, Written>();
  const identities = new Map<number, Identity>();
  const taken = new Set<string>();
  const created = new Set<string>();
  const claim = (write: PlannedWrite, id: string): void => {
    const name = `${write.type}/${id}`;
    if (taken.has(name)) refuse(overlapping(write.type));
    taken.add(name);
  };
  for (const write of writes.filter(({ kind }) => kind === "delete")) {
    await within(write.index, async () => {
      if (write.kind !== "delete") return;
      const written = await remove(write.type, write, scene);
      if (written.id !== "") claim(write, written.id);
      done.set(write.index, written);
    });
  }
  for (const write of writes.filter(({ kind }) => kind !== "delete")) {
    await within(write.index, async () => {
      const identity = await identify(write, scene);
      if (identity === undefined) return;
      identities.set(write.index, identity);
      if (identity.found === undefined) claim(write, identity.id);
      if (write.kind === "create" && identity.found === undefined) created.add(identity.id);
    });
  }
  const linksOf = createLinks(writes, { identities, done, scene });
  for (const write of inOrder(writes)) {
    await within(write.index, async () => {
      const identity = identities.get(write.index);
      const links = linksOf(write);
      const written = identity?.found ?? (await store(write, { ...identity, links }, scene));
      done.set(write.index, written);
      if (identity === undefined || written.id === identity.id) return;
      // It joined a child that is there already: links lead to that one.
      identities.set(write.index, { type: write.type, id: written.id });
      if (!created.has(written.id)) claim(write, written.id);
      created.add(written.id);
    });
  }
  for (const write of inOrder(writes)) {
    await within(write.index, () => checkAlone(write, identities.get(write.index), scene));
  }
  for (const write of writes) {
    if (write.kind !== "patch") continue;
    await within(write.index, async () => {
      const id = identities.get(write.index)?.id ?? "";
      done.set(write.index, await patchEntry(write, { id, links: linksOf(write) }, scene));
    });
  }
  for (const read of reads) await within(read.index, () => checkThere(read, scene));
  return done;
}

/** Whatever is refused in an entry is told with the index of that entry. */
async function within(index: number, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(...error.issues.map((issue) => inEntry(issue, index)));
  }
}

/** A new id, the id that is named, or that of what is found. */
async function identify(write: PlannedWrite, scene: Scene): Promise<Identity | undefined> {
  const { type } = write;
  if (write.kind === "create") {
    const found = write.ifNoneExist && (await findOne(write.ifNoneExist, scene));
    return found
      ? { type, id: idOf(found), found: toFound(type, found) }
      : { type, id: scene.ports.ids(), isDrawn: true };
  }
  if (write.kind === "delete") return undefined;
  if ("id" in write.target) return { type, id: write.target.id };
  const found = await findOne(write.target.criteria, scene);
  if (found !== undefined) return { type, id: idOf(found) };
  if (write.kind === "patch") return refuse({ kind: "not-found", type });
  const { id } = write.resource;
  return { type, id: typeof id === "string" ? id : scene.ports.ids() };
}

function inOrder(writes: readonly PlannedWrite[]): readonly Storing[] {
  const rankOf = (write: Storing): number =>
    RANKS.indexOf(write.type) + (findConditionalReference(write.resource, "") !== undefined ? RANKS.length : 0);
  return writes
    .filter((write): write is Storing => write.kind === "create" || write.kind === "update")
    .toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** Stores one entry under the id that was settled for it. */
async function store(
  write: Storing,
  { id = "", isDrawn = false, links }: Partial<Pick<Identity, "id" | "isDrawn">> & { readonly links: Links },
  scene: Scene,
): Promise<Written> {
  const { type } = write;
  const read = parseSent(JSON.stringify(await rewrite(write.resource, links)), type);
  const sent = read.ok ? read.value : refuse(...read.issues);
  if (write.kind === "update") {
    const { target, conditions } = write;
    return update(type, { target, sent, conditions, settledId: id }, scene);
  }
  return create(type, { sent, id, isDrawn }, scene);
}

/** What criteria did not find before must not be what another entry made: whichever came first, it would be found. */
async function checkAlone(write: PlannedWrite, identity: Identity | undefined, scene: Scene): Promise<void> {
  const [criteria] = criteriaOfWrite(write);
  if (criteria === undefined || identity === undefined || identity.found !== undefined) return;
  const found = await findSome(criteria, 2, scene);
  if (found.some((entry) => idOf(entry) !== identity.id)) refuse(overlapping(write.type));
}

async function patchEntry(
  write: Extract<PlannedWrite, { kind: "patch" }>,
  { id, links }: { readonly id: string; readonly links: Links },
  scene: Scene,
): Promise<Written> {
  const { type, request, conditions } = write;
  const parsed = request.contentType === "application/fhir+json" ? parseJson(request.body ?? "") : undefined;
  const parameters = parsed?.ok && isTree(parsed.lossless) ? parsed.lossless : undefined;
  const body = parameters === undefined ? request.body : JSON.stringify(await rewrite(parameters, links));
  const patching = readPatch({ ...request, ...(body !== undefined && { body }) }, type);
  return patching.ok
    ? patch(type, { target: { id }, patching: patching.value, conditions }, scene)
    : refuse(...patching.issues);
}

/** What is to be read afterwards has to be there: a transaction succeeds as a whole or not at all. */
async function checkThere({ request }: PlannedRead, scene: Scene): Promise<void> {
  const { interaction, type, id } = request;
  if (interaction !== "read" || id === undefined || type === undefined || !isRecordType(type)) return;
  const held = await findHeld(type, id, scene);
  if (held?.state !== "current") refuse({ kind: held === undefined ? "not-found" : "gone", type });
}
