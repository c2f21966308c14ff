import type { Read } from "./prepared.ts";

/** The body of a delivery ended before its end. */
class BodyBroken extends Error {
  constructor(cause: unknown) {
    super("The transfer of a file broke off.", { cause });
    this.name = "BodyBroken";
  }
}

/** The body, with its own failures told apart from those of whoever reads it. */
export async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw new BodyBroken(error);
  }
}

/** A batch of large records ends once they have as many characters, as JSON of what was parsed. */
const CHARACTERS_MAX = 1_048_576;

/** Records in batches of a size. A transfer that breaks off gives what came before, then an issue that says so. */
export async function* inBatches(reads: AsyncIterator<Read>, size: number): AsyncGenerator<readonly Read[]> {
  let batch: Read[] = [];
  let characters = 0;
  let line = 1;
  while (true) {
    const next = await nextRead(reads, line);
    if (next.done === true) break;
    line = next.value.prepared.line;
    batch.push(next.value);
    characters += charactersOf(next.value);
    if (batch.length < size && characters < CHARACTERS_MAX) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

function charactersOf({ prepared }: Read): number {
  return prepared.kind === "unit" ? (prepared.unit.text?.length ?? 0) : 0;
}

async function nextRead(reads: AsyncIterator<Read>, line: number): Promise<IteratorResult<Read>> {
  try {
    return await reads.next();
  } catch (error) {
    if (!(error instanceof BodyBroken)) throw error;
    const issue = { line, message: "the transfer broke off after this line; send the file again" };
    const prepared = { kind: "refused" as const, line, issues: [issue], content: () => "" };
    return { done: false, value: { prepared, notCarried: [], dropped: [], filled: () => [], found: [] } };
  }
}
