import { randomUUID } from "node:crypto";
import type { Register } from "./access/register.ts";
import type { Requester } from "./access/requester.ts";
import type { AuditIndex, AuditLog } from "./audit/audit.ts";
import type { SourceFacts } from "./disclosure/visibility.ts";
import { createDecisions } from "./identity/decisions/create-decisions.ts";
import type { Decisions } from "./identity/decisions/decisions.ts";
import type { DecisionPorts } from "./identity/decisions/ports.ts";
import type { Matcher } from "./identity/matcher/matcher.ts";
import { toPerson } from "./identity/matcher/to-person.ts";
import { createDecisionTexts } from "./ingest/decision-texts.ts";
import type { Oversight } from "./oversight/oversight.ts";
import { createReview } from "./review/review.ts";
import { createSessions } from "./review/sessions.ts";
import { toSight } from "./review/sight.ts";
import type { Authenticated, RequestLine } from "./routes/fhir.ts";
import { createOversightPages } from "./routes/oversight-pages.ts";
import { createReviewRoutes } from "./routes/review.ts";
import { createReviewPages } from "./routes/review-page-routes.ts";
import { createCookies } from "./routes/review-session.ts";
import { createPageTokens } from "./search/page-token.ts";
import type { Store } from "./store/store.ts";

interface DecisionRooms {
  readonly store: Store;
  readonly register: Register;
  readonly fhirBase: string;
}

/** The steward's verbs over the store: the same for the API, the pages and the FHIR operations. */
export function composeDecisions(rooms: DecisionRooms): Decisions {
  return createDecisions(toDecisionPorts(rooms));
}

/** What a decision is made with, by a steward's verb or within a transaction of a rule's. */
export function toDecisionPorts({ store, register, fhirBase }: DecisionRooms): DecisionPorts {
  return {
    store,
    clock: Date.now,
    ids: randomUUID,
    matches: (one, other) => register.matches(register.authorityOf(one), register.authorityOf(other)),
    authorityOf: register.authorityOf,
    ...createDecisionTexts({
      fhirBase,
      isWritten: (source) => register.writtenSources.some((one) => one.source === source),
    }),
    // What is remembered of a record follows from each write into the store.
    onRecords: async () => {},
  };
}

interface ReviewRooms {
  readonly store: Store;
  readonly register: Register;
  readonly audit: AuditLog;
  readonly auditIndex: AuditIndex;
  readonly decisions: Decisions;
  readonly matcher: Matcher;
  readonly oversight: Oversight;
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly baseUrl: string;
  readonly fhirBase: string;
  /** What page tokens are sealed under. */
  readonly secret: Buffer;
  authenticate(headers: Headers, about?: RequestLine): Authenticated | Promise<Authenticated>;
}

/** The steward's API and pages, with those of who reviews decisions on disclosure. */
export function composeReview(rooms: ReviewRooms) {
  const { register, sources } = rooms;
  const review = createReview({ ...rooms, toPerson, pageTokens: createPageTokens(rooms.secret), now: Date.now });
  const choices = (requester: Requester) => {
    const sight = toSight(requester, { register, sources });
    const reached = [...sources.keys()].filter((source) => sight.reaches(register.authorityOf(source)));
    return {
      sources: reached.toSorted(),
      authorities: [...new Set(reached.map((source) => register.authorityOf(source)))].toSorted(),
    };
  };
  const browsing = { ...rooms, sessions: createSessions(Date.now), cookies: createCookies(rooms.baseUrl) };
  return {
    api: createReviewRoutes({ ...rooms, review }),
    pages: createReviewPages({ ...browsing, review, choices }),
    disclosure: createOversightPages(browsing),
  };
}
