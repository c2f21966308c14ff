import type { RunReport } from "../result.ts";

/** `badge.svg`: what passed of what was judged, for a README. */
export function toBadge({ counts }: RunReport): string {
  const broken = counts.fail + counts.error;
  const judged = counts.pass + counts.warn + broken;
  const value = judged === 0 ? "nothing tested" : `${counts.pass}/${judged}`;
  const colour = broken > 0 ? "#c0392b" : counts.warn > 0 ? "#b7791f" : "#2e7d32";
  const title = `FHIR R4: ${counts.pass} of ${judged} pass, ${broken} fail, ${counts.warn} warn`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="150" height="20" role="img" aria-label="${title}">
<title>${title}</title>
<rect width="150" height="20" rx="3" fill="#444"/>
<rect x="60" width="90" height="20" rx="3" fill="${colour}"/>
<g fill="#fff" font-family="Verdana,sans-serif" font-size="11" text-anchor="middle">
<text x="30" y="14">FHIR R4</text><text x="105" y="14">${value}</text></g></svg>
`;
}
