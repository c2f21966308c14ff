/** The worker of `handed-over.parent.ts`. */
import { createServer } from "node:http";

createServer((_, response) => response.end()).listen(0, "127.0.0.1");
