import type { createOversightPages } from "./oversight-pages.ts";
import type { RequestIds } from "./respond.ts";
import type { createReviewRoutes } from "./review.ts";
import type { createReviewPages } from "./review-page-routes.ts";

export interface ReviewAnswering {
  readonly api: ReturnType<typeof createReviewRoutes>;
  readonly pages: ReturnType<typeof createReviewPages>;
  /** Decisions on disclosure that wait for review. */
  readonly disclosure: ReturnType<typeof createOversightPages>;
}

type Answering = (
  review: ReviewAnswering,
  request: Request,
  ids: RequestIds,
  param: (name: string) => string,
) => Promise<Response>;

const PAGES = "/identity/review";

/** Method, path, name in metrics and logs. */
export const REVIEW_ROUTES: readonly (readonly [method: string, path: string, interaction: string, Answering])[] = [
  ["GET", "/identity/items", "review-list", ({ api }, request, ids) => api.list(request, ids)],
  ["POST", "/identity/items", "review-open", ({ api }, request, ids) => api.open(request, ids)],
  ["GET", "/identity/items/:id", "review-item", ({ api }, request, ids, of) => api.item(request, ids, of("id"))],
  [
    "POST",
    "/identity/items/:id/preview",
    "review-preview",
    ({ api }, request, ids, of) => api.preview(request, ids, of("id")),
  ],
  [
    "POST",
    "/identity/items/:id/decision",
    "review-decide",
    ({ api }, request, ids, of) => api.decide(request, ids, of("id")),
  ],
  ["GET", "/identity/decisions", "review-decisions", ({ api }, request, ids) => api.decisions(request, ids)],
  [
    "GET",
    "/identity/decisions/:id",
    "review-decision",
    ({ api }, request, ids, of) => api.decision(request, ids, of("id")),
  ],
  [
    "POST",
    "/identity/decisions/:id/preview",
    "review-preview",
    ({ api }, request, ids, of) => api.previewUndo(request, ids, of("id")),
  ],
  [
    "POST",
    "/identity/decisions/:id/undo",
    "review-undo",
    ({ api }, request, ids, of) => api.undo(request, ids, of("id")),
  ],
  [
    "GET",
    "/identity/decisions/:id/served",
    "review-served",
    ({ api }, request, ids, of) => api.served(request, ids, of("id")),
  ],
  [
    "GET",
    `${PAGES}/disclosure`,
    "oversight-decisions",
    ({ disclosure }, request, ids) => disclosure.queue(request, ids),
  ],
  [
    "GET",
    `${PAGES}/disclosure/:id`,
    "oversight-decision",
    ({ disclosure }, request, ids, of) => disclosure.decision(request, ids, of("id")),
  ],
  [
    "POST",
    `${PAGES}/disclosure/:id/review`,
    "oversight-review",
    ({ disclosure }, request, ids, of) => disclosure.review(request, ids, of("id")),
  ],
  ["GET", PAGES, "review-list", ({ pages }, request, ids) => pages.list(request, ids)],
  ["GET", `${PAGES}/sign-in`, "review-sign-in", ({ pages }, request, ids) => pages.form(request, ids)],
  ["POST", `${PAGES}/sign-in`, "review-sign-in", ({ pages }, request, ids) => pages.signIn(request, ids)],
  [
    "GET",
    `${PAGES}/sign-in/:issuer`,
    "review-sign-in",
    ({ pages }, request, ids, of) => pages.begin(request, ids, of("issuer")),
  ],
  ["GET", `${PAGES}/signed-in`, "review-sign-in", ({ pages }, request, ids) => pages.finish(request, ids)],
  ["POST", `${PAGES}/sign-out`, "review-sign-out", ({ pages }, request, ids) => pages.signOut(request, ids)],
  ["POST", `${PAGES}/items`, "review-open", ({ pages }, request, ids) => pages.ask(request, ids)],
  ["GET", `${PAGES}/items/:id`, "review-item", ({ pages }, request, ids, of) => pages.item(request, ids, of("id"))],
  [
    "POST",
    `${PAGES}/items/:id/back`,
    "review-item",
    ({ pages }, request, ids, of) => pages.back(request, ids, of("id")),
  ],
  [
    "POST",
    `${PAGES}/items/:id/confirm`,
    "review-preview",
    ({ pages }, request, ids, of) => pages.confirm(request, ids, of("id")),
  ],
  [
    "POST",
    `${PAGES}/items/:id/decision`,
    "review-decide",
    ({ pages }, request, ids, of) => pages.decide(request, ids, of("id")),
  ],
  ["GET", `${PAGES}/decisions`, "review-decisions", ({ pages }, request, ids) => pages.decisions(request, ids)],
  [
    "GET",
    `${PAGES}/children/:id`,
    "review-decisions",
    ({ pages }, request, ids, of) => pages.decisions(request, ids, of("id")),
  ],
  [
    "GET",
    `${PAGES}/decisions/:id`,
    "review-decision",
    ({ pages }, request, ids, of) => pages.decision(request, ids, of("id")),
  ],
  [
    "POST",
    `${PAGES}/decisions/:id/confirm`,
    "review-preview",
    ({ pages }, request, ids, of) => pages.confirmUndo(request, ids, of("id")),
  ],
  [
    "POST",
    `${PAGES}/decisions/:id/undo`,
    "review-undo",
    ({ pages }, request, ids, of) => pages.undo(request, ids, of("id")),
  ],
  [
    "GET",
    `${PAGES}/decisions/:id/served`,
    "review-served",
    ({ pages }, request, ids, of) => pages.served(request, ids, of("id")),
  ],
];
