import { type Check, report } from "./issue.ts";
import { areEntitiesKnown, plainAddress } from "./xhtml-entities.ts";

/** Narrative content: https://hl7.org/fhir/R4/narrative.html, txt-1 and txt-2. */

const ELEMENTS = new Set(
  (
    "a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img " +
    "li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var"
  ).split(" "),
);
const ATTRIBUTES = new Set(
  (
    "abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset " +
    "cite class colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel " +
    "rev rowspan rules scope shape span src start style summary tabindex title type valign value vspace width xml:lang " +
    "xmlns"
  ).split(" "),
);
const TAG = /<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const NAMESPACE = "http://www.w3.org/1999/xhtml";
const ACTIVE_LINK = /^(?:javascript|vbscript|data:text)/i;

function isAttributeList(text: string): boolean {
  for (const [, name = "", double, single] of text.matchAll(ATTRIBUTE)) {
    if (!ATTRIBUTES.has(name.toLowerCase())) return false;
    const value = double ?? single ?? "";
    if (ACTIVE_LINK.test(plainAddress(value)) || (name === "xmlns" && value !== NAMESPACE)) return false;
  }
  return true;
}

/** What stands between two tags or after the last: text, or a comment. */
function skipText(text: string, from: number): number {
  if (!text.startsWith("<!--", from)) return text.indexOf("<", from);
  const end = text.indexOf("-->", from);
  return end < 0 ? -1 : text.indexOf("<", end);
}

/** Whether the text is one balanced `div` of permitted elements and attributes. */
function isBalanced(text: string): boolean {
  const open: string[] = [];
  let at = 0;
  while (at >= 0 && at < text.length) {
    if (text.startsWith("<!--", at)) {
      at = skipText(text, at);
      continue;
    }
    TAG.lastIndex = at;
    const [whole = "", closing, name = "", attributes = "", empty] = TAG.exec(text) ?? [];
    if (!ELEMENTS.has(name) || !isAttributeList(attributes)) return false;
    if (closing && open.pop() !== name) return false;
    if (!closing && !empty) open.push(name);
    at += whole.length;
    if (open.length === 0) return at === text.length;
    at = skipText(text, at);
  }
  return false;
}

function hasNarrative(text: string): boolean {
  return (
    /<img\s/.test(text) ||
    text
      .replace(/<!--[\s\S]*?-->/g, "")
      .replace(/<[^>]*>/g, "")
      .trim() !== ""
  );
}

/** The name of the outer element is that of XHTML; what is within takes its namespace from there. */
const DIV = /^<div\s[^>]*\bxmlns\s*=\s*["']/;

export const xhtmlValue: Check = (value, out) => {
  if (typeof value !== "string" || !value.startsWith("<div")) {
    report(out, "value", "", "Expected an XHTML div.");
  } else if (!DIV.test(value)) {
    report(out, "value", "", `Expected the div to be of XHTML: xmlns="${NAMESPACE}".`);
  } else if (!areEntitiesKnown(value) || !isBalanced(value.trim())) {
    report(out, "invariant", "", "txt-1: only formatting elements and attributes of XHTML, well formed, in one div.");
  } else if (!hasNarrative(value)) {
    report(out, "invariant", "", "txt-2: the narrative has text.");
  }
};
