import type { Requester } from "../access/requester.ts";
import type { Issue } from "../outcome/issue.ts";
import { type Answered, isIssue } from "../review/done.ts";
import { readEntered, toAsked } from "../review/entered.ts";
import { LIST_PARAMETERS, type ListAsked } from "../review/list.ts";
import { confirmPage } from "../review/pages/confirm-page.ts";
import type { Entered } from "../review/pages/decision-form.ts";
import { decisionPage, decisionsPage, servedPage, undoPage } from "../review/pages/decision-page.ts";
import { itemPage } from "../review/pages/item-page.ts";
import { type FormFlaw, REVIEW_PATH } from "../review/pages/layout.ts";
import { listPage } from "../review/pages/list-page.ts";
import type { Review } from "../review/review.ts";
import type { DecisionPreview, DecisionView, ItemView } from "../review/shapes.ts";
import { readIngestQuery } from "./ingest-query.ts";
import type { RequestIds } from "./respond.ts";
import { toNumber } from "./review.ts";
import { answerPage, type PagePorts } from "./review-pages.ts";
import { createPersonSignIn } from "./review-person-sign-in.ts";
import { createSignIn } from "./review-sign-in.ts";

export interface ReviewPagePorts extends PagePorts {
  readonly review: Review;
  /** Authorities and sources that a steward may choose from in the filter. */
  choices(requester: Requester): { readonly authorities: readonly string[]; readonly sources: readonly string[] };
}

/** The pages of `/identity/review`: the same work as the API's, signed in with a session. */
export function createReviewPages(ports: ReviewPagePorts) {
  return {
    ...createSignIn(ports),
    ...createPersonSignIn(ports),
    ...createItemPages(ports),
    ...createDecisionPages(ports),
    ...createUndoPages(ports),
  };
}

function createItemPages(ports: ReviewPagePorts) {
  const { review } = ports;
  return {
    list: (request: Request, ids: RequestIds) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-list",
          async work(requester) {
            const read = readListAsked(request);
            if (!read.ok) return read.issue;
            const asked: ListAsked = read.query;
            const listed = await review.list(requester, asked);
            return isIssue(listed)
              ? listed
              : { ...listed, value: { listing: listed.value, asked, ...ports.choices(requester) } };
          },
          show: ({ listing, ...told }, session) => ({ page: listPage(listing, { session, ...told }) }),
        },
        ports,
      ),

    item: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-item",
          work: (requester) => review.item(requester, toNumber(id)),
          show: (item, session) => ({ page: itemPage(item, { session }) }),
        },
        ports,
      ),

    /** What was entered, once more to change. */
    back: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-item",
          work: (requester) => review.item(requester, toNumber(id)),
          show: (item, session, form) => ({ page: itemPage(item, { session, entered: readEntered(form) }) }),
        },
        ports,
      ),

    confirm: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-preview",
          work: (requester, form) => toConfirm(requester, { id: toNumber(id), form }, review),
          show: ({ item, preview, entered, flaws }, session) =>
            preview === undefined
              ? { page: itemPage(item, { session, entered, flaws }), status: UNPROCESSABLE }
              : { page: confirmPage(item, preview, { session, entered }) },
        },
        ports,
      ),

    decide: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-decide",
          async work(requester, form) {
            const read = toAsked(readEntered(form));
            const version = form.get("version") ?? "";
            if (!read.ok) return { kind: "form-refused" };
            return review.decide(requester, toNumber(id), { asked: read.asked, version });
          },
          show({ decisions }) {
            const last = decisions.at(-1);
            return { to: last === undefined ? REVIEW_PATH : `${REVIEW_PATH}/decisions/${last.decision}` };
          },
        },
        ports,
      ),
  };
}

/** A form that comes back with what is wrong with it. */
const UNPROCESSABLE = 422;

interface Confirming {
  readonly item: ItemView;
  readonly entered: Entered;
  /** Absent where something is wrong with what was entered. */
  readonly preview?: DecisionPreview;
  readonly flaws: readonly FormFlaw[];
}

async function toConfirm(
  requester: Requester,
  { id, form }: { readonly id: number; readonly form: URLSearchParams },
  review: Review,
): Promise<Answered<Confirming>> {
  const read = await review.item(requester, id);
  if (isIssue(read)) return read;
  if (read.value.version !== form.get("version")) return { kind: "item-changed" };
  const entered = readEntered(form);
  const asked = toAsked(entered);
  if (!asked.ok) return { ...read, value: { item: read.value, entered, flaws: asked.flaws } };
  const preview = await review.preview(requester, id, asked.asked);
  if (!isIssue(preview)) return { ...preview, value: { item: read.value, entered, preview: preview.value, flaws: [] } };
  const flaw = toFlaw(preview);
  return flaw === undefined ? preview : { ...read, value: { item: read.value, entered, flaws: [flaw] } };
}

/** What can be mended in the form itself. */
function toFlaw(issue: Issue): FormFlaw | undefined {
  if (issue.kind === "reason-refused") return { field: "reason", message: REASON_WORDS[issue.why] };
  if (issue.kind === "decision-refused" && issue.refusal === "numbers-differ") {
    return {
      field: "numbersChecked-yes",
      message:
        "Both have a verified NHS number, and the numbers differ: say that you have made sure, or keep them apart",
    };
  }
  return undefined;
}

const REASON_WORDS = {
  missing: "Enter a reason",
  "too-long": "Shorten the reason",
  identifies: "Take names, numbers, dates and postcodes out of the reason",
} as const;

function createDecisionPages(ports: ReviewPagePorts) {
  const { review } = ports;
  return {
    decisions: (request: Request, ids: RequestIds, child?: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-decisions",
          async work(requester) {
            const before = new URL(request.url).searchParams.get("before");
            return review.decisions(requester, {
              ...(child === undefined ? {} : { child }),
              ...(before === null ? {} : { before: toNumber(before) }),
            });
          },
          show: (listing, session) => ({
            page: decisionsPage(listing, { session, ...(child === undefined ? {} : { child }) }),
          }),
        },
        ports,
      ),

    /** A question about one child, or about it and another, opened by hand. */
    ask: (request: Request, ids: RequestIds) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-open",
          async work(requester, form) {
            const beside = form.get("beside")?.trim() ?? "";
            const child = form.get("child")?.trim() ?? "";
            return review.open(requester, { child, ...(beside === "" ? {} : { beside }) });
          },
          show: ({ id }) => ({ to: `${REVIEW_PATH}/items/${id}` }),
        },
        ports,
      ),

    decision: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-decision",
          work: (requester) => review.decision(requester, toNumber(id)),
          show: (view, session) => ({ page: decisionPage(view, { session }) }),
        },
        ports,
      ),
  };
}

interface Undoing {
  readonly reason: string;
  /** What undoing would change, or the decision once more with what is wrong with the reason. */
  readonly shown: DecisionPreview | { readonly view: DecisionView; readonly flaw: FormFlaw };
}

async function toUndoing(
  requester: Requester,
  { sequence, reason }: { readonly sequence: number; readonly reason: string },
  review: Review,
): Promise<Answered<Undoing>> {
  const preview = await review.previewUndo(requester, sequence, reason);
  if (!isIssue(preview)) return { ...preview, value: { reason, shown: preview.value } };
  const flaw = toFlaw(preview);
  if (flaw === undefined) return preview;
  const view = await review.decision(requester, sequence);
  return isIssue(view) ? view : { ...view, value: { reason, shown: { view: view.value, flaw } } };
}

function createUndoPages(ports: ReviewPagePorts) {
  const { review } = ports;
  return {
    confirmUndo: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-preview",
          work: (requester, form) =>
            toUndoing(requester, { sequence: toNumber(id), reason: readEntered(form).reason }, review),
          show: ({ reason, shown }, session) =>
            "view" in shown
              ? { page: decisionPage(shown.view, { session, flaws: [shown.flaw], reason }), status: UNPROCESSABLE }
              : { page: undoPage(toNumber(id), shown, { session, reason }) },
        },
        ports,
      ),

    undo: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-undo",
          work: (requester, form) => review.undo(requester, toNumber(id), readEntered(form).reason),
          show({ decisions }) {
            const last = decisions.at(-1);
            return {
              to: last === undefined ? `${REVIEW_PATH}/decisions` : `${REVIEW_PATH}/decisions/${last.decision}`,
            };
          },
        },
        ports,
      ),

    served: (request: Request, ids: RequestIds, id: string) =>
      answerPage(
        {
          request,
          ids,
          interaction: "review-served",
          async work(requester) {
            const page = new URL(request.url).searchParams.get("page");
            return review.served(requester, { decision: toNumber(id), ...(page === null ? {} : { page }) });
          },
          show: (listing, session) => ({ page: servedPage(listing, { session }) }),
        },
        ports,
      ),
  };
}

/** What a browser sends of an empty field of the filter was not asked for. */
function readListAsked(request: Request) {
  const url = new URL(request.url);
  for (const [name, value] of [...url.searchParams]) if (value === "") url.searchParams.delete(name);
  return readIngestQuery(new Request(url), LIST_PARAMETERS);
}
