import type { Register } from "./access/register.ts";
import type { AuditLog } from "./audit/audit.ts";
import type { Limiting } from "./compose-limits.ts";
import type { Config } from "./config.ts";
import type { SourceFacts } from "./disclosure/visibility.ts";
import type { RecordReader } from "./interactions/record-reader.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { createOversight } from "./oversight/oversight.ts";
import type { Authenticated } from "./routes/fhir.ts";
import { createOversightRoutes } from "./routes/oversight.ts";
import { createPageTokens } from "./search/page-token.ts";
import type { Store } from "./store/store.ts";

interface OversightRooms {
  readonly store: Store;
  readonly reader: RecordReader;
  readonly register: Register;
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly limiting: Pick<Limiting, "usage">;
  readonly log: Logger;
  /** What page tokens are sealed under. */
  readonly secret: Buffer;
  readonly config: Pick<Config, "oversightReviewDays">;
  now(): number;
  authenticate(headers: Headers, about: Request): Authenticated | Promise<Authenticated>;
}

const DAY_MS = 24 * 3_600_000;

/** Decisions on what is disclosed, over the same reader by which everything is released. */
export function composeOversight(rooms: OversightRooms) {
  const oversight = createOversight({
    ...rooms,
    pageTokens: createPageTokens(rooms.secret),
    reviewWithin_ms: rooms.config.oversightReviewDays * DAY_MS,
    alert(asked) {
      rooms.metrics.glassBroken();
      rooms.log.warn(asked, "emergency access to a child was asked for");
    },
    count: (client, identifier) => rooms.limiting.usage.asked(client, [identifier]),
  });
  return { oversight, api: createOversightRoutes({ ...rooms, oversight }) };
}
