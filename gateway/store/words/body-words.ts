import { readFileSync } from "node:fs";
import { type Context, vocabulary, vocabularyId } from "../statements/context.ts";
import type { Steps } from "../statements/steps.ts";
import type { Output } from "../statements/values.ts";
import { decodeBody, vocabularyOf } from "./body-code.ts";
import { type EndCoded, encodeBody, encodeEnd, indexWords, type WordIndex } from "./encode-body.ts";

/** The words of new bodies, made by `make-body-words.ts` of invented children: nothing of any child. */
interface Words {
  readonly text: string;
  readonly index: WordIndex;
}

let current: Words | undefined;

function currentWords(): Words {
  if (current === undefined) {
    const bytes = readFileSync(new URL("body-words.txt", import.meta.url));
    current = { text: bytes.toString(), index: indexWords(bytes) };
  }
  return current;
}

/** A body as it is kept. Without a step for all but the first that a connection puts. */
export function* toCoded(context: Context, body: Uint8Array | EndCoded): Steps<Uint8Array> {
  return knownCoded(context, body) ?? encodeBody(body, yield* wordsId(context), currentWords().index);
}

export function knownCoded({ vocabularyIds }: Context, body: Uint8Array | EndCoded): Uint8Array | undefined {
  const { text, index } = currentWords();
  const id = vocabularyIds.get(text);
  return id === undefined ? undefined : encodeBody(body, id, index);
}

/** The end of a body for `EndCoded`, for whoever would rather code it in a thread of its own; `undefined` where that does not pay. */
export function codeEnd(end: Uint8Array): Uint8Array | undefined {
  return encodeEnd(end, currentWords().index);
}

function wordsId(context: Context): Steps<number> {
  return vocabularyId(context, currentWords().text);
}

/** Makes sure that `bodyOf` knows the words of these. */
export function* loadWords(context: Context, coded: Iterable<Output | undefined>): Steps<void> {
  for (const one of coded) yield* loadWordsOf(context, vocabularyOf(toBytes(one)));
}

/** The same of one vocabulary. */
export function* loadWordsOf(context: Context, id: number | undefined): Steps<void> {
  if (id === undefined || context.bodyWords.has(id)) return;
  context.bodyWords.set(id, Buffer.from(yield* vocabulary(context, id)));
}

/**
 * The body as it was given, made whenever it is asked for: of a record, most bodies are not looked at, and what one of them
 * was read for would keep memory that it shares with much else.
 */
export function bodyOf({ bodyWords }: Context, value: Output | undefined): () => Buffer {
  const kept = toBytes(value);
  const words = bodyWords.get(vocabularyOf(kept) ?? 0);
  return () => decodeBody(kept, words);
}

function toBytes(value: Output | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError("The store holds no body where one was expected.");
}
