import papaparse from "papaparse";
import { SaxesParser } from "saxes";
import { createFixtureContext } from "./fixture-context.ts";
import type { AnyMapper, CsvMapper, CsvRow, Mapped, Parsed, StagedMapper, XmlElement, XmlMapper } from "./mapper.ts";
import { type GenerateOptions, generate } from "./synthetic/generate.ts";

/** What one record of a synthetic source makes, or that its mapper refused it. */
export interface SyntheticMapped {
  /** As `leeds-eyfsp`. */
  readonly source: string;
  readonly mapper: AnyMapper;
  /** Absent where the record was refused. */
  readonly mapped?: Mapped;
}

/** Mappers by the last part of a source's name, as `eyfsp`. */
export type MappersBySource = Readonly<Record<string, AnyMapper>>;

/** The last part of a source's name. */
export function sourceKindOf(source: string): string {
  return source.slice(source.lastIndexOf("-") + 1);
}

/**
 * Maps every record that is made for these children and whose source has one of the mappers; without store, ids of the
 * gateway or its readers.
 */
export function* mapSynthetic(options: GenerateOptions, mappers: MappersBySource): Generator<SyntheticMapped> {
  const tables = new Map<string, { readonly mapper: StagedMapper; readonly staged: Map<string, CsvRow[]> }>();
  for (const { source, name, chunks } of generate(options)) {
    const mapper = mappers[sourceKindOf(source)];
    if (mapper === undefined) continue;
    if (mapper.reader === "staged") {
      const { staged } = tables.get(source) ?? { staged: new Map<string, CsvRow[]>() };
      tables.set(source, { mapper, staged });
      for (const row of rowsOf(chunks)) stage(mapper, name, row, staged);
    } else {
      for (const mapped of recordsOf(mapper, chunks, source)) yield { source, mapper, ...mapped };
    }
  }
  for (const [source, { mapper, staged }] of tables) yield* mapTables(mapper, staged, source);
}

type Result = Pick<SyntheticMapped, "mapped">;

function* recordsOf(
  mapper: Exclude<AnyMapper, StagedMapper>,
  chunks: Iterable<string>,
  source: string,
): Generator<Result> {
  const finish = <Rec>(
    { map }: { readonly map: (record: Rec, context: ReturnType<typeof createFixtureContext>) => Mapped },
    parsed: Parsed<Rec>,
  ): Result => (parsed.ok ? { mapped: map(parsed.record, createFixtureContext(source)) } : {});
  switch (mapper.reader) {
    case "forms":
      yield* recordsOf(startsXml(chunks) ? mapper.xml : mapper.csv, chunks, source);
      break;
    case "csv":
      for (const row of csvRowsOf(mapper, chunks)) yield finish(mapper, mapper.parse(row));
      break;
    case "xml":
      for (const record of xmlRecordsOf(mapper, chunks)) yield finish(mapper, mapper.parse(record));
      break;
    case "json":
      // A message in XML makes the record that it makes in JSON; the tests of its mapper hold it to that.
      if (startsXml(chunks)) break;
      for (const line of linesOf(chunks)) yield finish(mapper, mapper.parse(JSON.parse(line)));
      break;
    case "hl7v2":
      for (const message of messagesOf(chunks)) yield finish(mapper, mapper.parse(message));
  }
}

function startsXml(chunks: Iterable<string>): boolean {
  for (const chunk of chunks) return chunk.trimStart().startsWith("<");
  return false;
}

function* linesOf(chunks: Iterable<string>): Generator<string> {
  let rest = "";
  for (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield line;
  }
  if (rest.trim() !== "") yield rest;
}

function* messagesOf(chunks: Iterable<string>): Generator<string> {
  let message = "";
  for (const line of linesOf(chunks)) {
    for (const segment of line.split("\r")) {
      if (segment.startsWith("MSH") && message !== "") {
        yield message;
        message = "";
      }
      if (segment.trim() !== "") message += `${segment}\r`;
    }
  }
  if (message !== "") yield message;
}

function fieldsOf(line: string): readonly string[] {
  return papaparse.parse<string[]>(line, { delimiter: "," }).data[0] ?? [];
}

/** Rows by column name; a row of the wrong length never reaches a mapper. Synthetic fields hold no line ends. */
function* rowsOf(chunks: Iterable<string>, given: CsvRow = {}, columns?: readonly string[]): Generator<CsvRow> {
  let names = columns;
  for (const line of linesOf(chunks)) {
    const fields = fieldsOf(line.replace(/\r$/, ""));
    if (names === undefined) names = fields;
    else if (fields.length === names.length) {
      const pairs = names.map((name, place): [string, string] => [name, fields[place]?.trim() ?? ""]);
      yield { ...given, ...Object.fromEntries(pairs.filter(([, value]) => value !== "")) };
    }
  }
}

function* csvRowsOf({ shape }: CsvMapper<unknown>, chunks: Iterable<string>): Generator<CsvRow> {
  const { preamble } = shape;
  const known = new Set([...shape.required, ...shape.optional]);
  const lines = linesOf(chunks);
  let given: CsvRow = {};
  if (preamble !== undefined) {
    const [, ...values] = fieldsOf(lines.next().value ?? "");
    const pairs = preamble.fields.map((name, place) => [`${preamble.tag}.${name}`, values[place]?.trim() ?? ""]);
    given = Object.fromEntries(pairs.filter(([, value]) => value !== ""));
  }
  const withEnds = (function* () {
    for (const line of lines) yield `${line}\n`;
  })();
  for (const row of rowsOf(withEnds, given)) {
    const kept = Object.entries(row).filter(([name]) => known.has(name) || name in given);
    yield Object.fromEntries(kept);
  }
}

function* xmlRecordsOf(
  { root, header, repeated }: XmlMapper<unknown>,
  chunks: Iterable<string>,
): Generator<{ readonly header: XmlElement; readonly element: XmlElement }> {
  type Open = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string; line: number };
  const open: Open[] = [];
  const found: { header: XmlElement; element: XmlElement }[] = [];
  let head: XmlElement | undefined;
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => {
    open.push({ name, attributes: { ...attributes }, children: [], text: "", line: parser.line });
  });
  parser.on("text", (text) => {
    const top = open.at(-1);
    if (top !== undefined) top.text += text;
  });
  parser.on("closetag", () => {
    const path = open
      .slice(1)
      .map(({ name }) => name)
      .join("/");
    const closed = open.pop();
    if (closed === undefined) return;
    const element: XmlElement = { ...closed, text: closed.text.trim() };
    if (path === header) head = element;
    else if (path === repeated && head !== undefined) found.push({ header: head, element });
    else if (closed.name !== root) open.at(-1)?.children.push(element);
  });
  for (const chunk of chunks) {
    parser.write(chunk);
    yield* found.splice(0);
  }
}

function stage(mapper: StagedMapper, fileName: string, row: CsvRow, staged: Map<string, CsvRow[]>): void {
  const table = mapper.tables.find(({ name }) => fileName.includes(name));
  if (table === undefined) throw new Error(`No table for ${fileName}`);
  const known = new Set([...table.required, ...table.optional]);
  const kept = Object.fromEntries(Object.entries(row).filter(([name]) => known.has(name)));
  const parsed = table.parse(kept);
  if (!parsed.ok) return;
  const rows = staged.get(table.name) ?? [];
  if (rows.push(parsed.record) === 1) staged.set(table.name, rows);
}

/** The rows of each child, gathered from the child's own row downwards. */
function* mapTables(
  mapper: StagedMapper,
  staged: ReadonlyMap<string, readonly CsvRow[]>,
  source: string,
): Generator<SyntheticMapped> {
  const below = new Map<string, { table: string; key: string; row: CsvRow }[]>();
  for (const table of mapper.tables) {
    for (const row of staged.get(table.name) ?? []) {
      const parent = table.parent(row);
      if (parent === undefined) continue;
      const place = `${parent.table} ${parent.key}`;
      const list: { table: string; key: string; row: CsvRow }[] = below.get(place) ?? [];
      if (list.length === 0) below.set(place, list);
      list.push({ table: table.name, key: table.key(row), row });
    }
  }
  const root = mapper.tables.find(({ name }) => name === mapper.root);
  for (const row of staged.get(mapper.root) ?? []) {
    const rows: Record<string, CsvRow[]> = { [mapper.root]: [row] };
    const gather = (place: string): void => {
      for (const child of below.get(place) ?? []) {
        rows[child.table] = [...(rows[child.table] ?? []), child.row];
        gather(`${child.table} ${child.key}`);
      }
    };
    gather(`${mapper.root} ${root?.key(row)}`);
    yield { source, mapper, mapped: mapper.map(rows, createFixtureContext(source)) };
  }
}
