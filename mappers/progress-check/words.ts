/** Who may have made the check, and how that is shown. Free text could be a name, so only these are taken. */
export const ROLES: ReadonlyMap<string, string> = new Map([
  ["key-person", "Key person"],
  ["practitioner", "Early years practitioner"],
  ["teacher", "Early years teacher"],
  ["room-leader", "Room leader"],
  ["manager", "Manager of the setting"],
  ["deputy-manager", "Deputy manager of the setting"],
  ["senco", "Special educational needs coordinator"],
  ["childminder", "Childminder"],
]);

/** Who may have answered for the child; an authority is not among them, since that would say that the child is looked after. */
export const PARENTS: readonly string[] = ["mother", "father", "parent", "guardian", "carer"];

/** A word of a list as a person writes it: `Key Person` is `key-person`. */
export function toWord(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, "-");
}
