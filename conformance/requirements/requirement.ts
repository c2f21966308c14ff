/** How binding a rule is: the R4 text's own word, or `rule` where R4 states a fact without one. */
export type Level = "SHALL" | "SHOULD" | "rule" | "MAY";

/** One rule of FHIR R4, in a plain sentence of our own. */
export interface Requirement {
  /** Stable for ever: reports, baselines and badges refer to it. */
  readonly id: string;
  /** Address of the paragraph of R4 that states the rule. */
  readonly anchor: string;
  readonly level: Level;
  /** Interaction or feature a server must declare before the rule binds it; `-` binds everybody. */
  readonly needs: string;
  /** Part of what every server of this kind is held to. */
  readonly core: boolean;
  readonly rule: string;
}

type Entry = Omit<Requirement, "id" | "anchor">;

export function shall(needs: string, rule: string): Entry {
  return { level: "SHALL", needs, core: true, rule };
}

export function should(needs: string, rule: string): Entry {
  return { level: "SHOULD", needs, core: false, rule };
}

export function may(needs: string, rule: string): Entry {
  return { level: "MAY", needs, core: false, rule };
}

export function rule(needs: string, text: string): Entry {
  return { level: "rule", needs, core: true, rule: text };
}

/** A rule that binds only servers with an optional feature, and so is no part of the core. */
export function featureRule(needs: string, text: string): Entry {
  return { level: "rule", needs, core: false, rule: text };
}

/** Rules that one paragraph of R4 states; `anchor` is relative to the R4 site, as `http.html#read`. */
export function section(anchor: string, entries: Readonly<Record<string, Entry>>): readonly Requirement[] {
  return Object.entries(entries).map(([id, entry]) => ({ id, anchor: `https://hl7.org/fhir/R4/${anchor}`, ...entry }));
}
