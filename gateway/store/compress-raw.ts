import { deflateRawSync, inflateRawSync } from "node:zlib";

/** A window of 16 KiB holds the vocabulary and a record of usual size; a larger one takes longer to set up than to use. */
const WINDOW_BITS = 14;
const VOCABULARY_CHARACTERS_MAX = 8_192;
const dictionaries = new Map<string, Buffer>();
/** One a kind of source; more would be a mistake of whoever calls. */
const DICTIONARIES_MAX = 100;

/** As much of a vocabulary as counts: its end. */
export function toVocabulary(text = ""): string {
  return text.slice(-VOCABULARY_CHARACTERS_MAX);
}

/** A source record as it is kept; for whoever would rather compress it in a thread of its own. */
export function compressRaw(content: string | Uint8Array, vocabulary: string | undefined): Buffer {
  return deflateRawSync(content, { windowBits: WINDOW_BITS, memLevel: 4, ...given(toVocabulary(vocabulary)) });
}

export function expandRaw(compressed: Uint8Array, vocabulary: string): string {
  return inflateRawSync(compressed, { windowBits: WINDOW_BITS, ...given(vocabulary) }).toString();
}

function given(vocabulary: string): { readonly dictionary?: Buffer } {
  if (vocabulary === "") return {};
  const dictionary = dictionaries.get(vocabulary) ?? Buffer.from(vocabulary);
  if (dictionaries.size < DICTIONARIES_MAX) dictionaries.set(vocabulary, dictionary);
  return { dictionary };
}
