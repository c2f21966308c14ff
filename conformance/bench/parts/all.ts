import { COHORT } from "./cohort.ts";
import { COLD, COLD_TLS } from "./cold.ts";
import { FLOORS } from "./floors.ts";
import { GROWTH } from "./growth.ts";
import { GUARDED } from "./guarded.ts";
import { INGEST } from "./ingest.ts";
import { LOADS } from "./loads.ts";
import { MEMORY } from "./memory.ts";
import type { Part } from "./part.ts";
import { POSTGRES } from "./postgres.ts";
import { START } from "./start.ts";
import { WORKERS } from "./workers.ts";

/** In this order: what changes a store comes after what is measured on it as it was made. */
export const PARTS: readonly Part[] = [
  ...[FLOORS, INGEST, START, LOADS, COLD, COLD_TLS, GROWTH, WORKERS, MEMORY, GUARDED, COHORT, POSTGRES],
];
