import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { ResolvingReads } from "../../identity/gather-facts.ts";
import type { AlikeChild, RecordKey } from "../../store/store.ts";
import type { Scene } from "./ports.ts";

/** What a resolution looks at: identities of the records that a writer's agreement lets its Patients be matched with. */
export interface Identities {
  /** All that is known of them: what a person in review is shown. */
  readonly all: ResolvingReads;
  /** Of the children that the writer sees, what it may be told of them. */
  readonly seen: ResolvingReads;
  /** All that is known of the children that it sees. */
  readonly ofSeen: ResolvingReads;
  /** The numbers by which a client that sees none of them must not find a child. */
  readonly hiddenNumbers: readonly HiddenNumber[];
}

type HiddenNumber = "nhsNumber" | "upn";

export function identitiesFor(scene: Scene): Identities {
  const { transaction, requester, writer, ports } = scene;
  const { matchingScope, identifierSystems } = requester.agreement;
  const named = typeof matchingScope === "string" ? [writer.authority] : matchingScope;
  const shows = (system: string): boolean => identifierSystems === "any" || identifierSystems.includes(system);
  const hiddenNumbers: readonly HiddenNumber[] = [
    ...(shows(NHS_NUMBER) ? [] : (["nhsNumber"] as const)),
    ...(shows(UPN) ? [] : (["upn"] as const)),
  ];
  const inScope = async (record: RecordKey): Promise<readonly AlikeChild[]> => {
    const children = await transaction.sourceChildrenOf(record);
    const isNamed = children.every(({ source }) => named.includes(ports.childResolver.scope.authorityOf(source)));
    return isNamed ? children : [];
  };
  const tellersOf = once(async (record: RecordKey) => tellersSeen(record, scene));
  const reading = (sourceChildrenOf: ResolvingReads["sourceChildrenOf"]): ResolvingReads => ({
    sourceChildrenOf,
    linkOf: (source, localId) => transaction.linkOf(source, localId),
    identityKeyHolders: (key) => transaction.identityKeyHolders(key),
    findAlike: (...asked) => transaction.findAlike(...asked),
    neverLinked: (record) => transaction.neverLinked(record),
  });
  return {
    all: reading(inScope),
    seen: reading(async (record) => {
      const tellers = await tellersOf(record);
      if (tellers === undefined) return [];
      const children = await inScope(record);
      return children.filter(({ source }) => tellers.has(source)).map((child) => withoutNumbers(child, hiddenNumbers));
    }),
    ofSeen: reading(async (record) => ((await tellersOf(record)) === undefined ? [] : inScope(record))),
    hiddenNumbers,
  };
}

/** Who tells the writer of a child; `undefined` where there is no such child for it. Its own word it always knows. */
async function tellersSeen(
  record: RecordKey,
  { search, requester, writer, at }: Scene,
): Promise<ReadonlySet<string> | undefined> {
  const view = await search.reader.view(record, requester, at);
  if (view?.tellers === undefined || view.patient.size === 0) return undefined;
  return new Set([...view.tellers, writer.source]);
}

function withoutNumbers(told: AlikeChild, hidden: readonly HiddenNumber[]): AlikeChild {
  const { child, source, localId, record } = told;
  if (hidden.every((number) => told.identity[number] === undefined)) return told;
  const identity = withoutHidden(told.identity, hidden);
  return { child, source, localId, record, identity, body: JSON.stringify(identity) };
}

export function withoutHidden(
  identity: AlikeChild["identity"],
  hidden: readonly HiddenNumber[],
): AlikeChild["identity"] {
  const { nhsNumber, nhsNumberStatus, upn, ...others } = identity;
  const status = nhsNumberStatus === undefined ? {} : { nhsNumberStatus };
  return {
    ...others,
    ...(nhsNumber === undefined || hidden.includes("nhsNumber") ? {} : { nhsNumber, ...status }),
    ...(upn === undefined || hidden.includes("upn") ? {} : { upn }),
  };
}

function once<T>(work: (record: RecordKey) => Promise<T>): (record: RecordKey) => Promise<T> {
  const known = new Map<RecordKey, Promise<T>>();
  return (record) => {
    const before = known.get(record);
    if (before !== undefined) return before;
    const now = work(record);
    known.set(record, now);
    return now;
  };
}
