import { FIELDS, type ItemView, type Party, type ToldValue, type Weighing } from "../shapes.ts";
import { decisionForm, type Entered } from "./decision-form.ts";
import { type Html, html, moment, told } from "./html.ts";
import { type FormFlaw, type PageSession, REVIEW_PATH, table, toPage } from "./layout.ts";
import { BAR_STEPS } from "./style.ts";
import {
  bitsWords,
  DECISION_WORDS,
  evidenceWords,
  FIELD_WORDS,
  GRADE_WORDS,
  KIND_WORDS,
  NOT_SHOWN_WORDS,
  STANDING_WORDS,
} from "./words.ts";

export interface ItemPageTold {
  readonly session: PageSession;
  readonly flaws?: readonly FormFlaw[];
  /** What the steward entered, when the form comes back. */
  readonly entered?: Entered;
}

/** One item: its children side by side, the evidence, what was decided before, and the form to decide. */
export function itemPage(item: ItemView, page: ItemPageTold): string {
  const { parties } = item;
  const [subject, ...others] = parties;
  const content = html`<p>${KIND_WORDS[item.kind]}. Opened ${moment(item.openedAt)} by what ${item.source} told.</p>
${item.dismissal !== undefined && html`<div class="notice"><h2>Put aside</h2><p>By ${item.dismissal.by}, ${moment(item.dismissal.at)}: ${item.dismissal.reason}</p></div>`}
${item.why !== undefined && item.why.length > 0 && html`<h2>Why it was opened</h2><ul>${item.why.map((line) => html`<li>${line}</li>`)}</ul>`}
<h2>Side by side</h2>
<p>Child A is the child in question${others.length > 0 && "; the others may be the same child"}. A value is marked by the word <strong>Different</strong> where no value of the other child equals it.</p>
${sideBySide(parties)}
${subject !== undefined && others.map((party) => evidenceOf(party, item))}
${relationships(item)}
${parties.map(decisions)}
<h2>Decide</h2>
${decisionForm(item, page)}`;
  return toPage({ title: `Item ${item.id}`, content, session: page.session, flaws: page.flaws ?? [] });
}

function sideBySide(parties: readonly Party[]): Html {
  const heads = parties.map(({ label }) => (label === "A" ? "Child A, in question" : `Child ${label}`));
  return table(
    "What each source tells",
    ["Field", ...heads],
    [
      html`<tr><th scope="row">Patient</th>${parties.map(({ child, isRestricted }) => html`<td><a href="${REVIEW_PATH}/children/${child}">History of this child</a>${isRestricted && html`<br><span class="tag">Restricted</span>`}</td>`)}</tr>`,
      html`<tr><th scope="row">Sources</th>${parties.map(sourcesOf)}</tr>`,
      ...FIELDS.map(
        (field) =>
          html`<tr><th scope="row">${FIELD_WORDS[field]}</th>${parties.map((party) => cell(party, field))}</tr>`,
      ),
    ],
  );
}

function sourcesOf({ sources }: Party): Html {
  return html`<td><ul>${sources.map(
    ({ name, source, localId, toldAt, linkedAt, linkedBy }) =>
      html`<li><strong>${name}</strong>: ${source}${localId !== undefined && html`, called ${told(localId)} there`}${toldAt !== undefined && html`, told ${moment(toldAt)}`}${linkedAt !== undefined && html`; linked ${moment(linkedAt)} by ${linkedBy}`}</li>`,
  )}</ul></td>`;
}

function cell({ fields, standing }: Party, field: (typeof FIELDS)[number]): Html {
  const values = fields[field];
  const stands = standing?.[field];
  const mark =
    stands !== undefined &&
    html`<p><span class="tag${stands === "different" && " differ"}">${STANDING_WORDS[stands]}</span></p>`;
  const list =
    values.length === 0
      ? html`<span class="quiet">Not told</span>`
      : html`<ul>${values.map((value) => html`<li>${shownValue(value)}</li>`)}</ul>`;
  return stands === "different" ? html`<td class="differs">${mark}${list}</td>` : html`<td>${mark}${list}</td>`;
}

function shownValue({ value, notShown, isVerified, isWithheld, sources }: ToldValue): Html {
  const shown = value === undefined ? html`${NOT_SHOWN_WORDS[notShown ?? "agreement"]}` : told(value);
  const verified = isVerified !== undefined && (isVerified ? ", verified" : ", not verified");
  return html`${shown}${verified}${isWithheld === true && ", held back here because another child carries it"} <span class="quiet">(${sources.join(", ")})</span>`;
}

function evidenceOf({ label, weighing }: Party, { matcher }: ItemView): Html {
  if (weighing === undefined) return html`<h2>Evidence: A and ${label}</h2><p>Nothing could be weighed.</p>`;
  const { grade, probability, bits, margin_bits: margin, veto } = weighing;
  return html`<h2>Evidence: A and ${label}</h2>
<dl>
<dt>Grade</dt><dd>${GRADE_WORDS[grade]}</dd>
<dt>Probability of one child</dt><dd>${(probability * 100).toFixed(2)} %</dd>
<dt>Weight</dt><dd>${bitsWords(bits)}</dd>
${margin !== undefined && html`<dt>Before the next candidate</dt><dd>${bitsWords(margin)}</dd>`}
${veto !== undefined && html`<dt>Held back because of</dt><dd>${evidenceWords(veto)}</dd>`}
<dt>Weighed by</dt><dd>${matcher}</dd>
</dl>
${evidenceTable(label, weighing)}`;
}

/** Bits that fill a bar: more than any one field brings. */
const FULL_bits = 20;

function evidenceTable(label: string, { evidence }: Weighing): Html {
  return table(
    `Evidence for and against A and ${label} being one child`,
    ["Field", "Finding", "Speaks", "Weight", "Bar"],
    evidence.map(({ field, level, bits }) => {
      const step = Math.round((Math.min(Math.abs(bits), FULL_bits) / FULL_bits) * BAR_STEPS);
      const speaks = Math.abs(bits) < 0.05 ? "Neither way" : bits > 0 ? "For" : "Against";
      return html`<tr>
<th scope="row">${evidenceWords(field)}</th>
<td>${level}</td>
<td>${speaks}</td>
<td class="number">${bitsWords(bits)}</td>
<td><span class="bar bar-${step}${bits < 0 && " against"}" role="img" aria-label="${speaks}, ${bitsWords(bits)}"><i></i></span></td>
</tr>`;
    }),
  );
}

function relationships({ relationships: shared, parties }: ItemView): Html {
  const rows = parties.flatMap(({ label, relationships: told }) =>
    told.map(
      ({ kind, organization, start, end, source }) => html`<tr>
<th scope="row">Child ${label}</th>
<td>${kind}</td>
<td>${organization ?? NOT_SHOWN_WORDS.restricted}</td>
<td>${start ?? "Not told"}</td>
<td>${end ?? "Lasts"}</td>
<td>${source}</td>
</tr>`,
    ),
  );
  if (rows.length === 0) return html`<h2>Relationships</h2><p>No practice, team, school or hub is told of.</p>`;
  return html`<h2>Relationships</h2>
${shared.length > 0 && html`<ul>${shared.map(({ speaks, parties: [one, other], words }) => html`<li>Speaks ${speaks} ${one} and ${other} being one child: ${words}.</li>`)}</ul>`}
${table("With whom each child is registered", ["Child", "With a", "Name", "From", "Until", "Source"], rows)}`;
}

function decisions({ label, decisions: taken }: Party): Html | false {
  if (taken.length === 0) return false;
  return html`<h2>Decisions on child ${label} before</h2>
<ul>${taken.map(
    ({ decision, kind, author, decidedAt, undoneBy }) =>
      html`<li><a href="${REVIEW_PATH}/decisions/${decision}">Decision ${decision}</a>: ${DECISION_WORDS[kind]}, by ${author}, ${moment(decidedAt)}${undoneBy !== undefined && ", undone since"}</li>`,
  )}</ul>`;
}
