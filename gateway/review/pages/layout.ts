import { Html, type HtmlValue, html, moment } from "./html.ts";
import { STYLE } from "./style.ts";

export const REVIEW_PATH = "/identity/review";

/** Who is signed in, until when, and what its forms carry. */
export interface PageSession {
  readonly name: string;
  /** An instant. */
  readonly until: string;
  readonly formKey: string;
}

/** What was wrong with a form: the id of the field, and what to do. */
export interface FormFlaw {
  readonly field: string;
  readonly message: string;
}

interface Page {
  /** Without the name of the service. */
  readonly title: string;
  readonly content: HtmlValue;
  readonly session?: PageSession | undefined;
  readonly flaws?: readonly FormFlaw[];
  /** A path below the pages that the browser goes on to by itself. */
  readonly next?: string;
}

/** A whole page: landmarks, a way past the navigation, a title that says first when something is wrong. */
export function toPage({ title, content, session, flaws = [], next }: Page): string {
  const page = html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${
  next !== undefined &&
  html`<meta http-equiv="refresh" content="0; url=${next}">
`
}<title>${flaws.length > 0 && "Error: "}${title} – Identity review</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to main content</a>
<header><p>Early Years FHIR Gateway: identity review</p></header>
${session && navigation(session)}
<main id="main" tabindex="-1">
${flaws.length > 0 && errorSummary(flaws)}
<h1>${title}</h1>
${content}
</main>
<footer><p>What you read here is recorded as an access to the children shown.</p></footer>
</body>
</html>
`;
  return page.markup;
}

function navigation(session: PageSession): Html {
  return html`<nav aria-label="Identity review">
<ul>
<li><a href="${REVIEW_PATH}">Items to review</a></li>
<li><a href="${REVIEW_PATH}/decisions">Decisions</a></li>
<li><a href="${REVIEW_PATH}/disclosure">Decisions on disclosure</a></li>
<li>Signed in as ${session.name} until ${moment(session.until)}</li>
<li><a href="${REVIEW_PATH}/sign-in">Stay longer</a></li>
<li><form method="post" action="${REVIEW_PATH}/sign-out">${formKey(session)}<button class="second">Sign out</button></form></li>
</ul>
</nav>`;
}

function errorSummary(flaws: readonly FormFlaw[]): Html {
  return html`<div class="errors" role="alert" aria-labelledby="errors-title">
<h2 id="errors-title">There is a problem</h2>
<ul>${flaws.map(({ field, message }) => html`<li><a href="#${field}">${message}</a></li>`)}</ul>
</div>`;
}

/** What every form carries so that no other site can send it. */
export function formKey({ formKey: key }: Pick<PageSession, "formKey">): Html {
  return html`<input type="hidden" name="form-key" value="${key}">`;
}

/** What is wrong with one field, before it. */
export function flawOf(flaws: readonly FormFlaw[], field: string): Html | false {
  const flaw = flaws.find((one) => one.field === field);
  return flaw !== undefined && html`<p class="flaw" id="${field}-flaw"><span>Error:</span> ${flaw.message}</p>`;
}

/** A table that scrolls by itself where the screen is narrow, and can be reached by keyboard to do so. */
export function table(caption: string, head: readonly string[], rows: readonly HtmlValue[]): Html {
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0">
<table>
<caption>${caption}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
</table>
</div>`;
}

/** A refusal, or that something is not there, in words and with a way on. */
export function messagePage(
  title: string,
  { words, session }: { readonly words: string; readonly session?: PageSession | undefined },
): string {
  const content = html`<p>${words}</p><p><a href="${REVIEW_PATH}">Go to the items to review</a></p>`;
  return toPage({ title, content, session });
}
