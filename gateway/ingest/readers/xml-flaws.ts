import { LIMITS } from "../../limits.ts";

/** With the declaration every entity but the five of XML itself is refused, and so every one that grows. */
export const DOCTYPE_REFUSED = "a document type declaration is refused; remove <!DOCTYPE …>";
export const TOO_DEEP = `elements are nested deeper than ${LIMITS.json_depth_max} levels`;
export const MISREAD = "holds bytes that are not text in the file's encoding; save the file as UTF-8";

/** The decoder writes U+FFFD where bytes are no text; a file that really holds one was misread before it came here. */
export function isMisread(text: string): boolean {
  return text.includes("\uFFFD");
}

export function holdsMisread(attributes: Readonly<Record<string, string>>): boolean {
  for (const name in attributes) if (isMisread(attributes[name] ?? "")) return true;
  return false;
}

/** The parser's own words without the part behind the colon, which may repeat what stands in the file. */
export function reasonOf(error: Error): string {
  return error.message.replace(/^\d+:\d+: /, "").split(":")[0] ?? "unreadable";
}
