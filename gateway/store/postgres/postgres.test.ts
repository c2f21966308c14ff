import { afterAll, beforeAll, describe } from "vitest";
import { storeCases } from "../store.cases.ts";
import { emptyTables } from "./postgres.fixtures.ts";
import { createPostgresStore } from "./postgres.ts";
import { startTestPostgres, type TestDatabase } from "./test-postgres.ts";

describe.each([
  ["PostgreSQL", 1],
  ["PostgreSQL, each table of a child's record in four parts", 4],
])("%s", (name, partitions) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await (await startTestPostgres()).createDatabase();
  });
  afterAll(() => database.drop());

  storeCases(name, async () => {
    const open = () => createPostgresStore({ url: database.url, schema: { partitions } });
    const store = await open();
    return {
      store,
      reopen: open,
      async close() {
        await store.close();
        await emptyTables(database.url);
      },
    };
  });
});
