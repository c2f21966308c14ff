import type { CaseContext, ConformanceCase, Sample } from "../case.ts";
import { hasStatus, isSearchset, judge, that } from "../checks.ts";
import { dateOf, refusedByName, search, withSample } from "./samples.ts";
import { tryAll } from "./search-parameters.ts";

const SEARCH = { interaction: "search-type" } as const;

type Trial = readonly [parameter: string, value: string, finds: boolean];

/** Trials on the date of a resource that has one to the day, by its first declared date parameter with a value. */
function onDate(make: (parameter: string, day: string, whole: string) => readonly Trial[]): ConformanceCase["run"] {
  return withSample(async (context, _first, samples) => {
    const dated = datedSample(context, samples);
    if (dated === undefined) return { kind: "not-applicable", reason: "no resource at hand has a date to the day" };
    return tryAll(context, dated.sample, make(dated.parameter, dated.value.slice(0, 10), dated.value));
  });
}

function datedSample({ declared, type }: CaseContext, samples: readonly Sample[]) {
  const parameters = (declared?.parameters ?? []).filter(
    (each) => each.type === "date" && each.name !== "_lastUpdated",
  );
  for (const sample of samples) {
    for (const { name } of parameters) {
      const value = dateOf(type, name, sample.resource);
      if (value !== undefined && value.length >= 10) return { sample, parameter: name, value };
    }
  }
  return undefined;
}

function yearOf(day: string, offset: number): string {
  return String(Number(day.slice(0, 4)) + offset);
}

/** How dates compare. Only types with a date parameter and a dated resource are tried. */
export const SEARCH_DATE_CASES: readonly ConformanceCase[] = [
  {
    id: "search-parameters/date-forms",
    group: "search-parameters",
    requirements: ["DATE-01", "DATE-02"],
    title: "Dates from year to second are taken, colons encoded or not; an hour alone and a short year are 400.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const forms = [
        "2013",
        "2013-01",
        "2013-01-14",
        "2013-01-14T10:00",
        "2013-01-14T10:00:00Z",
        "2013-01-14T10:00:00.5Z",
      ];
      const good = await Promise.all(forms.map((value) => search(context, { _lastUpdated: value, _count: "1" })));
      const raw = await context.send("GET", `${context.type}?_lastUpdated=ge2013-01-14T10%3A00%3A00Z&_count=1`);
      const bad = await Promise.all(
        ["2013-01-14T10", "13-01"].map((value) => search(context, { _lastUpdated: value })),
      );
      return judge(...good.map(isSearchset), isSearchset(raw), ...bad.map((answer) => hasStatus(answer, 400)));
    },
  },
  {
    id: "search-parameters/date-precision",
    group: "search-parameters",
    requirements: ["DATE-03", "PFX-02"],
    title: "The day, month and year of a date find it; a minute of that day does not find a whole day.",
    scope: "type",
    needs: SEARCH,
    run: onDate((parameter, day, whole) => [
      [parameter, day, true],
      [parameter, day.slice(0, 7), true],
      [parameter, day.slice(0, 4), true],
      [parameter, yearOf(day, 1), false],
      ...(whole.length === 10 ? [[parameter, `${day}T10:00Z`, false] as const] : []),
    ]),
  },
  {
    id: "search-parameters/date-not-equal",
    group: "search-parameters",
    requirements: ["PFX-03"],
    title: "ne leaves out what eq finds, and finds the rest.",
    scope: "type",
    needs: SEARCH,
    run: onDate((parameter, day) => [
      [parameter, `eq${day}`, true],
      [parameter, `ne${day}`, false],
      [parameter, `ne${yearOf(day, -3)}`, true],
    ]),
  },
  {
    id: "search-parameters/date-order",
    group: "search-parameters",
    requirements: ["PFX-04", "PFX-01"],
    title: "gt, lt, ge, le, sa and eb find a date on their own side and not on the other.",
    scope: "type",
    needs: SEARCH,
    run: onDate((parameter, day) => [
      ...["gt", "ge", "sa"].flatMap((prefix): Trial[] => [
        [parameter, `${prefix}${yearOf(day, -1)}`, true],
        [parameter, `${prefix}${yearOf(day, 1)}`, false],
      ]),
      ...["lt", "le", "eb"].flatMap((prefix): Trial[] => [
        [parameter, `${prefix}${yearOf(day, 1)}`, true],
        [parameter, `${prefix}${yearOf(day, -1)}`, false],
      ]),
      [parameter, `ge${day}`, true],
      [parameter, `le${day}`, true],
      [parameter, `sa${day}`, false],
      [parameter, `eb${day}`, false],
    ]),
  },
  {
    id: "search-parameters/date-approximate",
    group: "search-parameters",
    requirements: ["PFX-05"],
    title: "ap of the stored day finds it.",
    scope: "type",
    needs: SEARCH,
    run: onDate((parameter, day) => [[parameter, `ap${day}`, true]]),
  },
  {
    id: "search-parameters/date-zone",
    group: "search-parameters",
    requirements: ["DATE-05"],
    title: "An instant written in two zones finds the same; a plus that became a space is read as a plus or 400.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const count = { _count: "3", _total: "accurate" };
      const utc = await search(context, { _lastUpdated: "ge2024-06-01T11:00:00Z", ...count });
      const east = await search(context, { _lastUpdated: "ge2024-06-01T12:00:00+01:00", ...count });
      const raw = await context.send("GET", `${context.type}?_lastUpdated=ge2024-06-01T12:00:00+01:00`);
      const refused = refusedByName(utc, "_total");
      if (refused !== undefined) return refused;
      const [one, other] = [utc, east].map((answer) => JSON.stringify(Object(answer.response.json).entry ?? []));
      return judge(
        isSearchset(utc),
        isSearchset(east),
        that(one === other, "the same result in both zones", "another one", east),
        hasStatus(raw, 200, 400),
      );
    },
  },
  {
    id: "search-parameters/date-impossible",
    group: "search-parameters",
    requirements: ["DATE-06", "ERR-01"],
    title: "2013-02-30 and 2013-13 are 400.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answers = await Promise.all(
        ["2013-02-30", "2013-13", "2013-00-10"].map((value) => search(context, { _lastUpdated: value })),
      );
      return judge(...answers.map((answer) => hasStatus(answer, 400)));
    },
  },
];
