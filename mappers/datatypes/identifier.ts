import type { Identifier } from "@medplum/fhirtypes";
import {
  NHS_NUMBER,
  NHS_NUMBER_STATUS,
  NHS_NUMBER_STATUS_EXTENSION,
  SOURCE_CHILD_ID,
  SOURCE_RECORD_ID,
  UPN,
} from "#profiles/systems.ts";
import { toCodeableConcept } from "./coding.ts";
import { normaliseNhsNumber } from "./nhs-number.ts";
import { isTemporaryUpn } from "./upn.ts";

/**
 * The NHS number slice of UKCore-Patient. `status` is the NHS NUMBER STATUS INDICATOR CODE, `01` to `08`; a source that
 * does not say how a number was traced gets no status rather than a guessed one.
 */
export function toNhsNumberIdentifier(nhsNumber: string, status?: string): Identifier {
  return {
    ...(status === undefined
      ? {}
      : {
          extension: [
            {
              url: NHS_NUMBER_STATUS_EXTENSION,
              valueCodeableConcept: toCodeableConcept(NHS_NUMBER_STATUS, status),
            },
          ],
        }),
    system: NHS_NUMBER,
    value: normaliseNhsNumber(nhsNumber),
  };
}

/** A unique pupil number; a temporary one says so by its use unless the caller knows better (`old` for a former one). */
export function toUpnIdentifier(upn: string, use: "usual" | "old" | "temp" = upnUse(upn)): Identifier {
  return { use, system: UPN, value: upn };
}

function upnUse(upn: string): "usual" | "temp" {
  return isTemporaryUpn(upn) ? "temp" : "usual";
}

/** What a source calls the child. */
export function toSourceChildIdentifier(source: string, localId: string): Identifier {
  return { use: "secondary", system: SOURCE_CHILD_ID, value: `${source}/${localId}` };
}

/** What a source calls one of its records, or a part of it (`part`, as `E01`). */
export function toSourceRecordIdentifier(source: string, recordId: string, part?: string): Identifier {
  return { system: SOURCE_RECORD_ID, value: `${source}/${recordId}${part === undefined ? "" : `/${part}`}` };
}
