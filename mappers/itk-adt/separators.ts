/** The characters by which a message is written, as its MSH-1 and MSH-2 declare them (HL7 v2.4, 2.7). */
export interface Separators {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
}

const SEPARATORS = 5;

/** The separators that a message declares; `undefined` when it declares none that could keep its parts apart. */
export function readSeparators(message: string): Separators | undefined {
  if (!message.startsWith("MSH")) return undefined;
  const all = [...message.slice(3, 8)];
  const [field = "", component = "", repetition = "", mark = "", subcomponent = ""] = all;
  const isUsable = all.every((each) => /^[!-/:-@[-`{-~]$/.test(each)) && new Set(all).size === SEPARATORS;
  return isUsable ? { field, component, repetition, escape: mark, subcomponent } : undefined;
}

/** Segments as text, in their order. A sender may end them by CR, LF or both. */
export function splitSegments(message: string): readonly string[] {
  return message.split(/[\r\n]+/).filter((segment) => segment.trim() !== "");
}
