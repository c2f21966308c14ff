import type { NotSignedIn } from "../access/person-sign-in.ts";
import type { SignedInPerson } from "../access/signed-in-person.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { toOutcome } from "../outcome/operation-outcome.ts";
import { isIssue } from "../review/done.ts";
import { REVIEW_PATH } from "../review/pages/layout.ts";
import { personSignInPage, signedInPage } from "../review/pages/person-sign-in-page.ts";
import type { RequestIds } from "./respond.ts";
import { type PagePorts, refusalPage, respond } from "./review-pages.ts";
import { recordReview } from "./review-recorded.ts";
import { toOwnPath } from "./review-session.ts";

const RETRY_AFTER_s = 5;

/** The way to an external issuer, and the way back. */
export function createPersonSignIn(ports: PagePorts) {
  const { people, sessions, cookies, audit } = ports;

  /** Neither code nor state belong in a record that is kept for good. */
  const callOf = (request: Request, ids: RequestIds) => ({
    request: new Request(new URL(new URL(request.url).pathname, request.url)),
    ids,
    interaction: "review-sign-in",
  });

  async function refuse(request: Request, ids: RequestIds, refused: NotSignedIn): Promise<Response> {
    const issue = toIssue(refused);
    const answered = await recordReview(callOf(request, ids), { asking: issue, audit }, async () => issue);
    return refusal(isIssue(answered) ? answered : issue, ids);
  }

  function refusal(issue: Issue, ids: RequestIds): Response {
    const issuers = people.issuers();
    if (issue.kind !== "sign-in-refused" || issuers.length === 0) {
      return respond(refusalPage(issue, undefined), ids, [cookies.endPending()]);
    }
    const { status, outcome } = toOutcome(issue);
    const flaws = [{ field: "sign-in", message: outcome.issue[0]?.diagnostics ?? "" }];
    return respond({ page: personSignInPage({ issuers, next: REVIEW_PATH, flaws }), status }, ids, [
      cookies.endPending(),
    ]);
  }

  async function open(request: Request, person: SignedInPerson): Promise<string | undefined> {
    const old = cookies.read(request.headers).session;
    if (old !== undefined) await sessions.end(old);
    const endsAt = Date.now() + LIMITS.review_signed_in_ms_max;
    const name = `${person.client} (${person.user.role})`;
    const expiresAt = Date.now() + LIMITS.review_idle_ms;
    const opened = sessions.open({ of: { person }, name, expiresAt, endsAt });
    return opened && cookies.setSession(opened, LIMITS.review_signed_in_ms_max / 1_000);
  }

  return {
    /** `GET /identity/review/sign-in/{issuer}?next=` */
    async begin(request: Request, ids: RequestIds, issuer: string): Promise<Response> {
      const begun = await people.begin(issuer, toOwnPath(new URL(request.url).searchParams.get("next")));
      if ("problem" in begun) return refuse(request, ids, begun);
      return respond({ to: begun.to }, ids, [cookies.setPending(begun.cookie)]);
    },

    /** `GET /identity/review/signed-in?code=&state=` */
    async finish(request: Request, ids: RequestIds): Promise<Response> {
      const finished = await people.finish(cookies.read(request.headers).pending, new URL(request.url).searchParams);
      if ("problem" in finished) return refuse(request, ids, finished);
      const { person, next } = finished;
      const asking = await ports.requesterOf({ of: { person } });
      const answered = await recordReview(
        callOf(request, ids),
        { asking: asking.ok ? asking.requester : asking.issue, audit },
        async () => ({ value: undefined, patients: [], released: [], detail: "signed in" }),
      );
      if (isIssue(answered)) return refusal(answered, ids);
      const session = await open(request, person);
      if (session === undefined) return refuse(request, ids, { problem: "token", reason: "too long for a session" });
      return respond({ page: signedInPage(toOwnPath(next)) }, ids, [session, cookies.endPending()]);
    },
  };
}

function toIssue({ problem, reason, user }: NotSignedIn): Issue {
  if (problem === "store-unavailable") return { kind: "unavailable", what: "store", retryAfter_s: RETRY_AFTER_s };
  const told = reason ?? (user && `${user.id} ${user.role}`);
  return { kind: "sign-in-refused", why: problem, ...(told === undefined ? {} : { reason: told }) };
}
