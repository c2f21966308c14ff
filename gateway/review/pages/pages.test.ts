import { describe, expect, test } from "vitest";
import { findFlaws } from "./accessibility.fixtures.ts";
import { type HtmlValue, html, told } from "./html.ts";
import { toPage } from "./layout.ts";
import { signInPage } from "./sign-in-page.ts";
import { BAR_STEPS, COLOURS, CONTRASTS, STYLE } from "./style.ts";

describe("markup", () => {
  test.each<[HtmlValue, string]>([
    ["<b>", "&lt;b&gt;"],
    [`"'&`, "&quot;&#39;&amp;"],
    ["a\u202Eb", "a[U+202E]b"],
    ["a\u0000b\u200Bc", "a[U+0000]b[U+200B]c"],
    ["two\nlines", "two\nlines"],
    [0, "0"],
    [undefined, ""],
    [false, ""],
  ])("of a value %j is %j", (value, markup) => {
    expect(html`${value}`.markup).toBe(markup);
  });

  test("made here stands as it is, one by one in a list", () => {
    expect(html`<ul>${["<", ">"].map((one) => html`<li>${one}</li>`)}</ul>`.markup).toBe(
      "<ul><li>&lt;</li><li>&gt;</li></ul>",
    );
  });

  test("of a long value is cut between characters, and says how long it was", () => {
    const shown = told("👶".repeat(5_000)).markup;
    expect(shown).toBe(`<bdi>${"👶".repeat(200)}</bdi> … (5000 characters)`);
  });
});

describe("colours", () => {
  const channel = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
      channel(Number.parseInt(colour.slice(at, at + 2), 16) / 255),
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one: string, other: string): number => {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  test.each(CONTRASTS)("%s on %s stands out by at least %d", (foreground, background, least) => {
    expect(contrast(COLOURS[foreground], COLOURS[background])).toBeGreaterThanOrEqual(least);
  });

  test("are measured as the guidelines do", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  });

  test("of the stylesheet are all among those that are checked", () => {
    const used = new Set(STYLE.match(/#[0-9a-f]{3,8}\b/gi));
    expect(used.isSubsetOf(new Set(Object.values(COLOURS)))).toBe(true);
  });

  test("mark where the keyboard is, with an outline that is never taken away", () => {
    expect(STYLE).toMatch(/:focus-visible[^{]*\{\s*outline: 3px solid/);
    expect(STYLE).not.toMatch(/outline:\s*(0|none)/);
    expect(contrast(COLOURS.text, COLOURS.page)).toBeGreaterThanOrEqual(3);
  });

  test("are there for bars of every length", () => {
    for (let step = 0; step <= BAR_STEPS; step += 1) expect(STYLE).toContain(`.bar-${step} i`);
  });
});

describe("the check of pages", () => {
  const good = signInPage({ formKey: "k".repeat(43), next: "/identity/review" });

  test("finds nothing wrong with a good page", () => {
    expect(findFlaws(good)).toEqual([]);
  });

  test.each([
    ["no language", good.replace(' lang="en-GB"', "")],
    ["no title", good.replace(/<title>.*<\/title>/, "<title></title>")],
    ["no main part", good.replace("<main ", "<div ").replace("</main>", "</div>")],
    ["no way past the navigation", good.replace('href="#main"', 'href="/"')],
    ["two main headings", good.replace("</h1>", "</h1><h1>Again</h1>")],
    ["a level of heading left out", good.replace("</h1>", "</h1><h3>Deep</h3>")],
    ["an id twice", good.replace("</main>", '<p id="token">x</p></main>')],
    ["a description that is not there", good.replace('id="token-hint"', "")],
    ["a field without a label", good.replace('for="token"', 'for="other"')],
    ["a button without words", good.replace("<button>Sign in", "<button>")],
    ["a form without its key", good.replace('name="form-key"', 'name="key"')],
    ["a script of its own", good.replace("<main", '<main onclick="x"')],
    ["a style of its own", good.replace("<main", '<main style="x"')],
    ["an order of its own for the keyboard", good.replace('tabindex="-1"', 'tabindex="3"')],
    ["something from elsewhere", good.replace("</main>", '<img src="x"></main>')],
    ["an element that is not closed", good.replace("</label>", "")],
    ["a group of choices without a legend", good.replace("<button>", "<fieldset><p>x</p></fieldset><button>")],
    ["a table without a caption", good.replace("</main>", "<table><tbody><tr><td>1</td></tr></tbody></table></main>")],
    [
      "a head without a scope",
      good.replace("</main>", "<table><caption>x</caption><tbody><tr><th>1</th></tr></tbody></table></main>"),
    ],
    [
      "rows of other lengths",
      good.replace("</main>", "<table><caption>x</caption><tbody><tr><td>1</td></tr><tr></tr></tbody></table></main>"),
    ],
  ])("finds %s", (_, page) => {
    expect(page).not.toBe(good);
    expect(findFlaws(page)).not.toEqual([]);
  });
});

test("a page says first in its title that something is wrong, and leads to it", () => {
  const flaws = [{ field: "main", message: "Choose <one>" }];
  const page = toPage({ title: "Item 1", content: html`<p>x</p>`, flaws });
  expect(page).toContain("<title>Error: Item 1 – Identity review</title>");
  expect(page).toContain('<a href="#main">Choose &lt;one&gt;</a>');
  expect(findFlaws(page)).toEqual([]);
});
