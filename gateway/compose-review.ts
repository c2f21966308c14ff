import type { GatewayKeys } from "./access/gateway-keys.ts";
import type { PersonSignIn } from "./access/person-sign-in.ts";
import type { Register } from "./access/register.ts";
import type { Requester } from "./access/requester.ts";
import type { AuditIndex, AuditLog } from "./audit/audit.ts";
import type { Limiting } from "./compose-limits.ts";
import { createPeople } from "./compose-token.ts";
import type { Config } from "./config.ts";
import type { SourceFacts } from "./disclosure/visibility.ts";
import type { Decisions } from "./identity/decisions/decisions.ts";
import type { Matcher } from "./identity/matcher/matcher.ts";
import { toPerson } from "./identity/matcher/to-person.ts";
import type { Oversight } from "./oversight/oversight.ts";
import { createReview } from "./review/review.ts";
import { createSessions, type Session } from "./review/sessions.ts";
import { toSight } from "./review/sight.ts";
import type { Authenticated, RequestLine } from "./routes/fhir.ts";
import { createOversightPages } from "./routes/oversight-pages.ts";
import { createReviewRoutes } from "./routes/review.ts";
import { createReviewPages } from "./routes/review-page-routes.ts";
import { createCookies } from "./routes/review-session.ts";
import { createPageTokens } from "./search/page-token.ts";
import type { Store } from "./store/store.ts";

interface ReviewRooms {
  readonly store: Store;
  readonly register: Register;
  readonly audit: AuditLog;
  readonly auditIndex: AuditIndex;
  readonly decisions: Decisions;
  readonly matcher: Matcher;
  readonly oversight: Oversight;
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly config: Config;
  readonly keys: GatewayKeys;
  readonly limiting: Pick<Limiting, "guard">;
  readonly baseUrl: string;
  readonly fhirBase: string;
  /** What page tokens and sessions are sealed under. */
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
  const people = createPeople(rooms);
  const browsing = {
    ...rooms,
    people,
    requesterOf: createRequesterOf(people, rooms),
    sessions: createSessions({ ...rooms, now: Date.now }),
    cookies: createCookies(rooms.baseUrl),
  };
  return {
    api: createReviewRoutes({ ...rooms, review }),
    pages: createReviewPages({ ...browsing, review, choices }),
    disclosure: createOversightPages(browsing),
  };
}

/** Whom a session stands for, counted like every request. A token that was pasted is good while there is no other way. */
function createRequesterOf(people: PersonSignIn, { limiting, authenticate }: ReviewRooms) {
  const admit = limiting.guard(people.requesterOf, true);
  return ({ of }: Pick<Session, "of">): Authenticated | Promise<Authenticated> => {
    if ("person" in of) return admit(of.person);
    if (people.issuers().length > 0) return { ok: false, issue: { kind: "missing-token" } };
    return authenticate(new Headers({ authorization: of.authorization }));
  };
}
