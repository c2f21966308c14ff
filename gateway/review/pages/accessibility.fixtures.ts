/**
 * Looks through a page that was made here for what WCAG 2.2 A and AA ask of its markup, as far as markup tells: language,
 * title, landmarks, headings, labels, tables, names of controls, unique ids, a way past the navigation.
 */
export function findFlaws(page: string): readonly string[] {
  const flaws: string[] = [];
  const expectThat = (holds: boolean, words: string): void => {
    if (!holds) flaws.push(words);
  };
  const tags = readTags(page);
  const of = (name: string): readonly Tag[] => tags.filter((tag) => tag.name === name);
  expectThat(/^<!doctype html>\n<html lang="en-GB">/.test(page), "3.1.1: the language is said");
  expectThat(/<title>[^<]{3,} – Identity review<\/title>/.test(page), "2.4.2: the title says what the page is");
  expectThat(of("main").length === 1 && of("header").length === 1 && of("footer").length === 1, "1.3.1: landmarks");
  expectThat(
    tags.find(({ name }) => name === "a")?.of("href") === "#main",
    "2.4.1: first of all a way past the navigation",
  );
  expectThat(/name="viewport" content="width=device-width, initial-scale=1"/.test(page), "1.4.4: may be enlarged");
  flaws.push(...headingFlaws(tags), ...idFlaws(tags), ...controlFlaws(page, tags), ...tableFlaws(page));
  for (const tag of of("nav")) expectThat(tag.of("aria-label") !== undefined, "1.3.1: a navigation has a name");
  for (const tag of tags) {
    expectThat(
      ![...tag.attributes.keys()].some((name) => name.startsWith("on") || name === "style"),
      "no script, no style of its own",
    );
    expectThat(Number(tag.of("tabindex") ?? 0) <= 0, "2.4.3: the order of the page is the order of the keyboard");
    if (tag.of("role") === "img") expectThat(tag.of("aria-label") !== undefined, "1.1.1: a picture has words");
  }
  expectThat(!/<(script|iframe|object|embed|link|img)\b/.test(page), "nothing is fetched or run");
  expectThat(nesting(page), "4.1.1: every element that is opened is closed, in order");
  return flaws;
}

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  of(attribute: string): string | undefined;
}

function readTags(markup: string): readonly Tag[] {
  const body = markup.replace(/<style>[\s\S]*?<\/style>/, "");
  return [...body.matchAll(/<([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>/g)].map(([, name = "", told = ""]) => {
    const pairs = [...told.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)].map(
      ([, key = "", value = ""]) => [key, value] as const,
    );
    const attributes = new Map(pairs);
    return { name, attributes, of: (attribute) => attributes.get(attribute) };
  });
}

function headingFlaws(tags: readonly Tag[]): readonly string[] {
  const levels = tags.flatMap(({ name }) => (/^h[1-6]$/.test(name) ? [Number(name.slice(1))] : []));
  // The summary of errors stands before the main heading.
  const flaws = levels.filter((level) => level === 1).length === 1 ? [] : ["1.3.1: one main heading"];
  const skips = levels.slice(1).some((level, index) => level > (levels[index] ?? 0) + 1);
  return skips ? [...flaws, "1.3.1: no level of heading is left out"] : flaws;
}

function idFlaws(tags: readonly Tag[]): readonly string[] {
  const ids = tags.flatMap((tag) => tag.of("id") ?? []);
  const known = new Set(ids);
  const flaws = known.size === ids.length ? [] : [`ids are unique: ${ids.filter((id, at) => ids.indexOf(id) !== at)}`];
  const named = tags.flatMap((tag) => [
    ...(tag.of("for") === undefined ? [] : [tag.of("for") ?? ""]),
    ...(tag.of("aria-describedby") ?? "").split(" ").filter((id) => id !== ""),
    ...(tag.of("aria-labelledby") ?? "").split(" ").filter((id) => id !== ""),
    ...(/^#/.test(tag.of("href") ?? "") ? [(tag.of("href") ?? "").slice(1)] : []),
  ]);
  const lost = named.filter((id) => !known.has(id));
  return lost.length === 0 ? flaws : [...flaws, `what is named is there: ${lost}`];
}

/** 1.3.1, 3.3.2, 4.1.2: every field has a label, every button words, every group of choices a legend. */
function controlFlaws(page: string, tags: readonly Tag[]): readonly string[] {
  const labelled = new Set(tags.filter(({ name }) => name === "label").map((tag) => tag.of("for")));
  const fields = tags.filter((tag) => /^(input|select|textarea)$/.test(tag.name) && tag.of("type") !== "hidden");
  const flaws = fields
    .filter((tag) => !labelled.has(tag.of("id")))
    .map((tag) => `3.3.2: a label for ${tag.of("name")}`);
  if (/<button[^>]*>\s*<\/button>/.test(page)) flaws.push("4.1.2: a button has words");
  if (/<a [^>]*>\s*<\/a>/.test(page)) flaws.push("2.4.4: a link has words");
  const groups = page.split("<fieldset").slice(1);
  if (groups.some((group) => !/^[^>]*>\s*<legend>[^<]+<\/legend>/.test(group)))
    flaws.push("1.3.1: a legend for each group");
  const forms = page
    .split("<form")
    .slice(1)
    .map((part) => part.split("</form>")[0] ?? "");
  const open = forms.filter((form) => /method="post"/.test(form) && !/name="form-key" value="[\w-]{43}"/.test(form));
  return open.length === 0 ? flaws : [...flaws, "every form that does something carries its key"];
}

/** 1.3.1: a caption, heads with their scope, and as many cells in each row. */
function tableFlaws(page: string): readonly string[] {
  return page
    .split("<table>")
    .slice(1)
    .flatMap((part) => {
      const table = part.split("</table>")[0] ?? "";
      const flaws = /^\s*<caption>[^<]+<\/caption>/.test(table) ? [] : ["1.3.1: a table has a caption"];
      const heads = [...table.matchAll(/<th( scope="(?:col|row)")?>/g)];
      if (heads.some(([, scope]) => scope === undefined)) flaws.push("1.3.1: a head has a scope");
      const counts = new Set(
        table
          .split("<tr>")
          .slice(1)
          .map((row) => [...row.matchAll(/<t[hd][ >]/g)].length),
      );
      return counts.size === 1 ? flaws : [...flaws, `rows are equally long: ${[...counts]}`];
    });
}

const VOID = new Set(["meta", "input", "br"]);

function nesting(page: string): boolean {
  const open: string[] = [];
  const body = page.replace(/<style>[\s\S]*?<\/style>/, "").replace("<!doctype html>", "");
  for (const [, close, name = ""] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (VOID.has(name)) continue;
    if (close === "") open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}
