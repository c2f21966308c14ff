import type { PersonSignIn } from "../access/person-sign-in.ts";
import type { Requester } from "../access/requester.ts";
import type { AuditLog } from "../audit/audit.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { toOutcome } from "../outcome/operation-outcome.ts";
import { type Answered, isIssue } from "../review/done.ts";
import { messagePage, type PageSession, REVIEW_PATH } from "../review/pages/layout.ts";
import { personSignInPage } from "../review/pages/person-sign-in-page.ts";
import { signInPage } from "../review/pages/sign-in-page.ts";
import { PAGE_SECURITY } from "../review/pages/style.ts";
import type { Session, Sessions } from "../review/sessions.ts";
import type { Authenticated, RequestLine } from "./fhir.ts";
import { isMediaType, isUnencoded, readText } from "./negotiate.ts";
import type { RequestIds } from "./respond.ts";
import { recordReview } from "./review-recorded.ts";
import { type createCookies, isOwnForm, toOwnPath } from "./review-session.ts";

export interface PagePorts {
  authenticate(headers: Headers, about?: RequestLine): Authenticated | Promise<Authenticated>;
  /** Whom a session stands for now: the register may have changed since it was opened. */
  requesterOf(session: Pick<Session, "of">): Authenticated | Promise<Authenticated>;
  readonly people: PersonSignIn;
  readonly audit: AuditLog;
  readonly sessions: Sessions;
  readonly cookies: ReturnType<typeof createCookies>;
}

/** A page, or where the browser goes next. */
export type Shown =
  | { readonly page: string; readonly status?: number }
  /** A path below the pages, opened anew so that going back sends nothing twice; or an issuer's address. */
  | { readonly to: string };

export interface PageCall<T> {
  readonly request: Request;
  readonly ids: RequestIds;
  /** What the audit record calls it. */
  readonly interaction: string;
  /** `form` is empty where the browser sent none. */
  work(requester: Requester, form: URLSearchParams): Promise<Answered<T>>;
  show(value: T, session: PageSession, form: URLSearchParams): Shown;
  /** A page for what was refused, where there is a better one than its words alone. */
  refuse?(issue: Issue, session: PageSession, form: URLSearchParams): Promise<Shown | undefined>;
}

const FORM_TYPE = "application/x-www-form-urlencoded";

/**
 * Answers a browser that is signed in, and leads any other to the sign-in page. Every form must carry what the session was
 * given; every page is recorded before it leaves, as the API's answers are.
 */
export async function answerPage<T>(call: PageCall<T>, ports: PagePorts): Promise<Response> {
  const { request, ids, interaction } = call;
  const { session, asking, renewed } = await signedIn(request, ports);
  const form = request.method === "POST" ? await readForm(request) : new URLSearchParams();
  const answered = await recordReview(
    { request, ids, interaction },
    { asking, audit: ports.audit },
    async (requester) => {
      if (!(form instanceof URLSearchParams)) return form;
      const isOwn =
        session !== undefined && isOwnForm(request.headers, form.get("form-key") ?? undefined, session.formKey);
      return request.method !== "POST" || isOwn ? call.work(requester, form) : { kind: "form-refused" };
    },
  );
  const page = session && toPageSession(session);
  if (page === undefined) return toSignIn(request, ports, ids);
  if (!isIssue(answered)) {
    return respond(
      call.show(answered.value, page, form instanceof URLSearchParams ? form : new URLSearchParams()),
      ids,
      renewed,
    );
  }
  if (answered.kind === "invalid-token" || answered.kind === "missing-token") return toSignIn(request, ports, ids);
  const better = form instanceof URLSearchParams ? await call.refuse?.(answered, page, form) : undefined;
  return respond(better ?? refusalPage(answered, page), ids, renewed);
}

interface Asking {
  readonly session?: Session;
  readonly asking: Requester | Issue;
  /** The cookie by which the session goes on. */
  readonly renewed: readonly string[];
}

async function signedIn(request: Request, { requesterOf, sessions, cookies }: PagePorts): Promise<Asking> {
  const cookie = cookies.read(request.headers).session;
  const found = cookie === undefined ? undefined : await sessions.get(cookie);
  if (found === undefined) return { asking: { kind: "missing-token" }, renewed: [] };
  const { session, renewed } = found;
  const authenticated = await requesterOf(session);
  return {
    session,
    asking: authenticated.ok ? authenticated.requester : authenticated.issue,
    renewed: renewed === undefined ? [] : [cookies.setSession(renewed, toLife_s(session.endsAt))],
  };
}

/** How long a browser keeps the cookie of a session that ends then, in milliseconds since 1970. */
export function toLife_s(end = 0): number {
  return Math.max(1, Math.floor((end - Date.now()) / 1_000));
}

export async function readForm(request: Request): Promise<URLSearchParams | Issue> {
  if (!isUnencoded(request.headers)) return { kind: "unsupported-content-encoding" };
  if (!isMediaType(request.headers.get("content-type"), FORM_TYPE)) return { kind: "form-refused" };
  const text = await readText(request, LIMITS.review_request_bytes_max);
  return typeof text === "string" ? new URLSearchParams(text) : text;
}

function toPageSession({ name, expiresAt, formKey }: Session): PageSession {
  return { name, until: new Date(expiresAt).toISOString(), formKey };
}

function toSignIn(request: Request, ports: PagePorts, ids: RequestIds): Response {
  const next = request.method === "GET" ? toOwnPath(new URL(request.url).pathname) : REVIEW_PATH;
  return respondWithSignIn({ request, ids, next, status: toOutcome({ kind: "missing-token" }).status }, ports);
}

/** The issuers to choose from, or, where none is registered for it, the form for a token. */
export function respondWithSignIn(
  asked: { readonly request: Request; readonly ids: RequestIds; readonly next: string; readonly status?: number },
  { sessions, cookies, people }: PagePorts,
): Response {
  const { request, ids, next, ...told } = asked;
  const issuers = people.issuers();
  if (issuers.length > 0) return respond({ page: personSignInPage({ issuers, next }), ...told }, ids);
  const cookie = cookies.read(request.headers).form ?? cookies.newCookie();
  const page = signInPage({ formKey: sessions.formKeyOf(cookie), next });
  return respond({ page, ...told }, ids, [cookies.setForm(cookie)]);
}

/** What was refused, in the words of its OperationOutcome. */
export function refusalPage(issue: Issue, session: PageSession | undefined): Shown {
  const { status, outcome } = toOutcome(issue);
  const words = outcome.issue[0]?.diagnostics ?? "Something went wrong here. It was recorded; try again later.";
  const title = status === 404 ? "Not found" : status === 409 ? "Changed meanwhile" : "Not possible";
  return { page: messagePage(title, { words, session }), status };
}

const PAGE_HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store, private",
  "Content-Security-Policy": PAGE_SECURITY,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  // Not `no-referrer`: with it a browser would hide from us that a form is our own.
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

const SEE_OTHER = 303;

export function respond(shown: Shown, { requestId }: RequestIds, cookies: readonly string[] = []): Response {
  const headers = new Headers({ ...PAGE_HEADERS, "X-Request-ID": requestId });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  if ("page" in shown) return new Response(shown.page, { status: shown.status ?? 200, headers });
  headers.set("Location", shown.to);
  return new Response(null, { status: SEE_OTHER, headers });
}
