import type { Address, Coding, HumanName } from "@medplum/fhirtypes";
import type { Gender } from "../datatypes/gender.ts";

/** What is read of an Early Years Progress message (event CH010), checked. Plain data, as it is stored and mapped. */
export interface EarlyYearsProgress {
  readonly event: "new" | "update" | "delete";
  /** Logical id of the Encounter, which a review keeps from its first message to its deletion. */
  readonly recordId: string;
  readonly child: ProgressChild;
  /** Absent from a deletion. */
  readonly check?: ProgressCheck;
  readonly notCarried: readonly string[];
}

export interface ProgressChild {
  /** The NHS number, else what the message calls the Patient. */
  readonly localId: string;
  readonly nhsNumber?: string;
  readonly nhsNumberStatus?: string;
  readonly names: readonly HumanName[];
  readonly gender?: Gender;
  readonly birthDate?: string;
  readonly addresses: readonly Address[];
  /** Confidentiality labels, with the R4 code system. */
  readonly security: readonly Coding[];
}

export interface ProgressCheck {
  /** Observation.status. */
  readonly status: "preliminary" | "final" | "amended" | "entered-in-error";
  /** FHIR date or dateTime of the start of the encounter. */
  readonly start: string;
  readonly security: readonly Coding[];
  readonly sections: readonly { readonly linkId: string; readonly text: string }[];
  /** The parents' answer; absent when none was given, and never made up. */
  readonly parentalConsent?: "Y" | "N";
  readonly organization?: { readonly odsCode: string; readonly name?: string };
}
