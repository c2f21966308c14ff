import type { FieldRow } from "../mapper.ts";
import { RELATIVE_FIELD, SAFEGUARDING_FIELD, UNSERVED_FIELD } from "./withhold.ts";

const dropped = (field: string, why: string): FieldRow => ({ field, why, droppedAtDoor: true });

/** What is dropped before anything is stored or quarantined. */
export const DOOR_FIELDS: readonly FieldRow[] = [
  dropped(
    SAFEGUARDING_FIELD,
    "may be shared, but never as a by-product; of a questionnaire the answer, of the rest the whole",
  ),
  dropped(RELATIVE_FIELD, "a parent's name, number and telephone are not the child's record"),
  dropped(UNSERVED_FIELD, "only its header is kept, with the reason"),
];
