import type { Ahead, KnownAhead, PatientName } from "../ahead-verbs.ts";
import { readAlike } from "./alike.ts";
import { readTold } from "./children.ts";
import { readNever } from "./decisions.ts";
import { readClaims, readHolders } from "./identity-keys.ts";
import { readLineageRows } from "./lineage.ts";
import { inParts, marks, ofLengths } from "./lists.ts";
import { readCurrent } from "./resources.ts";
import { RECORD_SLOTS } from "./slots.ts";
import { readLinks, readTellers } from "./source-children.ts";
import { arraysOf, type Steps, together } from "./steps.ts";
import { integer, text } from "./values.ts";
import { noteRecord, type Work } from "./work.ts";

/** Puts into the notes of a work what it is about to ask for. */
export function* readAhead(
  work: Work,
  { source, units = [], localIds = [], identityKeys = [], alike = [], known = [] }: Ahead,
): Steps<void> {
  yield* together(
    readLineageRows(work, source, units),
    readLinks(work, source, localIds),
    readHolders(work, identityKeys),
    readAlike(work, alike),
    readKnown(work, source, known),
  );
}

function* readKnown(work: Work, source: string, known: readonly KnownAhead[]): Steps<void> {
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
    readNever(work, records),
  );
}

/** Notes the records of children, and where the next resource of each is to stand. */
export function* readPatients(work: Work, patients: readonly PatientName[]): Steps<void> {
  const spaces = Map.groupBy(patients, ({ idSpace }) => idSpace);
  for (const [idSpace, all] of spaces) {
    const wanted = new Set(all.map(({ id }) => id).filter((id) => !work.patients.has(`${idSpace} ${id}`)));
    const parts = inParts([...wanted]);
    for (const id of wanted) work.patients.set(`${idSpace} ${id}`, "none");
    const found = yield* arraysOf(parts.map((ids) => ({ sql: PATIENTS(ids.length), values: [...ids, idSpace] })));
    for (const [id, key, last, ...known] of found.flat()) {
      const record = integer(key);
      work.patients.set(`${idSpace} ${text(id)}`, record);
      noteRecord(work, record, known);
      if (work.nextSlots.has(record)) continue;
      work.nextSlots.set(record, last === null ? record * RECORD_SLOTS : integer(last) + 1);
    }
  }
}

const PATIENTS = ofLengths(
  (length) => `SELECT c.patient_id, c.key,
      (SELECT r.slot FROM resource r WHERE r.slot >= c.key * ${RECORD_SLOTS} AND r.slot < (c.key + 1) * ${RECORD_SLOTS}
         AND r.record = c.key ORDER BY r.slot DESC LIMIT 1),
      c.id_space, c.version, c.first_change, c.last_change
    FROM record c WHERE c.patient_id IN (${marks(length)}) AND c.id_space = ?`,
);
