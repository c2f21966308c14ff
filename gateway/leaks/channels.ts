/** A way in which an answer could tell of what is hidden, with the tests that hold it closed. */
export interface Channel {
  readonly number: number;
  readonly name: string;
  /** File below `gateway/` and title, or the beginning of it. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}

const ALIKE = ["leaks/non-interference.test.ts", "requests are answered alike by two gateways"] as const;
const READ = ["leaks/hidden-as-absent.test.ts", "is read by %s as one that never was"] as const;
const WRITTEN = ["leaks/hidden-as-absent.test.ts", "is written to by %s as one that never was"] as const;
const search = (title: string) => ["leaks/searches.test.ts", title] as const;
const refused = (title: string) => ["leaks/refused.test.ts", title] as const;
const page = (title: string) => ["leaks/pages.test.ts", title] as const;
const others = (title: string) => ["leaks/told-by-others.test.ts", title] as const;

/** The sixty that a strict reviewer would try, in the order in which the disclosure review names them. */
export const CHANNELS: readonly Channel[] = [
  {
    number: 1,
    name: "read, vread, history of a hidden id",
    tests: [READ, search("a hidden id is read, in any version, as one that never was"), ALIKE],
  },
  {
    number: 2,
    name: "403, 404 or 410",
    tests: [READ, others("as a decision restricts others until it is taken back")],
  },
  { number: 3, name: "totals", tests: [search("no count and no total holds what is hidden")] },
  { number: 4, name: "pages", tests: [page("is as full as asked for but for the last, whatever is hidden between")] },
  {
    number: 5,
    name: "page tokens",
    tests: [page("goes on for nobody else, under no other scope, nor with one character changed")],
  },
  { number: 6, name: "a search on a hidden value", tests: [search("a search on a hidden value finds nothing of it")] },
  { number: 7, name: "_has", tests: [search("_has looks at what is visible alone")] },
  { number: 8, name: "chains", tests: [search("a chain looks at what is visible alone")] },
  { number: 9, name: "_include", tests: [search("_include leads to nothing hidden, at any step")] },
  { number: 10, name: "_revinclude", tests: [search("_revinclude leads to nothing hidden, at any step")] },
  { number: 11, name: "_sort", tests: [search("an order is one of visible values alone")] },
  {
    number: 12,
    name: "an element that is left out, searched for",
    tests: [search("a restricted child is found by no place"), ALIKE],
  },
  { number: 13, name: "modifiers", tests: [search("no modifier tells of what is hidden")] },
  {
    number: 14,
    name: "labels, tags, profiles, sources",
    tests: [search("labels, tags, profiles and sources are searched in what is visible alone")],
  },
  {
    number: 15,
    name: "full text, lists and named queries",
    tests: [refused("%s, strictly and leniently, before it finds anything")],
  },
  {
    number: 16,
    name: "composites, ranges, prefixes",
    tests: [search("a composite, a prefix and a bisection meet visible values alone")],
  },
  { number: 17, name: "times and versions", tests: [search("times and versions count no hidden change"), ALIKE] },
  { number: 18, name: "ids", tests: [refused("bears ids that say nothing of how many there are")] },
  {
    number: 19,
    name: "ETags and conditions",
    tests: [search("a condition on a version or a time answers alike"), READ],
  },
  { number: 20, name: "conditional writes", tests: [WRITTEN] },
  {
    number: 21,
    name: "references to what is hidden",
    tests: [search("_include leads to nothing hidden, at any step"), WRITTEN],
  },
  {
    number: 22,
    name: "contained parts, narrative, notes",
    tests: [others("of a restricted child tells nobody a place, in no interaction")],
  },
  { number: 23, name: "resources that hold others whole", tests: [refused("a resource that holds others whole")] },
  {
    number: 24,
    name: "performers and places",
    tests: [
      others("of a restricted child tells nobody a place, in no interaction"),
      search("organisations that a source beyond the agreement tells of are not there"),
    ],
  },
  {
    number: 25,
    name: "labels in answers",
    tests: [refused("to a care client marks nothing as cut, masked or withheld")],
  },
  {
    number: 26,
    name: "marks of withholding",
    tests: [refused("to a care client marks nothing as cut, masked or withheld")],
  },
  {
    number: 27,
    name: "which elements are there",
    tests: [search("_elements and _summary are cut from what was shown already"), ALIKE],
  },
  {
    number: 28,
    name: "_elements and _summary",
    tests: [search("_elements and _summary are cut from what was shown already")],
  },
  {
    number: 29,
    name: "operations",
    tests: [search("$everything, $lastn, $match and $ihe-pix look at what is visible alone"), refused("an aggregate")],
  },
  {
    number: 30,
    name: "batch and transaction",
    tests: [search("the entries of a batch are answered as requests of their own"), WRITTEN],
  },
  { number: 31, name: "bulk export", tests: [refused("a bulk export")] },
  {
    number: 32,
    name: "an objection in the middle of a walk",
    tests: [page("holds nothing that an objection took away since the page before"), ALIKE],
  },
  { number: 33, name: "subscriptions", tests: [refused("a Subscription, and with it any address to call back")] },
  {
    number: 34,
    name: "addresses to call back",
    tests: [refused("a Subscription, and with it any address to call back")],
  },
  {
    number: 35,
    name: "Consents, Provenances, AuditEvents",
    tests: [
      search("a family's decisions, and what was recorded of whom, are read by nobody else"),
      ["leaks/audit-readers.test.ts", "is read in the audit log by those alone who read Consents"],
      READ,
    ],
  },
  {
    number: 36,
    name: "error texts",
    tests: [["leaks/canaries.test.ts", "stands nowhere but in the bodies that may hold it"]],
  },
  {
    number: 37,
    name: "unsupported or no match",
    tests: [refused("%s, strictly and leniently, before it finds anything"), READ],
  },
  {
    number: 38,
    name: "time",
    tests: [["../conformance/bench/timing/statistics.test.ts", "a shift is found, with its size and its sign"]],
  },
  {
    number: 39,
    name: "sizes and compression",
    tests: [refused("is sent uncompressed, for no cache, without a count of what was looked through"), ALIKE],
  },
  {
    number: 40,
    name: "counts in headers",
    tests: [refused("is sent uncompressed, for no cache, without a count of what was looked through")],
  },
  {
    number: 41,
    name: "caches",
    tests: [refused("is sent uncompressed, for no cache, without a count of what was looked through")],
  },
  {
    number: 42,
    name: "URLs",
    tests: [["leaks/canaries.test.ts", "stands nowhere but in the bodies that may hold it"]],
  },
  {
    number: 43,
    name: "logs, metrics, traces",
    tests: [
      ["leaks/canaries.test.ts", "stands nowhere but in the bodies that may hold it"],
      ["leaks/process-log.test.ts", "the log of the process, from its start to its end"],
      ["metrics.test.ts", "the open metrics tell how the gateway fares"],
    ],
  },
  {
    number: 44,
    name: "the contract itself",
    tests: [refused("of the contract is the same to all, before and after data")],
  },
  {
    number: 45,
    name: "families and households",
    tests: [
      search("another child of the same family, household, practice or birth date stays unknown"),
      refused("a resource about a relative or a household"),
    ],
  },
  {
    number: 46,
    name: "trying numbers",
    tests: [["leaks/hidden-as-absent.test.ts", "number is asked for as nobody's"]],
  },
  {
    number: 47,
    name: "one child that becomes another",
    tests: [search("two strangers who are found to be one child, or two again, stay unknown"), ALIKE],
  },
  {
    number: 48,
    name: "purposes",
    tests: [["access/token.test.ts", "gets a token that says who asks, for whom, why and under which agreement"]],
  },
  {
    number: 49,
    name: "scopes",
    tests: [
      ["leaks/rights.test.ts", "$scope: $path"],
      ["leaks/rights.test.ts", "%s is refused each for which it lacks the scope"],
    ],
  },
  {
    number: 50,
    name: "other names of an organisation",
    tests: [["gateway.test.ts", "a header that names another organisation is refused"]],
  },
  {
    number: 51,
    name: "a newer permit",
    tests: [page("holds nothing that an objection took away since the page before")],
  },
  {
    number: 52,
    name: "edges of periods",
    tests: [
      ["disclosure/consent-vote.test.ts", "when its first day begins, UK time"],
      ["disclosure/consent-vote.test.ts", "in winter by winter's clock"],
      ["disclosure/consent-vote.test.ts", "data of a year that reaches beyond its end"],
      ["interactions/record-reader-consent.test.ts", "an objection begins, and returns when it ends"],
    ],
  },
  {
    number: 53,
    name: "codes without a label",
    tests: [
      ["interactions/guard-labels.test.ts", "under a code that no list knows"],
      ["disclosure/decide-visibility.test.ts", "unknown to every list"],
      ["interactions/record-reader-labels.test.ts", "other lists take hold at once"],
      ["compose-labels.test.ts", "is in force from the start, and its successor when it is taken into use"],
    ],
  },
  {
    number: 54,
    name: "decisions kept too long",
    tests: [["gateway.test.ts", "takes its class away at once, and leaves no trace of it"]],
  },
  {
    number: 55,
    name: "failures",
    tests: [
      ["edges.test.ts", "what went wrong inside is a bare 500"],
      ["edges.test.ts", "and is 503 when it cannot be recorded"],
    ],
  },
  {
    number: 56,
    name: "two clients together",
    tests: [
      ["edges.test.ts", "a refused FHIR request leaves a record with its requester"],
      ["audit/audit-event.test.ts", "a search says who asked, for whom, why"],
    ],
  },
  { number: 57, name: "aggregates again and again", tests: [refused("an aggregate")] },
  {
    number: 58,
    name: "what families see",
    tests: [
      ["operations/seen-by.test.ts", "newest first and without gaps, later and with silence"],
      ["operations/seen-by.test.ts", "of a restricted child as much is told as of one of whom nobody has asked"],
      refused("a resource about a relative or a household"),
    ],
  },
  { number: 59, name: "what a write finds", tests: [WRITTEN] },
  {
    number: 60,
    name: "copies, indexes and queues",
    tests: [
      ["leaks/canaries.test.ts", "stands nowhere but in the bodies that may hold it"],
      ["store/sqlite/sqlite.test.ts", "what is forgotten is overwritten in the file, on pages of its own too"],
    ],
  },
];
