/** What search asks about codes: `:in`, `:not-in`, `:below` and `:above`. */
export interface Terminology {
  /** Every code of a value set, by its canonical URL or `ValueSet/[id]`; `undefined` for one that is not held. */
  members(valueSetUrl: string): readonly { readonly system: string; readonly code: string }[] | undefined;
  /** Codes below a code, at whatever depth; `undefined` for a code or system that is not held. */
  descendants(system: string, code: string): readonly string[] | undefined;
  /** Codes above a code, up to the root; `undefined` for a code or system that is not held. */
  ancestors(system: string, code: string): readonly string[] | undefined;
}
