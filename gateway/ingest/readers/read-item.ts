/** Something wrong with a file or a place in it. Names the place and never the value that stands there. */
export interface PlaceIssue {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column?: number;
  readonly field?: string;
  readonly message: string;
}

/** What a reader finds, in the order of the file. */
export type ReadItem<Raw> =
  | {
      readonly kind: "record";
      readonly line: number;
      readonly raw: Raw;
      /** Fields with a value that the reader knows no use for, by the source's own name. */
      readonly notCarried: readonly string[];
    }
  /** One record that cannot be read; reading goes on after it. `content` is what came, as far as it was kept. */
  | { readonly kind: "refused"; readonly issue: PlaceIssue; readonly content: string }
  /** From here on nothing can be read; always the last item. */
  | { readonly kind: "stopped"; readonly issue: PlaceIssue };
