import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FORM } from "./gateway.fixtures.ts";
import { findFlaws } from "./review/pages/accessibility.fixtures.ts";
import { fieldOf, type ReviewHouse, startBrowser, startReviewHouse } from "./review.fixtures.ts";

const PAGES = "/identity/review";
const REASON = "The school has looked at its own list";

let review: ReviewHouse;
let browser: ReturnType<typeof startBrowser>;
let next = 0;

beforeAll(async () => {
  review = await startReviewHouse();
});
afterAll(() => review[Symbol.asyncDispose]());
beforeEach(async () => {
  browser = startBrowser(review.house);
  expect((await browser.signIn()).headers.get("location")).toBe(PAGES);
});

interface Opened {
  readonly item: number;
  readonly children: readonly [string, string];
}

async function openPair(told: Readonly<Record<string, string>> = {}): Promise<Opened> {
  next += 1;
  const pupil = (letter: string, more: Readonly<Record<string, string>>) =>
    review.pupil({
      FSP_PupilMatchingRef: `${letter}${next}`,
      FSP_DOB: `2020-${String((next % 12) + 1).padStart(2, "0")}-0${letter === "P" ? 1 : 9}`,
      FSP_POSTCODE: `LS${next} ${letter === "P" ? 1 : 2}CM`,
      ...more,
    });
  const one = await pupil("P", { FSP_FORENAME: "Merryn", FSP_SURNAME: `Asked${next}`, ...told });
  const other = await pupil("Q", { FSP_FORENAME: "Zebedee", FSP_SURNAME: `Beside${next}` });
  const item = await review.open({ source: "leeds-eyfsp", localId: `P${next}`, record: one, candidates: [other] });
  return { item, children: [await review.patientId(one), await review.patientId(other)] };
}

async function pageOf(path: string, status = 200): Promise<string> {
  const answered = await browser.visit(path);
  const page = await answered.text();
  expect(answered.status, page).toBe(status);
  return page;
}

/** Fills the decision form in and sends it on to be confirmed. */
async function confirm(item: number, fields: readonly (readonly [string, string])[]): Promise<Response> {
  const page = await pageOf(`${PAGES}/items/${item}`);
  return browser.submit(`${PAGES}/items/${item}/confirm`, [
    ["form-key", fieldOf(page, "form-key")],
    ["version", fieldOf(page, "version")],
    ...fields,
  ]);
}

/** All hidden fields of the form that posts to a path. */
function fieldsOf(page: string, action: string): readonly (readonly [string, string])[] {
  const form = page.split("<form").find((part) => part.includes(`action="${action}"`)) ?? "";
  const inputs = form.split("</form>")[0]?.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g) ?? [];
  return [...inputs].map(([, name = "", value = ""]) => [name, value] as const);
}

describe("a steward in a browser", () => {
  test("finds an item, compares, looks at what a merge would change, merges, and takes it back", async () => {
    const { item } = await openPair();
    expect(await pageOf(PAGES)).toContain(`href="${PAGES}/items/${item}"`);
    expect(await pageOf(`${PAGES}/items/${item}`)).toContain("Merryn");
    const checked = await confirm(item, [
      ["decision", "merge"],
      ["reason", REASON],
    ]);
    const page = await checked.text();
    expect(checked.status, page).toBe(200);
    expect(page).toContain("Nothing is decided yet");
    const done = await browser.submit(
      `${PAGES}/items/${item}/decision`,
      fieldsOf(page, `${PAGES}/items/${item}/decision`),
    );
    expect(done.status, await done.clone().text()).toBe(303);
    const decision = done.headers.get("location") ?? "";
    expect(decision).toMatch(/^\/identity\/review\/decisions\/\d+$/);
    const told = await pageOf(decision);
    expect(told).toContain(REASON);
    const undo = await browser.submit(`${decision}/confirm`, [
      ["form-key", fieldOf(told, "form-key")],
      ["reason", "It was two"],
    ]);
    const undoing = await undo.text();
    expect(undoing).toContain("Nothing is undone yet");
    const undone = await browser.submit(`${decision}/undo`, fieldsOf(undoing, `${decision}/undo`));
    expect(undone.status).toBe(303);
    expect(await pageOf(undone.headers.get("location") ?? "")).toContain("Undone");
    expect(await pageOf(`${PAGES}/items/${item}`)).toContain("before</h2>");
    expect(await pageOf(`${decision}/served`)).toContain("Served under");
    expect(await pageOf(`${PAGES}/decisions`)).toContain(REASON);
  });

  test("gets the form back with what was entered and what is wrong with it", async () => {
    const { item, children } = await openPair();
    const empty = await confirm(item, [["reason", ""]]);
    const page = await empty.text();
    expect(empty.status).toBe(422);
    expect(page).toContain("<title>Error: Item");
    expect(page).toContain('href="#decision"');
    expect(page).toContain('href="#reason"');
    const naming = await confirm(item, [
      ["decision", "keep-apart"],
      ["with", children[1]],
      ["reason", "It is merryn <3"],
    ]);
    const again = await naming.text();
    expect(naming.status).toBe(422);
    expect(again).toContain("It is merryn &lt;3</textarea>");
    expect(again).toMatch(/value="keep-apart" checked/);
  });

  test("goes back from the check without losing what was entered", async () => {
    const { item } = await openPair();
    const page = await (
      await confirm(item, [
        ["decision", "dismiss"],
        ["reason", "Not before Monday"],
      ])
    ).text();
    const back = await browser.submit(`${PAGES}/items/${item}/back`, fieldsOf(page, `${PAGES}/items/${item}/back`));
    const form = await back.text();
    expect(form).toContain("Not before Monday</textarea>");
    expect(form).toMatch(/value="dismiss" checked/);
  });

  test("filters the list, an empty field asking for nothing", async () => {
    const { item } = await openPair();
    const all = await pageOf(`${PAGES}?kind=&authority=&source=&opened-since=&opened-before=&state=open&order=oldest`);
    expect(all).toContain(`Item ${item}<`);
    const none = await pageOf(`${PAGES}?authority=wirral&kind=ambiguous`);
    expect(none).toContain("Nothing waits here");
    expect(none).toMatch(/<option value="wirral" selected>/);
  });

  test("meets a page that says so when somebody else was first", async () => {
    const { item } = await openPair();
    const page = await (
      await confirm(item, [
        ["decision", "keep-apart"],
        ["reason", REASON],
      ])
    ).text();
    const { version } = await review.item(item);
    const body = { decision: "dismiss", reason: "First" };
    await review.post(`/identity/items/${item}/decision`, body, { "If-Match": `"${version}"` });
    const late = await browser.submit(
      `${PAGES}/items/${item}/decision`,
      fieldsOf(page, `${PAGES}/items/${item}/decision`),
    );
    expect(late.status).toBe(409);
    expect(await late.text()).toContain("<h1>Changed meanwhile</h1>");
  });

  test("signs out, and the cookie opens nothing any more", async () => {
    const page = await pageOf(PAGES);
    const kept = new Map(browser.cookies);
    const out = await browser.submit(`${PAGES}/sign-out`, [["form-key", fieldOf(page, "form-key")]]);
    expect(out.status).toBe(303);
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect((await browser.visit(PAGES)).status).toBe(401);
  });
});

describe("a session", () => {
  test("is a cookie that no script reads and no other site sends, and holds no token", async () => {
    const fresh = startBrowser(review.house);
    const signed = await fresh.signIn();
    const [cookie = ""] = signed.headers.getSetCookie();
    expect(cookie).toMatch(
      /^identity-review=[\w-]{100,3800}; Path=\/identity\/review; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
    );
    expect(Number(/Max-Age=(\d+)/.exec(cookie)?.[1])).toBeLessThanOrEqual(300);
    expect(cookie).not.toContain(await review.house.token("steward-demo", "identity/review"));
  });

  test.each([
    [
      "without the form's key",
      (fields: readonly (readonly [string, string])[]) => fields.filter(([name]) => name !== "form-key"),
    ],
    [
      "with another key",
      (fields: readonly (readonly [string, string])[]) =>
        fields.map(([name, value]) => [name, name === "form-key" ? "x".repeat(43) : value] as const),
    ],
  ])("takes no form %s", async (_, change) => {
    const { item } = await openPair();
    const page = await (
      await confirm(item, [
        ["decision", "keep-apart"],
        ["reason", REASON],
      ])
    ).text();
    const sent = change(fieldsOf(page, `${PAGES}/items/${item}/decision`));
    expect((await browser.submit(`${PAGES}/items/${item}/decision`, sent)).status).toBe(403);
    expect((await review.item(item)).parties).toHaveLength(2);
  });

  test("takes no form that another site sent, nor one of another type", async () => {
    const { item } = await openPair();
    const page = await (
      await confirm(item, [
        ["decision", "keep-apart"],
        ["reason", REASON],
      ])
    ).text();
    const body = new URLSearchParams(
      fieldsOf(page, `${PAGES}/items/${item}/decision`).map(([a, b]) => [a, b]),
    ).toString();
    for (const headers of [
      { "Content-Type": FORM, "Sec-Fetch-Site": "cross-site" },
      { "Content-Type": "text/plain" },
    ]) {
      const sent = await browser.visit(`${PAGES}/items/${item}/decision`, { method: "POST", body, headers });
      expect(sent.status).toBe(403);
    }
    expect((await review.item(item)).parties).toHaveLength(2);
  });

  test("begins with no token that is none, and with no form of another browser", async () => {
    const other = startBrowser(review.house);
    const page = await (await other.visit(`${PAGES}/sign-in`)).text();
    const key = fieldOf(page, "form-key");
    const token = await review.house.token("steward-demo", "identity/review");
    const bad = await other.submit(`${PAGES}/sign-in`, [
      ["form-key", key],
      ["token", `${token}x`],
    ]);
    expect(bad.status).toBe(401);
    expect(await bad.text()).not.toContain(token);
    const stranger = startBrowser(review.house);
    await stranger.visit(`${PAGES}/sign-in`);
    expect(
      (
        await stranger.submit(`${PAGES}/sign-in`, [
          ["form-key", key],
          ["token", token],
        ])
      ).status,
    ).toBe(403);
  });

  test("leads after signing in to a page of ours alone", async () => {
    const other = startBrowser(review.house);
    for (const [asked, to] of [
      [`${PAGES}/items/5`, `${PAGES}/items/5`],
      ["https://elsewhere.example/", PAGES],
      ["//elsewhere.example/identity/review", PAGES],
      [`${PAGES}/../../ingest`, PAGES],
    ] as const) {
      const page = await (await other.visit(`${PAGES}/sign-in`)).text();
      const token = await review.house.token("steward-demo", "identity/review");
      const signed = await other.submit(`${PAGES}/sign-in`, [
        ["form-key", fieldOf(page, "form-key")],
        ["next", asked],
        ["token", token],
      ]);
      expect(signed.headers.get("location")).toBe(to);
    }
  });

  test("is needed for every page", async () => {
    const stranger = startBrowser(review.house);
    for (const path of [
      "",
      "/items/1",
      "/decisions",
      "/decisions/1",
      "/decisions/1/served",
      `/children/${"0".repeat(8)}`,
    ]) {
      const answered = await stranger.visit(`${PAGES}${path}`);
      expect(answered.status, path).toBe(401);
      expect(await answered.text()).toContain("<h1>Sign in</h1>");
    }
  });
});

describe("what a source tells", () => {
  const HOSTILE = [
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><h1>x</h1>",
    "{{constructor.constructor('alert(1)')()}}",
    "\u202Egnirts\u2066",
    "Ann\u0000a\u0007",
    `Long${"n".repeat(10_000)}`,
  ];

  /** As it stands on the page: told, and harmless. */
  const HOSTILE_SHOWN = new Map([
    [HOSTILE[0], "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"],
    [HOSTILE[5], "[U+202E]gnirts[U+2066]"],
    [HOSTILE[7], "… (10004 characters)"],
  ]);

  test("is text on every page, whatever it is", async () => {
    const { store } = review.house.gateway;
    for (const hostile of HOSTILE) {
      const { item } = await openPair();
      // As no reader of ours would let it in: straight into the store.
      const name = { source: "leeds-eyfsp", localId: `P${next}` };
      const identity = {
        localId: name.localId,
        given: hostile,
        family: hostile,
        postcode: hostile,
        gender: "female",
      } as const;
      await store.write((transaction) => transaction.putSourceIdentity(name.source, name.localId, identity, []));
      const page = await pageOf(`${PAGES}/items/${item}`);
      for (const part of ["<script", "<img", "<svg", "</textarea><h1>", "\u202E", "\u2066", "\u0000", "\u0007"]) {
        expect(page.includes(part), part).toBe(false);
      }
      expect(page).toContain(HOSTILE_SHOWN.get(hostile) ?? "<bdi>");
      expect(page.length).toBeLessThan(60_000);
      expect(findFlaws(page)).toEqual([]);
    }
  });

  test("is never in an address, a header or a title", async () => {
    const { item } = await openPair();
    const answered = await browser.visit(`${PAGES}/items/${item}`);
    const page = await answered.text();
    const addresses = [...page.matchAll(/(?:href|action)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(5);
    for (const address of addresses) expect(address).toMatch(/^(#[\w-]+|\/identity\/review(\/[\w-]+)*(\?[\w=&-]+)?)$/);
    expect(JSON.stringify([...answered.headers])).not.toMatch(/Merryn|Zebedee/);
    expect(/<title>([^<]*)</.exec(page)?.[1]).toBe(`Item ${item} – Identity review`);
  });
});

describe("every page", () => {
  test("can be read, heard and worked without a mouse, and asks nothing from elsewhere", async () => {
    const { item, children } = await openPair();
    const pages = new Map<string, string>();
    for (const path of ["", "/sign-in", `/items/${item}`, "/decisions", `/children/${children[0]}`]) {
      pages.set(path, await pageOf(`${PAGES}${path}`));
    }
    pages.set("not found", await pageOf(`${PAGES}/items/777777`, 404));
    pages.set("wrong", await (await confirm(item, [["reason", ""]])).text());
    const check = await (
      await confirm(item, [
        ["decision", "merge"],
        ["reason", REASON],
      ])
    ).text();
    pages.set("check", check);
    const done = await browser.submit(
      `${PAGES}/items/${item}/decision`,
      fieldsOf(check, `${PAGES}/items/${item}/decision`),
    );
    const decision = done.headers.get("location") ?? "";
    pages.set("decision", await pageOf(decision));
    pages.set("served", await pageOf(`${decision}/served`));
    const undo = [
      ["form-key", fieldOf(pages.get("decision") ?? "", "form-key")],
      ["reason", "Two"],
    ] as const;
    pages.set("undo", await (await browser.submit(`${decision}/confirm`, undo)).text());
    expect(pages.size).toBe(11);
    for (const [name, page] of pages) expect({ name, flaws: findFlaws(page) }).toEqual({ name, flaws: [] });
  });

  test("comes with a policy that lets in no script, no frame and nothing from elsewhere", async () => {
    const { headers } = await browser.visit(PAGES);
    const policy = headers.get("content-security-policy");
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(policy).not.toContain("unsafe");
    expect(headers.get("cache-control")).toBe("no-store, private");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("answers HEAD without a body", async () => {
    const headed = await browser.visit(PAGES, { method: "HEAD" });
    expect([headed.status, await headed.text()]).toEqual([200, ""]);
    expect(headed.headers.get("content-type")).toBe("text/html; charset=utf-8");
  });
});
