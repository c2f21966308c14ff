import type { AccessIssue } from "./access-issue.ts";
import type { BodyIssue } from "./body-issue.ts";
import type { IngestIssue } from "./ingest-issue.ts";
import type { OperationIssue } from "./operation-issue.ts";
import type { OversightIssue } from "./oversight-issue.ts";
import type { ReviewIssue } from "./review-issue.ts";
import type { RouteIssue } from "./route-issue.ts";
import type { SearchIssue } from "./search-issue.ts";
import type { TransportIssue } from "./transport-issue.ts";
import type { WriteIssue } from "./write-issue.ts";

/**
 * Everything that can go wrong for a caller, as a closed union. Rooms return these; `operation-outcome.ts` alone turns
 * them into a status, an issue code and a text. None may hold a value that tells of a child. `entry` is the index of the
 * entry of a Bundle that is at fault.
 */
export type Issue = Fault & { readonly entry?: number };

type Fault =
  | TransportIssue
  | AccessIssue
  | RouteIssue
  | BodyIssue
  | SearchIssue
  | WriteIssue
  | OperationIssue
  | IngestIssue
  | ReviewIssue
  | OversightIssue;
