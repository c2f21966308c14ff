import { may, type Requirement, rule, section, shall, should } from "./requirement.ts";

/** What holds for every exchange: addresses, status codes, formats, Prefer, caching and versions. R4 http.html. */
export const HTTP: readonly Requirement[] = [
  ...section("http.html#general", {
    "GEN-01": shall("metadata", "A server says what it serves in a CapabilityStatement, and serves it."),
    "GEN-02": shall("read", "Upper and lower case matter in the type and the id of an address."),
  }),
  ...section("http.html#root", {
    "GEN-03": shall("read", "An address means the same resource whether it is reached by http or by https."),
    "GEN-04": rule("search", "Addresses below the base are built with a single slash, for the base ends without one."),
    "GEN-05": should("search", "Percent-encoded bytes in an address are read as UTF-8."),
  }),
  ...section("http.html#Status-Codes", {
    "GEN-06": shall("-", "A situation for which R4 names a status is answered with that status."),
    "GEN-07": should("-", "Every refusal and failure explains itself in an OperationOutcome of FHIR media type."),
    "GEN-08": rule("-", "An address or type the server does not know is answered 404."),
    "GEN-09": rule("-", "A wrong method on a known address is answered 405, with the right ones in Allow."),
  }),
  ...section("http.html#security", {
    "GEN-10": should("-", "Browser clients are let in by CORS and may read the headers that FHIR relies on."),
  }),
  ...section("http.html#return", {
    "GEN-11": should("-", "Answers are dated by a Date header."),
  }),
  ...section("http.html#mime-type", {
    "MIME-01": shall("read", "JSON travels as application/fhir+json."),
    "MIME-02": shall("read", "The format of the answer is negotiated by Accept, weights and wildcards included."),
    "MIME-03": should("read", "A client that asks for plain JSON is given FHIR JSON."),
    "MIME-04": rule("read", "If no format in Accept can be produced, the answer is 406."),
    "MIME-05": rule("create", "A body in a format the server cannot read is answered 415."),
    "MIME-06": shall("create", "Bodies are UTF-8, and another charset is refused rather than misread."),
    "MIME-07": may(
      "read",
      "The media types of the second draft standard may still be asked for, and never crash a server.",
    ),
  }),
  ...section("http.html#version-parameter", {
    "MIME-08": rule("read", "A client may name the FHIR version it wants, and is not given another under that name."),
  }),
  ...section("http.html#parameters", {
    "MIME-09": should("read", "_format wins over Accept."),
    "MIME-10": shall("read", "All spellings of a format in _format mean that format."),
    "MIME-11": rule("create", "_format speaks of the answer alone, never of the body that was sent."),
    "MIME-12": may("read", "_pretty changes white space and nothing else."),
    "MIME-13": rule("read", "_summary and _elements give a marked subset, or have no effect at all."),
  }),
  ...section("http.html#return", {
    "RET-01": should("create", "A client that prefers minimal gets headers and no body."),
    "RET-02": should("create", "A client that prefers the representation gets the resource as stored."),
    "RET-03": should("create", "A client that prefers an OperationOutcome gets one that reports no error."),
    "RET-04": rule("create", "A success without a preference brings the resource or nothing, not an OperationOutcome."),
    "RET-05": should("update", "A refusal explains itself even to a client that prefers minimal answers."),
  }),
  ...section("http.html#cread", {
    "CRD-01": may("read", "A read whose If-None-Match still fits may be answered 304 without a body."),
    "CRD-02": may("read", "A read of something unchanged since If-Modified-Since may be answered 304."),
  }),
  ...section("http.html#versions", {
    "VER-01": should("update", "Each change makes a version that can be named, fetched and checked against."),
    "VER-02": shall("update", "A server that keeps no versions leaves versionId out, and lastUpdated stays true."),
  }),
  ...section("http.html#versioning", {
    "VER-03": should("read", "The version is sent as a weak entity tag."),
    "VER-05": rule("read", "Last-Modified says the same moment as meta.lastUpdated, to the second."),
  }),
  ...section("http.html#concurrency", {
    "VER-04": shall("read", "The entity tag holds exactly the versionId of the resource in the body."),
  }),
];
