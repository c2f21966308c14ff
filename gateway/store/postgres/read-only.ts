import { Reader } from "../statements/reader.ts";
import type { ReadVerbs } from "../store.ts";
import { ReadDriver } from "./read-driver.ts";
import { checkSchema, SCHEMA, SchemaError } from "./schema.ts";
import { Line, Server } from "./server.ts";
import { WIRE_LIMITS } from "./wire.ts";

export interface PostgresReadOnly extends ReadVerbs {
  close(): Promise<void>;
}

/**
 * Opens the store in a database for reading alone, whether gateways run on it or not. Nothing in it is changed, nor brought
 * forward; a server that only reads, as a standby, is enough. `undefined` where no gateway has stored anything yet.
 *
 * @throws SchemaError when the tables are of another version or program
 * @throws StoreUnavailableError when the server cannot be reached
 */
export async function openPostgresReadOnly(url: string): Promise<PostgresReadOnly | undefined> {
  const server = new Server({ url, name: "early-years-gateway reading", limits: WIRE_LIMITS, schema: SCHEMA });
  const line = new Line(server);
  try {
    const found = await checkSchema((await line.open()).client);
    if (found === "new") return undefined;
    if (found !== "ready") {
      throw new SchemaError("The database's tables are not of this gateway's version: start it once, then try again.");
    }
  } finally {
    await line.close();
  }
  return new PostgresReader(server);
}

class PostgresReader extends Reader implements PostgresReadOnly {
  readonly #server: Server;
  readonly #reading: ReadDriver;

  constructor(server: Server) {
    const reading = new ReadDriver(server, { shared: 1, moments: 1 });
    super(reading);
    this.#server = server;
    this.#reading = reading;
  }

  async close(): Promise<void> {
    this.#server.close();
    await this.#reading.close();
  }
}
