import { LIMITS } from "../../limits.ts";

/** Markup that was made here. Whatever is put into a template and is none is escaped. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[];

/** `html\`<p>${value}</p>\``: values are escaped, in text and in quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + toMarkup(values[index])).join(""));
}

function toMarkup(value: HtmlValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "object") return value.map(toMarkup).join("");
  return escapeHtml(String(value));
}

/** Characters that no eye sees, or that turn the text around them: shown by their number instead. A new line is neither. */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/gu;

function escapeHtml(text: string): string {
  return text
    .replace(UNSEEN, (one) => `[U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A value that somebody told: cut where it is longer than anything real, and kept from turning the text around it. */
export function told(value: string): Html {
  const characters = [...value];
  const max = LIMITS.review_value_characters_max;
  const shown = characters.slice(0, max).join("");
  const rest = characters.length > max && html` … (${characters.length} characters)`;
  return html`<bdi>${shown}</bdi>${rest}`;
}

/** `2026-11-02T09:00:00.000Z` as `2 November 2026, 09:00 UTC`. */
export function moment(instant: string): Html {
  const text = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(new Date(instant));
  return html`<time datetime="${instant}">${text} UTC</time>`;
}
