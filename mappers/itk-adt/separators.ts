/** The characters by which a message is written, as its MSH-1 and MSH-2 declare them (HL7 v2.4, 2.7). */
export interface Separators {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
}

/** The separators that a message declares; `undefined` when it declares none that could keep its parts apart. */
export function readSeparators(message: string): Separators | undefined {
  if (!message.startsWith("MSH")) return undefined;
  const [field = "", component = "", repetition = "", escape = "", subcomponent = ""] = message.slice(3, 8);
  const all = [field, component, repetition, escape, subcomponent];
  const isUsable = all.every((each) => /^[!-/:-@[-`{-~]$/.test(each)) && new Set(all).size === all.length;
  return isUsable ? { field, component, repetition, escape, subcomponent } : undefined;
}

/** Segments as text, in their order. A sender may end them by CR, LF or both. */
export function splitSegments(message: string): readonly string[] {
  return message.split(/[\r\n]+/).filter((segment) => segment.trim() !== "");
}
