import { hash } from "node:crypto";
import type { CsvRow, StagedMapper } from "#mappers/mapper.ts";
import type { StagedRow, WriteTransaction } from "../store/store.ts";
import { type CommitContext, commitUnit } from "./commit-unit.ts";
import type { Pause } from "./pause.ts";
import type { Unit, UnitIssue, UnitOutcome } from "./unit.ts";

export interface StagedContext {
  readonly mapper: StagedMapper;
}

/** A child's rows cannot be committed; the transaction must go, and each row of it be tried by itself. */
export class ChildRefused extends Error {
  readonly issues: readonly UnitIssue[];

  constructor(issues: readonly UnitIssue[]) {
    super("The rows of a child were refused.");
    this.name = "ChildRefused";
    this.issues = issues;
  }
}

/** Children that the rows of one transaction belong to. */
export interface TouchedChildren {
  /** Keys of the children's own rows. */
  readonly children: Set<string>;
  /** Parent row → its child, as found in this transaction: the rows of one file follow each other under one parent. */
  readonly below: Map<string, string>;
}

/** Stages one row and notes the child it belongs to. A row whose child's own row has not come yet just waits. */
export async function commitRow(
  transaction: WriteTransaction,
  row: StagedRow,
  context: CommitContext & StagedContext & { readonly touched: TouchedChildren },
): Promise<"committed" | "unchanged"> {
  const staged = await transaction.stage(context.source.source, row, {
    delivery: context.delivery,
    line: 1,
    receivedAt: context.receivedAt,
    waits: (await childOf(transaction, row, context)) === undefined,
  });
  if (staged.kind === "unchanged") return "unchanged";
  // A row that moved to another parent leaves a child without it.
  const moved = staged.kind === "changed" ? [row, staged.before] : [row];
  for (const at of moved) {
    const child = await childOf(transaction, at, context);
    if (child !== undefined) context.touched.children.add(child);
  }
  return "committed";
}

/** Key of the child's own row above this one, when every row on the way is there. */
async function childOf(
  transaction: WriteTransaction,
  row: Pick<StagedRow, "table" | "key" | "parent">,
  { source, mapper, touched }: CommitContext & StagedContext & { readonly touched: TouchedChildren },
): Promise<string | undefined> {
  const parent = row.parent === undefined ? undefined : toName(row.parent);
  const known = parent === undefined ? undefined : touched.below.get(parent);
  if (known !== undefined) return known;
  let at = row;
  for (let depth = 0; depth <= mapper.tables.length; depth++) {
    if (at.table === mapper.root) {
      if (parent !== undefined) touched.below.set(parent, at.key);
      return at.key;
    }
    if (at.parent === undefined) return undefined;
    const above = await transaction.staged(source.source, at.parent.table, at.parent.key);
    if (above === undefined) return undefined;
    at = above;
  }
  return undefined;
}

/**
 * Maps each child anew from all of its rows, whichever came first.
 * @throws ChildRefused when what the rows make together is not valid
 */
export async function mapChildren(
  transaction: WriteTransaction,
  children: ReadonlySet<string>,
  context: CommitContext & StagedContext & { readonly pause: Pause },
): Promise<readonly Extract<UnitOutcome, { kind: "committed" }>[]> {
  const outcomes: Extract<UnitOutcome, { kind: "committed" }>[] = [];
  for (const child of children) {
    const unit = await assemble(transaction, child, context);
    if (unit === undefined) continue;
    const outcome = await commitUnit(transaction, unit, context);
    if (outcome.kind === "refused") throw new ChildRefused(outcome.issues);
    if (outcome.kind === "committed") outcomes.push(outcome);
    await context.pause();
  }
  return outcomes;
}

async function assemble(
  transaction: WriteTransaction,
  child: string,
  { source, mapper }: CommitContext & StagedContext,
): Promise<Unit | undefined> {
  const rows = await transaction.stagedTree(source.source, mapper.root, child);
  const content: string[] = [];
  const tables: Record<string, CsvRow[]> = {};
  for (const row of rows) {
    content.push(toName(row), row.body);
    const table = tables[row.table] ?? [];
    table.push(JSON.parse(row.body));
    tables[row.table] = table;
  }
  const root = tables[mapper.root]?.[0];
  if (root === undefined) return undefined;
  return {
    key: `child/${child}`,
    hash: hash("sha256", content.join("\n"), "base64url"),
    record: `${mapper.root}/${child}`,
    line: 0,
    identity: mapper.identity(root),
    map: (mapContext) => mapper.map(tables, mapContext),
  };
}

function toName({ table, key }: Pick<StagedRow, "table" | "key">): string {
  return `${table}/${key}`;
}
