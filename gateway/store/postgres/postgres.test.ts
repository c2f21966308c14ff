import { storeCases } from "../store.cases.ts";
import { createPostgresStore, type PostgresStoreOptions } from "./postgres.ts";
import { startTestPostgres } from "./test-postgres.ts";

function open(options: Omit<PostgresStoreOptions, "url"> = {}) {
  return async () => {
    const server = await startTestPostgres();
    const { url, drop } = await server.createDatabase();
    const store = await createPostgresStore({ url, ...options });
    return {
      store,
      reopen: () => createPostgresStore({ url, ...options }),
      async close() {
        await store.close();
        await drop();
      },
    };
  };
}

storeCases("PostgreSQL", open());
