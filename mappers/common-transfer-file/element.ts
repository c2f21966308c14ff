import type { XmlElement } from "../mapper.ts";

/** The elements at a path below an element, as `elementsAt(pupil, "SchoolHistory/School")`. */
export function elementsAt(element: XmlElement, path: string): readonly XmlElement[] {
  let found: readonly XmlElement[] = [element];
  for (const name of path.split("/")) {
    found = found.flatMap(({ children }) => children.filter((child) => child.name === name));
  }
  return found;
}

/** The text of the first element at a path, or `undefined` when there is none or it is blank. */
export function textAt(element: XmlElement, path: string): string | undefined {
  const text = elementsAt(element, path)[0]?.text.trim();
  return text === "" ? undefined : text;
}

/**
 * Paths of all elements below that have text and no children. An element in `apart` is not entered but named as it says
 * there; `isBlock` tells a path that stands for all below it.
 */
export function pathsWithText(
  element: XmlElement,
  prefix: string,
  options: { readonly apart: ReadonlyMap<XmlElement, string>; readonly isBlock: (path: string) => boolean },
): string[] {
  return element.children.flatMap((child) => {
    const path = `${prefix}${child.name}`;
    const apart = options.apart.get(child);
    if (apart !== undefined) return [apart];
    if (child.children.length === 0) return child.text.trim() === "" ? [] : [path];
    const below = pathsWithText(child, `${path}/`, options);
    return below.length > 0 && options.isBlock(path) ? [path] : below;
  });
}
