import { testCoordination } from "./coordination.cases.ts";
import { createInProcessCoordination } from "./coordination-in-process.ts";

// One process has one of them.
testCoordination(async () => [createInProcessCoordination()]);
