import type { Requester } from "../access/requester.ts";
import { hasOversightScope } from "../access/scope.ts";
import type { DecisionView } from "../oversight/decision-view.ts";
import type { DecisionListing } from "../oversight/decisions.ts";
import type { Oversight } from "../oversight/oversight.ts";
import { disclosurePage, QUEUE_PATH, queuePage } from "../oversight/queue-page.ts";
import { isOverseer } from "../oversight/see-child.ts";
import { type Answered, isIssue } from "../review/done.ts";
import type { FormFlaw } from "../review/pages/layout.ts";
import type { RequestIds } from "./respond.ts";
import { toNumber } from "./review.ts";
import { answerPage, type PagePorts } from "./review-pages.ts";

export interface OversightPagePorts extends PagePorts {
  readonly oversight: Oversight;
}

/** A form that comes back with what is wrong with it. */
const UNPROCESSABLE = 422;

const REASON_WORDS = {
  missing: "Enter a reason",
  "too-long": "Shorten the reason",
  identifies: "Take names, numbers, dates and postcodes out of the reason",
} as const;

interface Reviewing {
  readonly view: DecisionView;
  readonly flaws: readonly FormFlaw[];
  readonly reason: string;
}

/** The queue of decisions on disclosure that wait for review, beside the steward's own pages and in the same session. */
export function createOversightPages(ports: OversightPagePorts) {
  const { oversight } = ports;
  return {
    /** `GET /identity/review/disclosure?page=` */
    queue: (request: Request, ids: RequestIds) =>
      answerPage(
        {
          request,
          ids,
          interaction: "oversight-decisions",
          work: overseen<DecisionListing>((requester) => {
            const page = new URL(request.url).searchParams.get("page");
            return oversight.decisions(requester, { review: "awaited", ...(page === null ? {} : { page }) });
          }),
          show: (listing, session) => ({ page: queuePage(listing, session) }),
        },
        ports,
      ),

    /** `GET /identity/review/disclosure/{id}` */
    decision: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "oversight-decision",
          work: overseen<DecisionView>((requester) => oversight.decision(requester, toNumber(id))),
          show: (view, session) => ({ page: disclosurePage(view, { session }) }),
        },
        ports,
      ),

    /** `POST /identity/review/disclosure/{id}/review` */
    review: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "oversight-review",
          work: overseen((requester, form) => toReviewing(requester, { id: toNumber(id), form }, oversight)),
          show: ({ view, flaws, reason }, session) =>
            flaws.length === 0
              ? { to: `${QUEUE_PATH}/${view.id}` }
              : { page: disclosurePage(view, { session, flaws, reason }), status: UNPROCESSABLE },
        },
        ports,
      ),
  };
}

type Work<T> = (requester: Requester, form: URLSearchParams) => Promise<Answered<T>>;

function overseen<T>(work: Work<T>): Work<T> {
  return async (requester, form) => {
    if (!hasOversightScope(requester.scopes, "decide")) {
      return { kind: "insufficient-scope", needed: "oversight/decide" };
    }
    return isOverseer(requester) ? work(requester, form) : { kind: "oversight-refused", refusal: "no-overseer" };
  };
}

async function toReviewing(
  requester: Requester,
  { id, form }: { readonly id: number; readonly form: URLSearchParams },
  oversight: Oversight,
): Promise<Answered<Reviewing>> {
  const verdict = form.get("verdict");
  const reason = form.get("reason") ?? "";
  if (verdict !== "upheld" && verdict !== "not") {
    const read = await oversight.decision(requester, id);
    const flaws = [{ field: "verdict-upheld", message: "Say whether the decision was right" }];
    return isIssue(read) ? read : { ...read, value: { view: read.value, flaws, reason } };
  }
  const reviewed = await oversight.review(requester, { id, asked: { isUpheld: verdict === "upheld", reason } });
  if (!isIssue(reviewed)) return { ...reviewed, value: { view: reviewed.value, flaws: [], reason } };
  if (reviewed.kind !== "reason-refused") return reviewed;
  const read = await oversight.decision(requester, id);
  const flaws = [{ field: "reason", message: REASON_WORDS[reviewed.why] }];
  return isIssue(read) ? read : { ...read, value: { view: read.value, flaws, reason } };
}
