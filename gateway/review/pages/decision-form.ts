import { LIMITS } from "../../limits.ts";
import type { ItemView, Party } from "../shapes.ts";
import { type Html, html } from "./html.ts";
import { type FormFlaw, flawOf, formKey, type PageSession, REVIEW_PATH } from "./layout.ts";

/** A decision as the form sends it: names and values as they are entered. */
export interface Entered {
  readonly decision?: string | undefined;
  readonly with?: string | undefined;
  readonly survivor?: string | undefined;
  readonly into?: string | undefined;
  readonly sources: readonly string[];
  readonly numbersChecked: boolean;
  readonly mayRejoin: boolean;
  readonly reason: string;
}

interface FormTold {
  readonly session: PageSession;
  readonly flaws?: readonly FormFlaw[];
  readonly entered?: Entered;
}

/** Chooses what to do; the next page shows what it would move, and only from there it is done. */
export function decisionForm(item: ItemView, { session, flaws = [], entered }: FormTold): Html {
  const { parties, survivor } = item;
  const others = parties.slice(1);
  const choices = [
    ...(others.length === 0 ? [] : [{ value: "merge", words: "They are one child: merge them" }]),
    ...(others.length === 0 ? [] : [{ value: "keep-apart", words: "They are different children: never link them" }]),
    ...(parties.some(({ sources }) => sources.length > 1)
      ? [{ value: "split", words: "Sources of one child are of different children: split it" }]
      : []),
    item.state === "open"
      ? { value: "dismiss", words: "Not now: put the item aside" }
      : { value: "reopen", words: "Nothing yet: take the item up again" },
  ];
  return html`<form method="post" action="${REVIEW_PATH}/items/${item.id}/confirm" novalidate>
${formKey(session)}
<input type="hidden" name="version" value="${item.version}">
<fieldset id="decision">
<legend>What is true of these children?</legend>
${flawOf(flaws, "decision")}
${choices.map(({ value, words }) => radio("decision", { value, words, isChosen: entered?.decision === value }))}
</fieldset>
${others.length > 0 && mergeParts(parties, survivor, entered)}
${parties.some(({ sources }) => sources.length > 1) && splitParts(parties, { flaws, entered })}
<label for="reason">Reason</label>
<p class="hint" id="reason-hint">Say why, so that another steward understands it later. It is kept for good: no name, number, birth date or postcode. At most ${LIMITS.review_reason_characters_max} characters.</p>
${flawOf(flaws, "reason")}
<textarea id="reason" name="reason" rows="4" required aria-describedby="reason-hint${flaws.some(({ field }) => field === "reason") && " reason-flaw"}">${entered?.reason ?? ""}</textarea>
<p><button>Look at what this would change</button></p>
</form>`;
}

function mergeParts(parties: readonly Party[], survivor: string | undefined, entered: Entered | undefined): Html {
  const [, first] = parties;
  return html`<fieldset>
<legend>If they are one child, or different children: which?</legend>
${parties.slice(1).map(({ label, child }) => radio("with", { value: child, words: `A and ${label}`, isChosen: (entered?.with ?? first?.child) === child }))}
${parties.length > 2 && radio("with", { value: "", words: "A and none of the others (different children only)", isChosen: entered?.with === "" })}
</fieldset>
<fieldset>
<legend>If they are one child: which record stays?</legend>
<p class="hint">The rule keeps the record with a verified NHS number, else the one with any, else the one of which more sources tell, else the older. Here that is ${survivor}.</p>
${radio("survivor", { value: "", words: "As the rule says", isChosen: (entered?.survivor ?? "") === "" })}
${parties.map(({ label, child }) => radio("survivor", { value: child, words: `Child ${label}`, isChosen: entered?.survivor === child }))}
${checkbox("numbersChecked", { value: "yes", words: "I have made sure that two verified NHS numbers belong to one child", isChosen: entered?.numbersChecked === true })}
</fieldset>`;
}

function splitParts(
  parties: readonly Party[],
  { flaws, entered }: { readonly flaws: readonly FormFlaw[]; readonly entered: Entered | undefined },
): Html {
  return html`<fieldset id="sources">
<legend>If sources are of different children: which go?</legend>
${flawOf(flaws, "sources")}
${parties
  .filter(({ sources }) => sources.length > 1)
  .flatMap(({ label, sources }) =>
    sources.map(({ name, source }) =>
      checkbox("sources", {
        value: name,
        words: `${name} (${source}), out of child ${label}`,
        isChosen: entered?.sources.includes(name) === true,
      }),
    ),
  )}
${checkbox("mayRejoin", { value: "yes", words: "A rule may link them again later", isChosen: entered?.mayRejoin === true })}
</fieldset>
<fieldset>
<legend>If sources go: where to?</legend>
${radio("into", { value: "", words: "A child of their own", isChosen: (entered?.into ?? "") === "" })}
${parties.length > 1 && parties.map(({ label, child }) => radio("into", { value: child, words: `Child ${label}`, isChosen: entered?.into === child }))}
</fieldset>`;
}

interface Choice {
  readonly value: string;
  readonly words: string;
  readonly isChosen: boolean;
}

function radio(name: string, choice: Choice): Html {
  return input("radio", name, choice);
}

function checkbox(name: string, choice: Choice): Html {
  return input("checkbox", name, choice);
}

function input(type: "radio" | "checkbox", name: string, { value, words, isChosen }: Choice): Html {
  const id = `${name}-${value === "" ? "none" : value}`;
  return html`<div class="choice"><input type="${type}" id="${id}" name="${name}" value="${value}"${isChosen && html` checked`}><label for="${id}">${words}</label></div>`;
}
