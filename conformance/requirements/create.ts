import { type Requirement, rule, section, shall, should } from "./requirement.ts";

/** create and conditional create. R4 http.html. */
export const CREATE: readonly Requirement[] = [
  ...section("http.html#create", {
    "CRE-01": shall("create", "The server names a new resource itself, whatever id the body has."),
    "CRE-02": shall("create", "Version and time in the body of a create are disregarded."),
    "CRE-03": shall("create", "A new resource has an id, a version where versions are kept, and a time."),
    "CRE-04": shall("create", "A create is answered 201 and says under which versioned address the resource lies."),
    "CRE-05": should("create", "The headers of a create carry the version and its time."),
    "CRE-06": rule("create", "A body that is no resource is refused with 400."),
    "CRE-07": rule("create", "A resource of another type than the address is refused with 400."),
    "CRE-08": rule("create", "A resource that breaks a business rule is refused with 422, naming the element."),
    "CRE-09": rule("create", "A create on a type the server does not serve is answered 404."),
    "CRE-10": should("create", "A valid resource is stored as it was sent."),
  }),
  ...section("datatypes.html#id", {
    "CRE-11": rule("create", "Ids that a server gives are made of letters, digits, dots and dashes, 64 at most."),
  }),
  ...section("http.html#ccreate", {
    "CCRE-01": rule("conditionalCreate", "A create whose condition nothing meets goes ahead."),
    "CCRE-02": rule("conditionalCreate", "A create whose condition one resource meets makes nothing and points there."),
    "CCRE-03": rule("conditionalCreate", "A create whose condition several resources meet is refused with 412."),
    "CCRE-04": rule("conditionalCreate", "A condition that says nothing is refused, not taken as no condition."),
    "CCRE-05": rule("conditionalCreate", "The same conditional create sent twice at once makes one resource."),
  }),
];
