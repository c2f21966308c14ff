import type { Observation } from "@medplum/fhirtypes";
import { keysOfAll, type OwnNames, toIdentifiers } from "../search/keys.ts";
import { UUID as UUID_TOKEN } from "../store/words/body-code.ts";
import { codeEnd } from "../store/words/body-words.ts";
import type { CodedTail, Content, Identified } from "./stored-resource.ts";
import { validateMapped } from "./validate-mapped.ts";

/** What is kept of a resource takes three kilobytes or so. */
const KEPT_MAX = 2_048;
/** So many are looked for before it is asked whether that pays. */
const TRIED = 1_024;
/** Less of them known would be spent on keeping what never comes again. */
const KNOWN_SHARE_MIN = 1 / 4;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** All that is made of a resource beyond its text, where nothing is wrong with it. */
export type Repeated = Pick<Content, "keys" | "identifiers"> & { readonly tail: CodedTail };

/**
 * What many children have in the same words, as the assessments of a year are: what one Observation is found under, that it
 * is valid and how it is coded holds for all that differ from it in their own id and in that of the child alone.
 */
export interface Repeats {
  /** `undefined` where the resource has to be looked at by itself. */
  of(resource: Identified<Observation>, content: Content, patientId: string): Repeated | undefined;
}

type Kept = ((names: OwnNames) => Repeated) | "by itself";

export function createRepeats(): Repeats {
  const kept = new Map<string, Kept>();
  let tried = 0;
  let known = 0;
  return {
    of(resource, content, patientId) {
      if (tried >= TRIED && known < tried * KNOWN_SHARE_MIN) return undefined;
      const name = nameOf(content, patientId);
      if (name === undefined) return undefined;
      tried += 1;
      let found = kept.get(name);
      if (found === undefined) {
        if (kept.size >= KEPT_MAX) kept.clear();
        found = look(resource, content, patientId);
        kept.set(name, found);
      } else known += 1;
      return found === "by itself" ? undefined : found({ id: content.id, patientId });
    },
  };
}

/** The text without the id of the child, which stands in it once. */
function nameOf({ id, tail }: Content, patientId: string): string | undefined {
  if (typeof tail !== "string" || !UUID.test(patientId) || !UUID.test(id)) return undefined;
  const at = tail.indexOf(patientId);
  const after = at + patientId.length;
  if (at < 0 || tail.includes(patientId, after)) return undefined;
  return `${at} ${tail.slice(0, at)}${tail.slice(after)}`;
}

function look(resource: Identified<Observation>, content: Content, patientId: string): Kept {
  const { id, tail } = content;
  if (typeof tail !== "string" || tail.includes(id)) return "by itself";
  if (validateMapped([resource], [], undefined).length > 0 || toIdentifiers(resource).length > 0) return "by itself";
  const keysOf = keysOfAll(resource, tail, { id, patientId });
  const coded = codedFor(Buffer.from(tail), patientId);
  if (keysOf === undefined || coded === undefined) return "by itself";
  return (names) => ({ keys: () => keysOf(names), identifiers: NO_IDENTIFIERS, tail: coded(names.patientId) });
}

const NO_IDENTIFIERS = (): readonly string[] => [];

/** The tokens of a text that holds the id of a child, for any other child. */
function codedFor(text: Uint8Array, patientId: string): ((patientId: string) => CodedTail) | undefined {
  const coded = codeEnd(text);
  if (coded === undefined) return undefined;
  // In memory of its own: a part of a larger buffer would keep all of that.
  const tokens = Buffer.from(new Uint8Array(coded).buffer);
  const bytes = text.length;
  const at = tokens.indexOf(toToken(patientId));
  // Where words of the store go on into it, it is no token of its own.
  if (at < 0) return undefined;
  return (other) => {
    const copy = Buffer.from(tokens);
    copy.write(other.replaceAll("-", ""), at + 1, "hex");
    return { tokens: copy, bytes };
  };
}

function toToken(uuid: string): Buffer {
  return Buffer.from([UUID_TOKEN, ...Buffer.from(uuid.replaceAll("-", ""), "hex")]);
}
