import { featureRule, may, type Requirement, rule, section, shall, should } from "./requirement.ts";

/** The server as a whole: capabilities, batch, transaction, history, paging, HEAD and headers. R4 http.html. */
export const SYSTEM: readonly Requirement[] = [
  ...section("http.html#capabilities", {
    "CAP-01": shall("metadata", "The CapabilityStatement can be had at [base]/metadata by anybody."),
    "CAP-02": may("metadata", "The mode parameter of metadata is understood or has no effect."),
    "CAP-03": shall("metadata", "An entity tag on the CapabilityStatement changes when the statement does."),
  }),
  ...section("capabilitystatement.html", {
    "CAP-04": shall("metadata", "A CapabilityStatement has status, date, kind, FHIR version and formats."),
    "CAP-08": rule("metadata", "Every interaction that is declared answers."),
    "CAP-09": rule("metadata", "An interaction that is not declared is refused."),
    "CAP-10": rule("metadata", "Every search parameter that is declared is accepted and used."),
    "CAP-11": rule("metadata", "Flags about versions, history and conditions agree with the interactions declared."),
    "CAP-12": rule("metadata", "Every include that is declared is accepted, and one that is not is not claimed."),
  }),
  ...section("capabilitystatement.html#cpb-1", {
    "CAP-05": shall("metadata", "A CapabilityStatement describes REST, messaging or documents, each REST mode once."),
  }),
  ...section("capabilitystatement.html#cpb-9", {
    "CAP-06": shall("metadata", "No type is declared twice, and no search parameter twice on a type."),
  }),
  ...section("capabilitystatement.html#cpb-14", {
    "CAP-07": shall("metadata", "A statement about an instance names it, one about software names that."),
  }),
  ...section("http.html#transaction", {
    "BAT-01": shall("batch", "Each entry of a batch says what to do, and brings a resource where one is needed."),
    "BAT-07": should("-", "A server without batch and transaction refuses a Bundle with 400."),
    "BAT-08": rule("batch", "A body at the base that is neither batch nor transaction is refused with 400."),
  }),
  ...section("http.html#brules", {
    "BAT-02": rule("batch", "A batch is answered 200, and each entry has a status of its own."),
    "BAT-03": rule("batch", "An entry of a batch that fails leaves the others untouched."),
  }),
  ...section("http.html#transaction-response", {
    "BAT-04": shall("batch", "The answer has one entry for each entry sent, in the same order."),
    "BAT-05": shall("batch", "Each entry of the answer has a status, and address and version where a write made them."),
    "BAT-06": rule("batch", "An entry that failed explains itself in its own OperationOutcome."),
    "TX-12": rule("transaction", "A transaction that fails brings one OperationOutcome that names the entry at fault."),
  }),
  ...section("http.html#trules", {
    "TX-01": shall("transaction", "A transaction takes effect wholly or not at all."),
    "TX-02": shall("transaction", "The order of the entries does not change what a transaction does."),
    "TX-03": rule("transaction", "Deletes come first, then creates, then changes, then reads, references last."),
    "TX-04": shall("transaction", "Two entries that act on the same resource make the transaction fail."),
    "TX-05": shall("transaction", "References to resources made in the same transaction become their new addresses."),
    "TX-06": shall(
      "transaction",
      "Links in every link-like element and in narrative are rewritten, canonicals are not.",
    ),
    "TX-07": rule("transaction", "A reference to a version still names a version after rewriting."),
    "TX-08": rule("transaction", "References to things outside the transaction stay as they are."),
    "TX-09": shall("transaction", "A reference by criteria becomes the one match, and none or several fail it all."),
    "TX-10": rule("transaction", "A transaction without entries succeeds."),
    "TX-11": rule("transaction", "Conditions in an entry work as the headers of the same names."),
  }),
  ...section("http.html#ops", {
    "TX-13": should("transaction", "Prefer on a batch or transaction holds for its entries."),
  }),
  ...section("http.html#history", {
    "HIST-01": rule("history", "The history of a resource lists all its versions, newest first, deletions included."),
    "HIST-02": shall("history", "A history entry says what was done, and shows the resource unless it was deleted."),
    "HIST-04": should("history", "A history entry says when it happened."),
    "HIST-05": shall("history", "The parameters of history are each given once at most."),
    "HIST-06": rule("history", "_since brings what happened at that moment or later."),
    "HIST-07": rule("history", "_at brings the versions that were current at some time of the period."),
    "HIST-08": shall("history", "History is paged by links, in pages of the size asked for."),
    "HIST-09": featureRule("history-type", "History of a type or of all types has every version and deletion."),
    "HIST-10": rule("history", "The history of an unknown id is answered 404."),
    "HIST-11": rule("history", "A conditional change is shown in history as the plain change it came to."),
  }),
  ...section("bundle.html", {
    "HIST-03": shall("history", "A history entry has both the request and the response with its status."),
  }),
  ...section("http.html#paging", {
    "PAGE-01": shall("search", "A result in pages is walked by next links, which bring each match exactly once."),
    "PAGE-02": shall("search", "Each page says by a self link what it is."),
    "PAGE-03": rule("search", "The first page leads nowhere back, the last one nowhere on."),
    "PAGE-04": rule("search", "A page link works as it stands."),
    "PAGE-05": rule("search", "The pages of a search sent by POST are fetched by GET."),
    "PAGE-06": may("search", "total counts the matches on all pages, and nothing but matches."),
  }),
  ...section("search.html#currency", {
    "PAGE-07": rule("search", "A page link that was damaged or has expired is refused as the client's mistake."),
  }),
  ...section("http.html#head", {
    "HEAD-01": rule("read", "HEAD gives the headers of GET without its body, or is refused."),
  }),
  ...section("http.html#custom", {
    "HDR-01": should("-", "An answer can be traced by the request id that the client sent or the server made."),
    "HDR-02": shall("gateway", "Passing through an intermediary is marked by a header on which no end point acts."),
  }),
];
