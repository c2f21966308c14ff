import { html } from "./html.ts";
import { type FormFlaw, flawOf, REVIEW_PATH, toPage } from "./layout.ts";

/** Where a steward chooses the issuer at which to sign in. Addresses, not forms: a form may lead nowhere but here. */
export function personSignInPage({
  issuers,
  next,
  flaws = [],
}: {
  /** Ids; one at least. */
  readonly issuers: readonly string[];
  /** Where to go on: a path below `/identity/review`. */
  readonly next: string;
  readonly flaws?: readonly FormFlaw[];
}): string {
  const content = html`<p>For data stewards. You stay signed in while you use these pages: until five minutes after the last one, an hour at most.</p>
${flawOf(flaws, "sign-in")}
<ul id="sign-in">${issuers.map(
    (issuer) => html`<li><a href="${REVIEW_PATH}/sign-in/${issuer}?next=${next}">Sign in with ${issuer}</a></li>`,
  )}</ul>`;
  return toPage({ title: "Sign in", content, flaws });
}

/**
 * Shown once to a browser that came back from an issuer. It does not send the session's cookie on a way that began
 * elsewhere, so the way on begins here.
 */
export function signedInPage(next: string): string {
  return toPage({ title: "Signed in", content: html`<p><a href="${next}">Go on</a></p>`, next });
}
