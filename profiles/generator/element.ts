import type { ElementDefinition } from "./definitions.ts";

export interface Slicing {
  readonly discriminator?: readonly { readonly type: string; readonly path: string }[];
  readonly ordered?: boolean;
  readonly rules: string;
}

/** An element as JSON: everything of it goes into a snapshot. */
export type Element = Omit<ElementDefinition, "min" | "max" | "binding" | "constraint"> & {
  readonly min?: number;
  readonly max?: string;
  readonly sliceName?: string;
  readonly slicing?: Slicing;
  readonly mustSupport?: boolean;
  readonly isModifier?: boolean;
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
  readonly constraint?: readonly {
    readonly key: string;
    readonly severity: string;
    readonly human?: string;
    readonly expression?: string;
  }[];
  readonly fixedUri?: string;
  readonly fixedCode?: string;
  readonly fixedString?: string;
};
