import type { Element } from "../generator/element.ts";

/**
 * What a profile of UK Core says beyond its base, as far as it constrains: it publishes differentials alone, so the
 * snapshots of our profiles take it from here. Texts are left out, and with them elements that have nothing else.
 * Source: UK Core, the sequence STU3, https://simplifier.net/hl7fhirukcorer4
 */
export interface UKCoreProfile {
  /** Last part of its canonical. */
  readonly name: string;
  readonly version: string;
  /** Canonical of the profile or the resource that it constrains. */
  readonly base: string;
  /** By id, in the order of the differential. */
  readonly elements: Readonly<Record<string, UKCoreElement>>;
}

export type UKCoreElement = Omit<Element, "id" | "path" | "sliceName">;
