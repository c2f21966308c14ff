import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { XmlElement } from "../mapper.ts";
import { digitalChildHealth } from "./mapper.ts";
import { isXmlElement, toJsonForm } from "./xml-form.ts";

/** The XML form of a JSON value under a name: what `toJsonForm` undoes. */
function toXml(name: string, value: unknown): XmlElement[] {
  if (Array.isArray(value)) return value.flatMap((item) => toXml(name, item));
  if (typeof value !== "object" || value === null) return [element(name, { value: String(value) }, [])];
  const { resourceType, url, ...rest } = value as Record<string, unknown>;
  const extensions = Object.entries(rest).filter(([key]) => key.startsWith("_"));
  const children = Object.entries(rest)
    .filter(([key]) => !key.startsWith("_"))
    .flatMap(([key, child]) => toXml(key, child))
    .map((child) => {
      const found = extensions.find(([key]) => key === `_${child.name}`);
      return found === undefined ? child : { ...child, children: toXml("x", found[1])[0]?.children ?? [] };
    });
  const made = element(name, typeof url === "string" ? { url } : {}, children);
  return typeof resourceType === "string" ? [element(name, {}, [{ ...made, name: resourceType }])] : [made];
}

function element(name: string, attributes: Record<string, string>, children: XmlElement[]): XmlElement {
  return { name, attributes, children, text: "", line: 1 };
}

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
const messages: readonly (readonly [string, unknown])[] = readdirSync(folder).map((file) => [
  file.replace(/\.json$/, ""),
  JSON.parse(readFileSync(folder + file, "utf8")).message,
]);

test.each(messages)("%s says the same in XML as in JSON", (_name, message) => {
  const [bundle] = toXml("resource", message)[0]?.children ?? [];
  expect(isXmlElement(bundle)).toBe(true);
  expect(digitalChildHealth.parse(bundle)).toEqual(digitalChildHealth.parse(message));
});

test("a primitive keeps its extensions, an extension its url, and a narrative's XHTML is left out", () => {
  const birthTime = element("extension", { url: "http://example.org/time" }, [
    element("valueDateTime", { value: "2023-03-02T04:10:00Z" }, []),
  ]);
  const patient = element("Patient", {}, [
    element("text", {}, [element("status", { value: "generated" }, []), element("div", {}, [])]),
    element("birthDate", { value: "2023-03-02" }, [birthTime]),
  ]);
  expect(toJsonForm(patient)).toEqual({
    resourceType: "Patient",
    text: { status: "generated" },
    birthDate: "2023-03-02",
    _birthDate: { extension: [{ url: "http://example.org/time", valueDateTime: "2023-03-02T04:10:00Z" }] },
  });
});
