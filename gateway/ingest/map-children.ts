import { hash } from "node:crypto";
import type { KeptRow, WriteTransaction } from "../store/store.ts";
import { type CommitContext, commitUnit } from "./commit-unit.ts";
import { type Drafts, NO_DRAFTS } from "./drafting/drafted-children.ts";
import { toAsks } from "./drafting/guess-facts.ts";
import type { Pause } from "./pause.ts";
import { toChildUnit } from "./prepared.ts";
import { AHEAD_RECORDS, readAhead } from "./read-ahead.ts";
import { type StagedContext, toName } from "./stage-rows.ts";
import type { Reached, Unit, UnitIssue, UnitOutcome } from "./unit.ts";

/** Of a batch that a thread drafts, the first ones are mapped here while it begins with the next. */
const FIRST_CHILDREN = 8;

/** A child's rows cannot be committed; the transaction must go, and each row of it be tried by itself. */
export class ChildRefused extends Error {
  readonly issues: readonly UnitIssue[];
  readonly reached: Reached;

  constructor({ issues, reached }: { readonly issues: readonly UnitIssue[]; readonly reached: Reached }) {
    super("The rows of a child were refused.");
    this.name = "ChildRefused";
    this.issues = issues;
    this.reached = reached;
  }
}

/**
 * Maps each child anew from all of its rows, whichever came first; answers with those of whom something changed.
 * @throws ChildRefused when what the rows make together is not valid
 */
export async function mapChildren(
  transaction: WriteTransaction,
  children: ReadonlySet<string>,
  context: CommitContext & StagedContext & { readonly pause: Pause },
): Promise<ReadonlyMap<string, Extract<UnitOutcome, { kind: "committed" }>>> {
  const outcomes = new Map<string, Extract<UnitOutcome, { kind: "committed" }>>();
  for await (const units of unitsOf(transaction, [...children], context)) {
    for (const [child, unit] of units) {
      const outcome = await commitUnit(transaction, unit, context);
      if (outcome.kind === "refused") throw new ChildRefused(outcome);
      if (outcome.kind === "committed") outcomes.set(child, outcome);
      await context.pause();
    }
  }
  return outcomes;
}

type Units = ReadonlyMap<string, Unit>;

/** What the rows of children make, by child, some at a time; where a thread drafts, the next ones are drafted meanwhile. */
async function* unitsOf(
  transaction: WriteTransaction,
  children: readonly string[],
  context: CommitContext & StagedContext & { readonly pause: Pause },
): AsyncGenerator<Units> {
  const drafter = children.length > FIRST_CHILDREN ? context.drafter : undefined;
  let ahead: { readonly units: Units; readonly drafts: Drafts | Promise<Drafts> } | undefined;
  for (let from = 0, to = 0; from < children.length; from = to) {
    const isFirst = from === 0;
    to = from + (isFirst && drafter !== undefined ? FIRST_CHILDREN : AHEAD_RECORDS);
    const units = await joinRows(transaction, children.slice(from, to), context);
    await readAhead(transaction, [...units.values()], context);
    if (drafter === undefined) {
      yield units;
      continue;
    }
    const drafts = isFirst ? NO_DRAFTS : drafter.draft(await toAsks(transaction, [...units.values()], context));
    if (ahead !== undefined) yield withDrafts(ahead.units, await ahead.drafts);
    ahead = { units, drafts };
  }
  if (ahead !== undefined) yield withDrafts(ahead.units, await ahead.drafts);
}

function withDrafts(units: Units, drafts: Drafts): Units {
  return new Map([...units].map(([child, unit]) => [child, { ...unit, draft: drafts.get(unit.key) }]));
}

/** The units that the rows of children make, by child. */
async function joinRows(
  transaction: WriteTransaction,
  children: readonly string[],
  context: CommitContext & StagedContext,
): Promise<ReadonlyMap<string, JoinedUnit>> {
  const { source } = context.source;
  const { root } = context.mapper;
  const units = new Map<string, JoinedUnit>();
  for (const [child, rows] of await transaction.stagedTrees(source, root, children)) {
    if (rows.some(({ waits }) => waits)) await transaction.joinTree(source, root, child);
    units.set(child, toUnit(child, rows, context));
  }
  return units;
}

interface JoinedUnit extends Unit {
  /** JSON of the rows by table. */
  readonly text: string;
}

function toUnit(child: string, rows: readonly KeptRow[], { mapper }: StagedContext): JoinedUnit {
  const content: string[] = [];
  const bodies = new Map<string, string[]>();
  const byName = new Map<string, KeptRow>();
  for (const row of rows) {
    const name = toName(row);
    byName.set(name, row);
    content.push(name, row.body);
    const ofTable = bodies.get(row.table);
    if (ofTable === undefined) bodies.set(row.table, [row.body]);
    else ofTable.push(row.body);
  }
  const [root] = bodies.get(mapper.root) ?? [];
  if (root === undefined) throw new Error("A child's rows came without its own.");
  const text = `{${[...bodies].map(([table, all]) => `${JSON.stringify(table)}:[${all.join()}]`).join()}}`;
  return {
    key: toChildUnit(child),
    hash: hash("sha256", content.join("\n"), "base64url"),
    record: `${mapper.root}/${child}`,
    line: 0,
    identity: mapper.identity(JSON.parse(root)),
    text,
    map: (mapContext) => mapper.map(JSON.parse(text), mapContext),
    broughtBy: (record) => byName.get(record),
  };
}
