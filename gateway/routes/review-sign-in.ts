import { hasReviewScope } from "../access/scope.ts";
import type { Issue } from "../outcome/issue.ts";
import { toOutcome } from "../outcome/operation-outcome.ts";
import { REVIEW_PATH } from "../review/pages/layout.ts";
import { signInPage } from "../review/pages/sign-in-page.ts";
import type { RequestIds } from "./respond.ts";
import { type PagePorts, readForm, refusalPage, respond, respondWithSignIn, toLife_s } from "./review-pages.ts";
import { recordReview } from "./review-recorded.ts";
import { isOwnForm, tokenEnd, toOwnPath } from "./review-session.ts";

const NOT_TAKEN = "Paste an access token with the scope identity/review and few others that has not expired";
const RETRY_AFTER_s = 5;

/** Where an access token is exchanged for a session, and a session is ended. */
export function createSignIn(ports: PagePorts) {
  const { sessions, cookies } = ports;
  return {
    /** `GET /identity/review/sign-in`: discloses nothing, so it asks for nothing. */
    async form(request: Request, ids: RequestIds): Promise<Response> {
      return respondWithSignIn({ request, ids, next: REVIEW_PATH }, ports);
    },

    /** `POST /identity/review/sign-in`, with the token in the form: where nobody signs in at an issuer. */
    async signIn(request: Request, ids: RequestIds): Promise<Response> {
      const form = await readForm(request);
      if (!(form instanceof URLSearchParams)) return respond(refusalPage(form, undefined), ids);
      const cookie = cookies.read(request.headers).form;
      if (
        cookie === undefined ||
        ports.people.issuers().length > 0 ||
        !isOwnForm(request.headers, form.get("form-key") ?? undefined, sessions.formKeyOf(cookie))
      ) {
        return refuse({ kind: "form-refused" }, { request, ids });
      }
      const token = (form.get("token") ?? "").trim();
      const authorization = `Bearer ${token}`;
      const authenticated = /^[\x21-\x7e]+$/.test(token)
        ? await ports.authenticate(new Headers({ authorization }))
        : ({ ok: false, issue: { kind: "invalid-token", reason: "not-ours" } } as const);
      const expiresAt = tokenEnd(token);
      const isSteward = authenticated.ok && hasReviewScope(authenticated.requester.scopes) && expiresAt !== undefined;
      const answered = await recordReview(
        { request, ids, interaction: "review-sign-in" },
        { asking: authenticated.ok ? authenticated.requester : authenticated.issue, audit: ports.audit },
        async () => ({ value: undefined, patients: [], released: [], detail: "signed in" }),
      );
      if ("kind" in answered && answered.kind === "unavailable") return respond(refusalPage(answered, undefined), ids);
      if (!isSteward) return again(form, cookie, ids);
      const old = cookies.read(request.headers).session;
      if (old !== undefined) await sessions.end(old);
      const { client: name } = authenticated.requester;
      const opened = sessions.open({ of: { authorization }, name, expiresAt });
      if (opened === undefined) return again(form, cookie, ids);
      const session = cookies.setSession(opened, toLife_s(expiresAt));
      return respond({ to: toOwnPath(form.get("next")) }, ids, [session, cookies.endForm()]);
    },

    /** `POST /identity/review/sign-out` */
    async signOut(request: Request, ids: RequestIds): Promise<Response> {
      const cookie = cookies.read(request.headers).session;
      const found = cookie === undefined ? undefined : await sessions.get(cookie);
      const form = await readForm(request);
      if (cookie === undefined || found === undefined) return respond({ to: `${REVIEW_PATH}/sign-in` }, ids);
      const sent = form instanceof URLSearchParams ? (form.get("form-key") ?? undefined) : undefined;
      if (!isOwnForm(request.headers, sent, found.session.formKey))
        return refuse({ kind: "form-refused" }, { request, ids });
      if (await sessions.end(cookie)) return respond({ to: `${REVIEW_PATH}/sign-in` }, ids, [cookies.endSession()]);
      return respond(refusalPage({ kind: "unavailable", what: "store", retryAfter_s: RETRY_AFTER_s }, undefined), ids);
    },
  };

  async function refuse(
    issue: Issue,
    { request, ids }: { readonly request: Request; readonly ids: RequestIds },
  ): Promise<Response> {
    const call = { request, ids, interaction: "review-sign-in" };
    const answered = await recordReview(call, { asking: issue, audit: ports.audit }, async () => issue);
    return respond(refusalPage("kind" in answered ? answered : issue, undefined), ids);
  }

  function again(form: URLSearchParams, cookie: string, ids: RequestIds): Response {
    const flaws = [{ field: "token", message: NOT_TAKEN }];
    const page = signInPage({ formKey: sessions.formKeyOf(cookie), next: toOwnPath(form.get("next")), flaws });
    return respond({ page, status: toOutcome({ kind: "invalid-token", reason: "not-ours" }).status }, ids);
  }
}
