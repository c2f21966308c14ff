import { type Html, html } from "./html.ts";
import { formKey, type PageSession, REVIEW_PATH } from "./layout.ts";

/** By which a steward asks what no rule asked: about a child that is known already, or one that is to be named. */
export function questionForm(session: PageSession, child?: string): Html {
  return html`<h2>${child === undefined ? "Ask about a child" : "Ask about this child"}</h2>
<form method="post" action="${REVIEW_PATH}/items">
${formKey(session)}
${child === undefined ? idField("child", "The child in question (id of its Patient)") : html`<input type="hidden" name="child" value="${child}">`}
${idField("beside", "Another Patient that may be the same child (its id)", "Leave it empty where the sources of one child may be of two.")}
<p><button class="second">Open an item</button></p>
</form>`;
}

function idField(name: string, words: string, hint?: string): Html {
  return html`<label for="${name}">${words}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
<p><input type="text" id="${name}" name="${name}" maxlength="64" autocomplete="off" spellcheck="false"${hint === undefined ? html` required` : html` aria-describedby="${name}-hint"`}></p>`;
}
