import { isTree, type Tree } from "./tree.ts";

/** Where the references of one entry lead. */
export interface Links {
  /** The new address (`Type/id`, with its version where the old one had one) of what an entry of the Bundle is. */
  resolve(link: string): string | undefined;
  /** The address of what the criteria of a conditional reference find. */
  find(type: string, criteria: string): Promise<string>;
}

/**
 * Elements of type uri, url or uuid. A canonical is none of them, and neither is the value of an identifier; an oid can
 * name no id of ours.
 */
const LINKS: ReadonlySet<string> = new Set([
  "authority",
  "implicitRules",
  "policy",
  "system",
  "uri",
  "url",
  "valueUri",
  "valueUrl",
  "valueUuid",
]);

const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.+)$/s;

/**
 * A resource with its links to other entries made links to what they became, in references, in links of other types and
 * in the narrative. https://hl7.org/fhir/R4/http.html#trules
 */
export async function rewrite(resource: Tree, links: Links): Promise<Tree> {
  const entries: [string, unknown][] = [];
  for (const [name, member] of Object.entries(resource)) {
    entries.push([name, await rewriteMember(name, member, links)]);
  }
  return Object.fromEntries(entries);
}

async function rewriteMember(name: string, member: unknown, links: Links): Promise<unknown> {
  if (typeof member === "string") return rewriteText(name, member, links);
  if (Array.isArray(member)) {
    const items: unknown[] = [];
    for (const item of member) items.push(await rewriteMember(name, item, links));
    return items;
  }
  return isTree(member) ? rewrite(member, links) : member;
}

async function rewriteText(name: string, text: string, links: Links): Promise<string> {
  if (name === "div") return rewriteNarrative(text, links);
  if (name === "reference") {
    const [, type, criteria] = CONDITIONAL.exec(text) ?? [];
    if (type !== undefined && criteria !== undefined) return links.find(type, criteria);
    return links.resolve(text) ?? text;
  }
  if (!LINKS.has(name)) return text;
  const link = links.resolve(text);
  return link === undefined ? text : name === "valueUuid" ? asUuid(link, text) : link;
}

const UUID = /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** An element that is a UUID stays one: that of the new id, where the new id is one. */
function asUuid(link: string, text: string): string {
  const id = UUID.exec(link)?.[1];
  return id === undefined ? text : `urn:uuid:${id}`;
}

const LINKING_TAG = /<(?:a|img)\b[^>]*>/g;
const LINKING_ATTRIBUTE = /(\b(?:href|src)\s*=\s*)("[^"]*"|'[^']*')/g;

function rewriteNarrative(div: string, links: Links): string {
  return div.replace(LINKING_TAG, (tag) =>
    tag.replace(LINKING_ATTRIBUTE, (whole, opening: string, quoted: string) => {
      const link = links.resolve(quoted.slice(1, -1).replaceAll("&amp;", "&"));
      return link === undefined ? whole : `${opening}${quoted[0]}${link}${quoted[0]}`;
    }),
  );
}

/** Where the first conditional reference of a resource stands, as FHIRPath that begins with `path`. */
export function findConditionalReference(node: unknown, path: string): string | undefined {
  if (Array.isArray(node)) {
    for (let index = 0; index < node.length; index += 1) {
      const found = findConditionalReference(node[index], `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isTree(node)) return undefined;
  for (const name in node) {
    const member = node[name];
    if (typeof member === "object") {
      const found = findConditionalReference(member, `${path}.${name}`);
      if (found !== undefined) return found;
    } else if (name === "reference" && typeof member === "string" && CONDITIONAL.test(member)) return `${path}.${name}`;
  }
  return undefined;
}
