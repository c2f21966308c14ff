import type { Ahead, KnownAhead, ResourceName } from "../ahead-verbs.ts";
import type { IdSpace } from "../record.ts";
import { readAlike } from "./alike.ts";
import { readTellers } from "./alike-children.ts";
import { isToldRead, readTold } from "./children.ts";
import { readNever } from "./decisions.ts";
import { readClaims, readHolders } from "./identity-keys.ts";
import { readJoined, selectJoined } from "./joined-resources.ts";
import { readLineageRows, readLineagesOfMany } from "./lineage.ts";
import { inParts, marks, ofLengths } from "./lists.ts";
import { BY_ID, idHash } from "./read.ts";
import { nameOf, PLACE, readCurrent, toPlace } from "./resources.ts";
import { RECORD_SLOTS } from "./slots.ts";
import { readLinks } from "./source-children.ts";
import { arrays, type Steps, together } from "./steps.ts";
import { integer, text } from "./values.ts";
import { noteRecord, type Work } from "./work.ts";

/** Puts into the notes of a work what it is about to ask for. */
export function* readAhead(
  work: Work,
  { source, units = [], localIds = [], identityKeys = [], alike = [], tellersOf = [], known = [] }: Ahead,
): Steps<void> {
  yield* together(
    readLineageRows(work, source, units),
    readLinks(work, source, localIds),
    readHolders(work, identityKeys),
    readAlike(work, alike),
    readTellers(work, tellersOf),
    readKnown(work, source, known),
  );
}

function* readKnown(work: Work, source: string, asked: readonly KnownAhead[]): Steps<void> {
  const known = asked.filter((one) => !isToldRead(work, source, one));
  if (known.length === 0) return;
  const records = known.map(({ record }) => record);
  const children = known.flatMap(({ localId }) => {
    const child = work.children.get(`${source} ${localId}`);
    return typeof child === "number" ? [child] : [];
  });
  yield* together(
    readCurrent(work, records),
    readTold(work, source, known),
    readTellers(work, records),
    readClaims(work, children),
    readLineagesOfMany(
      work,
      known.flatMap(({ record, withUnits }) => (withUnits === true ? [record] : [])),
    ),
    readNever(work, records),
  );
}

/**
 * Notes resources as they stand, those with a large body without it, children as their records, and where in these the
 * next resource is to stand.
 */
export function* readNamed(work: Work, named: readonly ResourceName[]): Steps<void> {
  const spaces = [...Map.groupBy(named, ({ idSpace }) => idSpace)];
  yield* together(
    ...spaces.flatMap(([idSpace, all]) => {
      const { true: patients = [], false: others = [] } = Object.groupBy(all, ({ type }) => `${type === "Patient"}`);
      return [readPatients(work, idSpace, patients), readResources(work, idSpace, others)];
    }),
  );
}

function* readPatients(work: Work, idSpace: IdSpace, patients: readonly ResourceName[]): Steps<void> {
  const wanted = new Set(patients.map(({ id }) => id).filter((id) => !work.patients.has(`${idSpace} ${id}`)));
  const parts = inParts([...wanted]);
  for (const id of wanted) work.patients.set(`${idSpace} ${id}`, "none");
  const found = yield* together(...parts.map((ids) => arrays(PATIENTS(ids.length), ...ids, idSpace)));
  for (const [id, key, last, ...known] of found.flat()) {
    const record = integer(key);
    work.patients.set(`${idSpace} ${text(id)}`, record);
    noteRecord(work, record, known);
    if (work.nextSlots.has(record)) continue;
    work.nextSlots.set(record, last === null ? record * RECORD_SLOTS : integer(last) + 1);
  }
}

function* readResources(work: Work, idSpace: IdSpace, resources: readonly ResourceName[]): Steps<void> {
  const wanted = new Set(resources.map(({ type, id }) => idHash(type, id, idSpace)));
  const parts = inParts([...wanted]);
  const [places, whole] = yield* together(
    together(...parts.map((hashes) => arrays(PLACES(hashes.length), ...hashes, idSpace))),
    together(...parts.map((hashes) => readJoined(work.context, WHOLE(hashes.length), ...hashes, idSpace))),
  );
  for (const [record, ...one] of places.flat()) {
    const key = integer(record);
    work.places.set(nameOf({ type: text(one[0]), id: text(one[1]), idSpace }), toPlace(key, one));
    noteRecord(work, key, one.slice(PLACE.length));
  }
  for (const { resources: found } of whole)
    for (const one of found) work.ahead.resources.set(nameOf({ ...one, idSpace }), one);
}

const PATIENTS = ofLengths(
  (length) => `SELECT c.patient_id, c.key,
      (SELECT r.slot FROM resource r WHERE r.slot >= c.key * ${RECORD_SLOTS} AND r.slot < (c.key + 1) * ${RECORD_SLOTS}
         AND r.record = c.key ORDER BY r.slot DESC LIMIT 1),
      c.id_space, c.version, c.first_change, c.last_change
    FROM record c WHERE c.patient_id IN (${marks(length)}) AND c.id_space = ?`,
);

const OF_HASHES = (length: number): string => `FROM ${BY_ID} WHERE i.hash IN (${marks(length)}) AND c.id_space = ?`;
const PLACES = ofLengths(
  (length) =>
    `SELECT r.record, ${PLACE.map((column) => `r.${column}`).join(", ")},
      c.id_space, c.version, c.first_change, c.last_change ${OF_HASHES(length)}`,
);
/** Of a body that is read ahead, as it is kept: of many that wait together a server hands over all at once. A larger one is read when it is asked for. */
export const AHEAD_BODY_BYTES_MAX = 65_536;
const WHOLE = ofLengths(
  (length) => `${selectJoined()} ${OF_HASHES(length)} AND length(r.body) <= ${AHEAD_BODY_BYTES_MAX}`,
);
