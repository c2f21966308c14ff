/** A JSON object as it was parsed. */
export interface Tree {
  readonly [member: string]: unknown;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** Types of a value that name somebody or somewhere, or lead there, or in which any words or pictures may stand. */
const PLACE =
  /^_?value(?:Address|Annotation|Attachment|Base64Binary|Canonical|ContactDetail|ContactPoint|HumanName|Identifier|Markdown|Reference|Signature|String|Uri|Url)$/;

/** Whether an extension, or one within it, has a value that can be a place. */
export function hasPlace(extension: Tree): boolean {
  return Object.entries(extension).some(
    ([name, member]) =>
      PLACE.test(name) ||
      (name === "extension" && Array.isArray(member) && member.some((one) => isTree(one) && hasPlace(one))),
  );
}
