import { html } from "./html.ts";
import { type FormFlaw, flawOf, REVIEW_PATH, toPage } from "./layout.ts";

/** Where an access token is exchanged for a session. The token is sent in the body, never in an address. */
export function signInPage({
  formKey,
  next,
  flaws = [],
}: {
  readonly formKey: string;
  /** Where to go on: a path below `/identity/review`. */
  readonly next: string;
  readonly flaws?: readonly FormFlaw[];
}): string {
  const content = html`<p>For data stewards. You stay signed in as long as the token lives, five minutes at most; paste a new one to stay longer.</p>
<form method="post" action="${REVIEW_PATH}/sign-in" autocomplete="off" novalidate>
<input type="hidden" name="form-key" value="${formKey}">
<input type="hidden" name="next" value="${next}">
<label for="token">Access token</label>
<p class="hint" id="token-hint">With the scope identity/review, from the token endpoint of this gateway. Paste it whole.</p>
${flawOf(flaws, "token")}
<textarea id="token" name="token" rows="6" required spellcheck="false" autocapitalize="off" aria-describedby="token-hint${flaws.length > 0 && " token-flaw"}"></textarea>
<p><button>Sign in</button></p>
</form>`;
  return toPage({ title: "Sign in", content, flaws });
}
