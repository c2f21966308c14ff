import type { Address, Coding, ContactPoint, Extension, HumanName } from "@medplum/fhirtypes";
import type { Gender } from "../datatypes/gender.ts";
import type { Finding } from "./finding.ts";

/** What is read of a message of Digital Child Health, checked. Plain data, as it is hashed and mapped. */
export interface ChildHealthMessage {
  readonly action: "new" | "update" | "delete";
  /** Code of the event, as `CH018`. */
  readonly event: string;
  /** Logical id of the Encounter, which a review keeps from its first message to its deletion, and the event. */
  readonly recordId: string;
  /** Milliseconds since 1970, where the message says when it was written. */
  readonly writtenAt?: number;
  readonly child: MessageChild;
  /** Who carried it out. */
  readonly organization?: Provider;
  /** Of Early Years Progress alone. */
  readonly check?: ProgressCheck;
  /** Of all events with findings. */
  readonly findings: readonly Finding[];
  readonly notCarried: readonly string[];
}

export interface Provider {
  readonly odsCode: string;
  readonly name?: string;
}

export interface MessageChild {
  /** The NHS number, else what the message calls the Patient. */
  readonly localId: string;
  readonly nhsNumber?: string;
  readonly nhsNumberStatus?: string;
  readonly names: readonly HumanName[];
  readonly gender?: Gender;
  readonly birthDate?: string;
  readonly addresses: readonly Address[];
  readonly telecom: readonly ContactPoint[];
  /** The ethnic category, in UK Core's extension. */
  readonly extension: readonly Extension[];
  readonly deceased?: boolean | string;
  readonly multipleBirth?: boolean | number;
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
}
