import { canonical } from "#profiles/canonical.ts";
import { UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { isReleasable, type SourceFacts } from "../disclosure/visibility.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";

/**
 * The second look. Visibility is decided from columns beside the bytes; these checks read the bytes themselves and the
 * agreement anew, so that a mistake in one of the two cannot release what it should not.
 */

/** Thrown when bytes are not what the store says they are; the answer becomes a bare 500. */
export class GuardError extends Error {
  constructor(what: string) {
    super(`the release guard stopped an answer: ${what}`);
    this.name = "GuardError";
  }
}

/** Checked once, when a record is loaded: each body names its own source and this record's child. */
export function guardLoad(pack: Pack, patientId: string): void {
  const subject = Buffer.from(`"Patient/${patientId}"`);
  for (const [entry, source] of pack.sources.entries()) {
    const bytes = resourceBytes(pack, entry);
    if (!bytes.includes(`"source":"${canonical("source", source)}"`)) throw new GuardError("a body of another source");
    if (patientId !== "" && !bytes.includes(subject)) throw new GuardError("a body of another child");
  }
}

/** Checked for every answer: each entry comes from a source that the agreement reaches, no Patient shows a UPN unasked. */
export function guardRelease(
  released: readonly { readonly pack: Pack; readonly entry: number }[],
  requester: Requester,
  sources: ReadonlyMap<string, SourceFacts>,
): void {
  const { agreement } = requester;
  for (const { pack, entry } of released) {
    if (pack.types[entry] === "Patient") {
      const mayShowUpn = agreement.identifierSystems.includes(UPN);
      if (!mayShowUpn && resourceBytes(pack, entry).includes(UPN)) throw new GuardError("a UPN in a Patient");
      continue;
    }
    const facts = sources.get(pack.sources[entry] ?? "");
    const mayBeRead = pack.types[entry] !== "Consent" || agreement.dataClasses.includes("sharing");
    const isReached = facts !== undefined && mayBeRead && isReleasable(facts, requester);
    if (!isReached) throw new GuardError("an entry beyond the agreement");
  }
}
