import { writeWithoutEnd } from "../store.writer.ts";
import { createPostgresStore } from "./postgres.ts";

/** The other half of the crash case in `postgres-processes.test.ts`. Arguments: URL of the database, name of the writer. */
const [url = "", name = ""] = process.argv.slice(2);
await writeWithoutEnd(await createPostgresStore({ url }), `p-${name}`);
