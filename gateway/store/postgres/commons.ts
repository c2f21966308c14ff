import { randomInt } from "node:crypto";
import type { Commons, CopiedPart, FileCopies, Machines, SealedSecrets, SharedNumbers } from "../commons.ts";
import type { Statement, Value } from "../statements/steps.ts";
import { integer, type Row, text } from "../statements/values.ts";
import { prepareCommons } from "./commons-tables.ts";
import { ConnectionLostError, toStoreError } from "./errors.ts";
import { isOfDatabase } from "./postgres.ts";
import { SCHEMA, type SchemaOptions } from "./schema.ts";
import { Line, Server } from "./server.ts";
import { shareQuestion } from "./shared-question.ts";
import { WIRE_LIMITS } from "./wire.ts";

/** Milliseconds since 1970 by the server's clock, which is one for all machines. */
const NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
/** Beyond what a number of the fence may be. */
const NUMBER_END = 2 ** 48 - 1;
const PARTS_MAX = 16;

/**
 * What the machines over a database have in common; makes the store's tables and its own where there are none.
 *
 * @throws SchemaError, StoreUnavailableError, PostgresError as `createPostgresStore`
 */
export async function openCommons({
  url,
  schema,
}: {
  readonly url: string;
  readonly schema?: Pick<SchemaOptions, "partitions">;
}): Promise<Commons> {
  const name = "early-years-gateway commons";
  const line = new Line(new Server({ url, name, limits: WIRE_LIMITS, schema: SCHEMA }));
  try {
    await prepareCommons((await line.open()).client, schema);
  } catch (error) {
    await line.close();
    throw isOfDatabase(error) ? error : toStoreError(error);
  }
  const asking = new Asking(line);
  return {
    numbers: createNumbers(asking),
    secrets: createSecrets(asking),
    machines: createMachines(asking),
    copies: createCopies(asking),
    close: () => line.close(),
  };
}

/** Statements that may each be run twice: one whose answer was lost is asked again. */
class Asking {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  async rows(sql: string, ...values: Value[]): Promise<readonly Row[]> {
    const found = await this.#ask({ sql, values, wanted: "rows" });
    return Array.isArray(found) ? found : [];
  }

  async changes(sql: string, ...values: Value[]): Promise<number> {
    const changed = await this.#ask({ sql, values, wanted: "changes" });
    return typeof changed === "number" ? changed : 0;
  }

  async #ask(statement: Statement): Promise<unknown> {
    const wire = this.#line.wire ?? (await this.#line.open());
    try {
      return await wire.ask(statement);
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error;
      return (await this.#line.open()).ask(statement);
    }
  }
}

function createNumbers(asking: Asking): SharedNumbers {
  /** The table is not logged: after a crash, and where another server has taken over, there is no row. */
  const begin = () =>
    asking.changes(
      "INSERT INTO store_fence (one, changes, era, server, taken) VALUES (1, ?, ?, 0, ?) ON CONFLICT (one) DO NOTHING",
      ...[randomInt(NUMBER_END), randomInt(NUMBER_END), randomInt(NUMBER_END)],
    );
  const find = () => asking.rows("SELECT changes, era, server, taken FROM store_fence WHERE one = 1");
  const read = shareQuestion(async () => {
    let [found] = await find();
    if (found === undefined) {
      await begin();
      [found] = await find();
    }
    const { changes, era, server, taken } = found ?? {};
    return { changes: integer(changes), era: integer(era), server: integer(server), taken: integer(taken) };
  });
  return {
    read,
    async write(numbers) {
      const names = Object.keys(numbers);
      const update = () =>
        asking.changes(
          `UPDATE store_fence SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE one = 1`,
          ...Object.values(numbers),
        );
      while ((await update()) === 0) await begin();
    },
  };
}

function createSecrets(asking: Asking): SealedSecrets {
  return {
    async list() {
      const rows = await asking.rows("SELECT name, sealed FROM store_secret ORDER BY name");
      return new Map(rows.map(({ name, sealed }) => [text(name), text(sealed)]));
    },
    async add(name, sealed) {
      await asking.changes(
        "INSERT INTO store_secret (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        name,
        sealed,
      );
    },
    async exchange(name, from, to) {
      await asking.changes("UPDATE store_secret SET sealed = ? WHERE name = ? AND sealed = ?", to, name, from);
    },
    async remove(name) {
      await asking.changes("DELETE FROM store_secret WHERE name = ?", name);
    },
  };
}

function createMachines(asking: Asking): Machines {
  const numberOf = async (name: string): Promise<number> => {
    const find = () => asking.rows("SELECT number FROM store_number WHERE name = ?", name);
    const [found] = await find();
    if (found !== undefined) return integer(found.number);
    await asking.changes(
      `INSERT INTO store_number (name, number) VALUES (?, (SELECT coalesce(max(number) + 1, 0) FROM store_number))
       ON CONFLICT DO NOTHING`,
      name,
    );
    const [made] = await find();
    // Of two that are first asked for at the same moment one is asked for again.
    return made === undefined ? numberOf(name) : integer(made.number);
  };
  return {
    numberOf,
    async meet({ id, host, hasRedis, hasRegister, baseUrl }) {
      await asking.changes(
        `INSERT INTO store_machine (id, host, has_redis, has_register, base_url, at) VALUES (?, ?, ?, ?, ?, ${NOW})
         ON CONFLICT (id) DO UPDATE SET host = excluded.host, has_redis = excluded.has_redis,
           has_register = excluded.has_register, base_url = excluded.base_url, at = excluded.at`,
        ...[id, host, Number(hasRedis), Number(hasRegister), baseUrl],
      );
      const rows = await asking.rows(
        `SELECT id, host, has_redis, has_register, base_url, at, ${NOW} - at AS silent, ${NOW} - copied_at AS uncopied
         FROM store_machine ORDER BY id`,
      );
      return rows.map((row) => ({
        id: text(row.id),
        host: text(row.host),
        hasRedis: row.has_redis === 1,
        hasRegister: row.has_register === 1,
        baseUrl: text(row.base_url),
        silent_ms: integer(row.silent),
        hasLeft: row.at === 0,
        ...(row.uncopied === null ? {} : { uncopied_ms: integer(row.uncopied) }),
      }));
    },
    async leave(id) {
      await asking.changes("UPDATE store_machine SET at = 0 WHERE id = ?", id);
    },
    async copied(id, ago_ms) {
      await asking.changes(`UPDATE store_machine SET copied_at = ${NOW} - ? WHERE id = ?`, ago_ms, id);
    },
  };
}

function createCopies(asking: Asking): FileCopies {
  return {
    async files(machine) {
      const rows = await asking.rows(
        "SELECT name, bytes, tail FROM store_file WHERE machine = ? ORDER BY name",
        machine,
      );
      return rows.map(({ name, bytes, tail }) => ({ name: text(name), bytes: integer(bytes), tail: text(tail) }));
    },
    async add(machine, { name, start, bytes }, file) {
      await asking.changes(
        `INSERT INTO store_part (machine, name, start, bytes, at) VALUES (?, ?, ?, ?, ${NOW})
         ON CONFLICT (machine, name, start) DO UPDATE SET bytes = excluded.bytes, at = excluded.at`,
        ...[machine, name, start, bytes],
      );
      if (file === undefined) return;
      await asking.changes(
        `INSERT INTO store_file (machine, name, bytes, tail) VALUES (?, ?, ?, ?)
         ON CONFLICT (machine, name) DO UPDATE SET bytes = excluded.bytes, tail = excluded.tail`,
        ...[machine, name, file.bytes, file.tail],
      );
    },
    async parts(machine, name, from) {
      const rows = await asking.rows(
        `SELECT start, bytes FROM store_part WHERE machine = ? AND name = ? AND start + length(bytes) > ?
         ORDER BY start LIMIT ${PARTS_MAX}`,
        ...[machine, name, from],
      );
      return rows.map(toPart);
    },
    async forget(machine, name) {
      await asking.changes("DELETE FROM store_file WHERE machine = ? AND name = ?", machine, name);
      await asking.changes("DELETE FROM store_part WHERE machine = ? AND name = ?", machine, name);
    },
    async wish(machine, name) {
      await asking.changes(
        "INSERT INTO store_wish (machine, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
        machine,
        name,
      );
    },
    async wishes(machine) {
      const rows = await asking.rows("SELECT name FROM store_wish WHERE machine = ? ORDER BY name", machine);
      for (const { name } of rows) {
        await asking.changes("DELETE FROM store_wish WHERE machine = ? AND name = ?", machine, text(name));
      }
      return rows.map(({ name }) => text(name));
    },
    async sweep(machine, older_ms) {
      await asking.changes(`DELETE FROM store_part WHERE machine = ? AND at < ${NOW} - ?`, machine, older_ms);
    },
  };
}

function toPart({ start, bytes }: Row): CopiedPart {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("A copied part has no bytes.");
  return { start: integer(start), bytes };
}
