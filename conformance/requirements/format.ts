import { type Requirement, rule, section, shall, should } from "./requirement.ts";

/** What every body must look like: OperationOutcome, Bundle, resources and JSON. R4 resource pages and json.html. */
export const FORMAT: readonly Requirement[] = [
  ...section("operationoutcome.html", {
    "OO-01": shall("-", "An OperationOutcome has an issue, and each issue a severity and a code that R4 knows."),
    "OO-02": shall("-", "Where an issue names the element, it does so by a simple path."),
    "OO-03": should("-", "An error tells the client what was wrong and gives nothing of the server away."),
  }),
  ...section("bundle.html#bdl-1", {
    "BDL-01": shall("-", "Only searches and histories have a total, and only searches have search entries."),
  }),
  ...section("bundle.html#bdl-7", {
    "BDL-02": shall("-", "Within a Bundle no full address comes twice, and none names a version."),
  }),
  ...section("bundle.html", {
    "BDL-03": shall("-", "The full address of an entry ends in the id of its resource."),
  }),
  ...section("resource.html#id", {
    "RES-01": shall("-", "An id belongs to one resource for ever."),
  }),
  ...section("resource.html#metadata", {
    "RES-02": rule("update", "The version changes with the content and only with it, and its time has a zone."),
  }),
  ...section("json.html", {
    "JSON-01": shall("-", "JSON has no empty member, and null only where it holds a place in a list."),
    "JSON-02": shall("create", "Empty or unknown members in a body are refused, or at least never stored."),
    "JSON-03": rule("create", "Extensions on primitive values come back in their places."),
    "JSON-04": rule("create", "A value of the wrong JSON type is refused."),
  }),
  ...section("datatypes.html#decimal", {
    "JSON-05": shall("create", "A decimal comes back with the digits with which it was sent."),
  }),
  ...section("datatypes.html#dateTime", {
    "JSON-06": shall("create", "A time needs a zone, while year, month and day may stand alone."),
  }),
  ...section("datatypes.html#string", {
    "JSON-07": should("create", "A string holds no control character but tab and line ends."),
  }),
  ...section("narrative.html#security", {
    "JSON-08": shall("create", "A narrative that could run or fetch anything is never served."),
  }),
];
