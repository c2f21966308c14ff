import { createIngestRoutes } from "./routes/ingest.ts";
import { createLineageRoute } from "./routes/lineage.ts";
import { createQualityRoute } from "./routes/quality.ts";
import { createQuarantineRoutes } from "./routes/quarantine.ts";
import { createSourceRecordRoutes } from "./routes/source-records.ts";

/** What is answered to a data officer. */
export function composeIngest(
  ports: Parameters<typeof createIngestRoutes>[0] &
    Parameters<typeof createQuarantineRoutes>[0] &
    Parameters<typeof createSourceRecordRoutes>[0] &
    Parameters<typeof createLineageRoute>[0] &
    Parameters<typeof createQualityRoute>[0],
) {
  return {
    ...createIngestRoutes(ports),
    quarantine: createQuarantineRoutes(ports),
    records: createSourceRecordRoutes(ports),
    lineage: createLineageRoute(ports),
    quality: createQualityRoute(ports),
  };
}
