import { writeWithoutEnd } from "../store.writer.ts";
import { createSqliteStore } from "./sqlite.ts";

/** The other half of the crash case in `sqlite.test.ts`. Arguments: path of the store, and `alone` where nobody else uses it. */
const [path = "", others] = process.argv.slice(2);
// So that the kill comes while a thread copies the log.
const store = createSqliteStore({ path, isAlone: others === "alone", checkpointChanges: 50 });
await writeWithoutEnd(store, "p");
