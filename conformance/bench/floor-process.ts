import { fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * `node floor-process.ts DIRECTORY SECONDS`: measures in a process of its own what SQLite and the disk do with nothing around
 * them, each for so many seconds, and prints it as one line of JSON.
 */
const [directory = ".", seconds = "1"] = process.argv.slice(2);
const DURATION_MS = Number(seconds) * 1000;
/** As an Observation is stored. */
const BODY = Buffer.alloc(965, "x");
const RECORD = Buffer.alloc(600, "x");
const GROUP = 64;
const ROWS = 20_000;

const database = new DatabaseSync(join(directory, "floor.sqlite"));
database.exec(
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE body (id INTEGER PRIMARY KEY, body BLOB)",
);
const insert = database.prepare("INSERT INTO body (body) VALUES (?)");
const select = database.prepare("SELECT body FROM body WHERE id = ?");

function rateOf(work: (turn: number) => number): number {
  const started = performance.now();
  let [done, turn] = [0, 0];
  while (performance.now() - started < DURATION_MS) done += work(turn++);
  return (done * 1000) / (performance.now() - started);
}

function insertGroup(rows: number): number {
  database.exec("BEGIN IMMEDIATE");
  for (let row = 0; row < rows; row += 1) insert.run(BODY);
  database.exec("COMMIT");
  return rows;
}

insertGroup(ROWS);
const statement_per_s = rateOf((turn) => {
  // Many to one look at the clock; keys far apart.
  for (let each = 0; each < GROUP; each += 1) select.get((((turn * GROUP + each) * 7_919) % ROWS) + 1);
  return GROUP;
});
const rows_per_s = rateOf(() => insertGroup(GROUP));
const commits_per_s = rateOf(() => insertGroup(1));
const file = openSync(join(directory, "floor.log"), "a");
const flushes_per_s = rateOf(() => {
  writeSync(file, RECORD);
  fdatasyncSync(file);
  return 1;
});
process.stdout.write(
  `${JSON.stringify({ statement_per_s, statement_us: 1e6 / statement_per_s, rows_per_s, commits_per_s, flushes_per_s })}\n`,
);
