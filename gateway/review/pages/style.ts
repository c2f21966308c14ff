import { createHash } from "node:crypto";

/** Colours by what they are for; a test computes the contrast of every pair that meets. */
export const COLOURS = {
  text: "#0b0c0c",
  quiet: "#484c50",
  page: "#ffffff",
  shade: "#f1f3f4",
  line: "#6b7176",
  link: "#0b4f8a",
  action: "#00603a",
  warning: "#a3190c",
  focus: "#ffd400",
} as const;

/** Pairs that meet on a page: foreground on background, and what WCAG 2.2 AA asks of them. */
export const CONTRASTS: readonly (readonly [keyof typeof COLOURS, keyof typeof COLOURS, number])[] = [
  ["text", "page", 4.5],
  ["text", "shade", 4.5],
  ["text", "focus", 4.5],
  ["quiet", "page", 4.5],
  ["quiet", "shade", 4.5],
  ["link", "page", 4.5],
  ["link", "shade", 4.5],
  ["page", "action", 4.5],
  ["page", "warning", 4.5],
  ["page", "text", 4.5],
  ["page", "link", 4.5],
  ["warning", "page", 4.5],
  ["warning", "shade", 4.5],
  ["line", "page", 3],
  ["line", "shade", 3],
];

/** Bars are drawn in twentieths, since a style of an element's own would need a weaker policy. */
export const BAR_STEPS = 20;

const BARS = Array.from(
  { length: BAR_STEPS + 1 },
  (_, step) => `.bar-${step} i { width: ${step * (100 / BAR_STEPS)}% }`,
);

export const STYLE = `
* { box-sizing: border-box }
body { margin: 0; font: 1.0625rem/1.5 system-ui, sans-serif; color: ${COLOURS.text}; background: ${COLOURS.page} }
a { color: ${COLOURS.link}; text-decoration-thickness: max(1px, .0625rem); text-underline-offset: .1578em }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, textarea:focus-visible, summary:focus-visible, [tabindex]:focus-visible {
  outline: 3px solid ${COLOURS.text}; outline-offset: 2px; box-shadow: 0 0 0 6px ${COLOURS.focus} }
.skip { position: absolute; left: -999rem }
.skip:focus { position: static; display: block; padding: .5rem 1rem; background: ${COLOURS.focus}; color: ${COLOURS.text} }
header { background: ${COLOURS.text}; color: ${COLOURS.page}; padding: .75rem 1rem }
header p { margin: 0 auto; max-width: 80rem; font-weight: 700 }
header, nav, main, footer { scroll-margin-top: 1rem }
nav, main, footer { max-width: 82rem; margin: 0 auto; padding: .75rem 1rem }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin: 0; padding: 0; align-items: center }
nav a { display: inline-block; padding: .25rem 0 }
footer { color: ${COLOURS.quiet}; border-top: 1px solid ${COLOURS.line}; margin-top: 2rem }
h1 { font-size: 2rem; line-height: 1.2; margin: 1rem 0 }
h2 { font-size: 1.5rem; line-height: 1.25; margin: 2rem 0 .75rem }
h3 { font-size: 1.1875rem; margin: 1.5rem 0 .5rem }
.wide { overflow-x: auto; margin: 1rem 0; scroll-padding: .5rem }
table { border-collapse: collapse; min-width: 40rem }
caption { text-align: left; font-weight: 700; padding: .25rem 0 .5rem }
th, td { border: 1px solid ${COLOURS.line}; padding: .5rem .75rem; text-align: left; vertical-align: top }
thead th { background: ${COLOURS.shade} }
td ul { margin: 0; padding-left: 1.1rem }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.quiet { color: ${COLOURS.quiet} }
.differs { font-weight: 700; border-left: .375rem solid ${COLOURS.warning} }
.tag { display: inline-block; font-weight: 700; border: 2px solid ${COLOURS.text}; padding: 0 .375rem; background: ${COLOURS.page}; color: ${COLOURS.text} }
.tag.differ { border-color: ${COLOURS.warning}; color: ${COLOURS.warning} }
.bar { display: block; width: 8rem; height: .75rem; border: 1px solid ${COLOURS.line}; background: ${COLOURS.page} }
.bar i { display: block; height: 100%; background: ${COLOURS.action} }
.bar.against i { background: repeating-linear-gradient(45deg, ${COLOURS.warning} 0 4px, ${COLOURS.page} 4px 7px) }
${BARS.join("\n")}
form { margin: 1rem 0 }
fieldset { border: 1px solid ${COLOURS.line}; padding: 1rem; margin: 1rem 0 }
legend { font-weight: 700; padding: 0 .25rem }
label { display: block; font-weight: 600; margin: .5rem 0 .25rem }
.choice { display: flex; gap: .5rem; align-items: flex-start; margin: .5rem 0 }
.choice input { width: 1.5rem; height: 1.5rem; flex: none; margin: 0 }
.choice label { margin: 0; font-weight: 400; min-height: 1.5rem }
.hint { color: ${COLOURS.quiet}; margin: 0 0 .25rem }
input, select, textarea, button { font: inherit }
input:not([type=radio]):not([type=checkbox]), select, textarea { border: 2px solid ${COLOURS.text}; padding: .375rem .5rem; min-height: 2.5rem; max-width: 100%; background: ${COLOURS.page}; color: ${COLOURS.text} }
textarea { width: 100%; max-width: 48rem }
button { background: ${COLOURS.action}; color: ${COLOURS.page}; border: 2px solid ${COLOURS.action}; padding: .5rem 1rem; min-height: 2.75rem; font-weight: 700; cursor: pointer }
button.second { background: ${COLOURS.page}; color: ${COLOURS.link}; border-color: ${COLOURS.link} }
button.warning { background: ${COLOURS.warning}; border-color: ${COLOURS.warning} }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: flex-end }
.errors, .notice { border: .25rem solid ${COLOURS.warning}; padding: .75rem 1rem; margin: 1rem 0 }
.notice { border-color: ${COLOURS.link} }
.errors h2, .notice h2 { margin-top: 0 }
.flaw { color: ${COLOURS.warning}; font-weight: 700; margin: 0 0 .25rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }
dt { font-weight: 700 }
dd { margin: 0 }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr } }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** No script, nothing from elsewhere, no frame around it; the one stylesheet is known by its hash. */
export const PAGE_SECURITY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
