import { featureRule, may, type Requirement, rule, section, shall, should } from "./requirement.ts";

/** Interactions on one resource: read, vread, update, patch, delete. R4 http.html. */
export const INSTANCE: readonly Requirement[] = [
  ...section("http.html#read", {
    "READ-01": shall("read", "A read brings the resource whose id the address names."),
    "READ-02": should("read", "A read carries the version and the time of the last change in its headers."),
    "READ-03": rule("read", "An id that nobody has is answered 404."),
    "READ-04": rule("delete", "An id that was deleted is answered 410, or 404 where deletions are forgotten."),
    "READ-05": may("delete", "The answer to a deleted id may carry the version of the deletion."),
    "READ-06": rule("read", "Text that cannot be an id is a client's mistake, never a server's failure."),
    "READ-07": should("summary", "A read that brings only part of a resource marks it as a subset."),
    "READ-08": rule("read", "Parameters that mean nothing to a read do not disturb it."),
  }),
  ...section("http.html#vread", {
    "VREAD-01": shall("vread", "A vread brings the version and the id that the address names."),
    "VREAD-02": should("vread", "The headers of a vread speak of that version, not of the current one."),
    "VREAD-03": rule("vread", "The version at which a resource was deleted is answered 410."),
    "VREAD-04": rule("vread", "A version that never was is answered 404 with an explanation."),
    "VREAD-05": should("vread", "The current version can be had by its version id, even where the past is not kept."),
    "VREAD-06": rule("vread", "A version id is given once in the life of a resource, deletion and return included."),
  }),
  ...section("http.html#update", {
    "UPD-01": shall("update", "A body without the id of the address is refused with 400."),
    "UPD-02": shall("update", "A body with another id than the address is refused with 400 and stored nowhere."),
    "UPD-03": shall("update", "Version and time are the server's to set, whatever the body claims."),
    "UPD-04": shall("update", "A successful change brings a new version and a time that does not go back."),
    "UPD-05": should("update", "Tags, labels, profiles and source stay as the client wrote them."),
    "UPD-06": shall("update", "A change to an existing resource is answered 200."),
    "UPD-07": shall("updateCreate", "An update that makes a resource, or revives a deleted one, is answered 201."),
    "UPD-08": shall("update", "The headers of a successful update speak of the new version."),
    "UPD-09": should("updateCreate", "An update that made a resource says where it is."),
    "UPD-10": should("update", "What a client stored is what everybody reads, to the last digit."),
    "UPD-11": rule("update", "A resource of another type than the address is refused with 400."),
    "UPD-14": rule("vread", "A later change leaves every earlier version as it was."),
  }),
  ...section("http.html#upsert", {
    "UPD-12": rule("update", "Whether clients may choose ids is declared, and is refused with 405 where they may not."),
  }),
  ...section("http.html#rejecting-updates", {
    "UPD-13": rule("update", "Content that cannot be read is answered 400, content that breaks a business rule 422."),
  }),
  ...section("updates.html", {
    "UPD-15": rule("update", "Storing the same content again may keep the version, but answer and read then agree."),
  }),
  ...section("http.html#cond-update", {
    "CUPD-01": rule("conditionalUpdate", "Criteria that nothing meets, with a body without id, make a new resource."),
    "CUPD-02": rule(
      "conditionalUpdate",
      "Criteria that nothing meets, with an id, follow the rule for client-chosen ids.",
    ),
    "CUPD-03": rule("conditionalUpdate", "Criteria that one resource meets change that resource."),
    "CUPD-04": rule(
      "conditionalUpdate",
      "If the one match has another id than the body, the update is refused with 400.",
    ),
    "CUPD-05": rule(
      "conditionalUpdate",
      "Criteria that several resources meet are refused with 412, and nothing changes.",
    ),
    "CUPD-06": rule("conditionalUpdate", "Criteria that say nothing never choose a resource to change."),
    "CUPD-07": should("update", "A server without conditional update refuses one."),
  }),
  ...section("http.html#concurrency", {
    "LOCK-01": rule("update", "An update made on an old version is refused with 412 and leaves no trace."),
    "LOCK-02": rule("update", "An update made on the current version goes through."),
    "LOCK-03": rule("update", "A server that insists on If-Match says so with 400."),
    "LOCK-04": rule("update", "Of several updates made on one version at once, a single one goes through."),
    "LOCK-05": rule("update", "An If-Match that cannot be read is refused, not overlooked."),
  }),
  ...section("http.html#summary", {
    "LOCK-06": rule("patch", "If-Match protects deletes and patches as it protects updates."),
  }),
  ...section("http.html#patch", {
    "PAT-01": shall("patch", "Only the patch formats that are declared are taken, others are answered 415."),
    "PAT-02": shall("patch", "A patch is applied to what the server holds, wholly or not at all."),
    "PAT-03": shall("patch", "A patch can be bound to a version by If-Match."),
    "PAT-04": rule("patch", "The patched resource is validated, versioned and answered as after an update."),
    "PAT-05": rule("patch", "A patch of nothing is answered 404, or 410 for what was deleted."),
    "PAT-06": rule("patch", "A patch cannot change the type, the id or the version of a resource."),
    "PAT-07": shall("patch", "A narrative that no longer fits the patched data does not survive the patch."),
    "PAT-08": featureRule(
      "conditionalPatch",
      "A conditional patch needs exactly one match: 404 for none, 412 for several.",
    ),
    "PAT-09": rule("patch", "A test operation that fails stops the whole patch."),
    "PAT-10": rule("patch", "A patch body that is no list of operations is refused with 400."),
  }),
  ...section("http.html#delete", {
    "DEL-01": rule("delete", "A deleted resource is neither read nor found any more, from that moment on."),
    "DEL-02": rule("delete", "A successful delete is answered 200 with a body, 204 without one, or 202."),
    "DEL-03": rule("delete", "To delete what is not there succeeds and changes nothing."),
    "DEL-04": rule("delete", "A type whose instances may not be deleted answers 405."),
    "DEL-05": rule("delete", "A delete that would leave references hanging may be refused, with 409."),
    "DEL-06": rule("history", "The history shows a deletion as an entry that has no resource."),
    "DEL-07": rule("updateCreate", "An update brings a deleted resource back under its next version."),
    "DEL-08": may("delete", "The answer to a delete may carry the version that the deletion made."),
  }),
  ...section("http.html#conditional-delete", {
    "CDEL-01": rule("conditionalDelete", "Criteria that none or one resource meets act as a plain delete."),
    "CDEL-02": rule(
      "conditionalDelete",
      "Several matches are all deleted where that is declared, else refused with 412.",
    ),
    "CDEL-03": rule("conditionalDelete", "Criteria that say nothing never delete anything."),
  }),
];
