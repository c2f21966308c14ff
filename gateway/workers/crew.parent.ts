import { fileURLToPath } from "node:url";
import { startWorkers } from "./parent.ts";

/** A parent whose workers answer nothing and die when they are told to: its argument is the folder in which they are told. */
const [, , folder = ""] = process.argv;
process.env.CREW_FOLDER = folder;
const worker = fileURLToPath(new URL("crew.worker.ts", import.meta.url));
await startWorkers({ workers: 2, logLevel: "info", baseUrl: "http://127.0.0.1", mode: "demonstration" }, worker);
