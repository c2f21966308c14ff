import type { Derivation, MapContext } from "./mapper.ts";

/** A context whose ids can be read, so that golden files show what refers to what. */
export function createFixtureContext(
  source: string,
  localAuthority = "383",
  derives: readonly Derivation[] = [],
): MapContext {
  const readable = (text: string): string => text.replace(/[^A-Za-z0-9.-]/g, "-");
  return {
    source,
    localAuthority,
    patientId: "the-child",
    // An id has at most 64 characters; the end of a slot is what tells it apart.
    id: (slot) => readable(slot).slice(-64),
    derives: new Set(derives),
    organizationId: ({ system, value }) => `${readable(system.slice(system.lastIndexOf("/") + 1))}-${readable(value)}`,
  };
}
