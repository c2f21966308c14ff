import type { createOversightRoutes } from "./oversight.ts";
import type { RequestIds } from "./respond.ts";

export type OversightAnswering = ReturnType<typeof createOversightRoutes>;

type Answering = (
  oversight: OversightAnswering,
  request: Request,
  ids: RequestIds,
  param: (name: string) => string,
) => Promise<Response>;

const OBJECTIONS = "/oversight/objections";
const DECISIONS = "/oversight/decisions";

/** Method, path, name in metrics and logs. */
export const OVERSIGHT_ROUTES: readonly (readonly [method: string, path: string, interaction: string, Answering])[] = [
  ["GET", OBJECTIONS, "oversight-objections", (api, request, ids) => api.objections(request, ids)],
  ["GET", `${OBJECTIONS}/:id`, "oversight-objection", (api, request, ids, of) => api.objection(request, ids, of("id"))],
  [
    "POST",
    `${OBJECTIONS}/:id/decision`,
    "oversight-decide-objection",
    (api, request, ids, of) => api.decideObjection(request, ids, of("id")),
  ],
  ["POST", "/oversight/duties", "oversight-duty", (api, request, ids) => api.decideDuty(request, ids)],
  ["GET", DECISIONS, "oversight-decisions", (api, request, ids) => api.decisions(request, ids)],
  ["GET", `${DECISIONS}/:id`, "oversight-decision", (api, request, ids, of) => api.decision(request, ids, of("id"))],
  ["POST", `${DECISIONS}/:id/end`, "oversight-end", (api, request, ids, of) => api.end(request, ids, of("id"))],
  [
    "POST",
    `${DECISIONS}/:id/review`,
    "oversight-review",
    (api, request, ids, of) => api.review(request, ids, of("id")),
  ],
  ["POST", "/oversight/break-glass", "break-glass", (api, request, ids) => api.breakGlass(request, ids)],
];
