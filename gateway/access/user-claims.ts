import type { UserIssuer } from "./register-issuer.ts";
import type { RequesterUser } from "./requester.ts";
import type { UserTokenReason } from "./user-token-texts.ts";

type Members = Readonly<Record<string, unknown>>;

const SUBJECT_CHARACTERS_MAX = 255;
const ROLES_MAX = 100;

/** The person as the issuer tells of them, by the names that the register gives its claims. */
export function toRequesterUser(claims: Members, issuer: UserIssuer): RequesterUser | UserTokenReason {
  const { sub } = claims;
  if (typeof sub !== "string" || sub === "" || sub.length > SUBJECT_CHARACTERS_MAX) return "subject";
  const ids = textsAt(claims, issuer.claims.roles).slice(0, ROLES_MAX);
  const [selected] = textsAt(claims, issuer.claims.selectedRole);
  // A selected role that is not among the person's own is none.
  if (selected !== undefined && ids.length > 0 && !ids.includes(selected)) return "role";
  const role = roleOf(textsAt(claims, issuer.claims.role), ids, selected);
  if (role === undefined) return "role";
  const [session] = textsAt(claims, issuer.claims.session);
  const roles = ids.length > 0 || selected === undefined ? ids : [selected];
  return Object.freeze({
    id: `${issuer.issuer}|${sub}`,
    role,
    group: groupOf(role, issuer),
    ...(session === undefined ? {} : { session }),
    ...(roles.length === 0 ? {} : { roles }),
  });
}

export function groupOf(role: string, { groups }: Pick<UserIssuer, "groups">): RequesterUser["group"] {
  return (Object.hasOwn(groups, role) ? groups[role] : undefined) ?? "other";
}

/** The only role, or that of the selected assignment where each assignment has one. */
function roleOf(roles: readonly string[], ids: readonly string[], selected: string | undefined): string | undefined {
  const [only, ...more] = new Set(roles);
  if (more.length === 0) return only;
  return selected !== undefined && roles.length === ids.length ? roles[ids.indexOf(selected)] : undefined;
}

/** Texts at a path of names; a list on the way is gone through, and so is one at its end. */
function textsAt(claims: Members, path: string): readonly string[] {
  // A whole name first: names of claims may hold dots themselves.
  const whole = intoMember(claims, path);
  let values: readonly unknown[] = [claims];
  if (whole.length > 0) values = whole;
  else for (const name of path.split(".")) values = values.flatMap((value) => intoMember(value, name));
  return values.flatMap((value) =>
    typeof value === "string" && value !== "" && value.length <= SUBJECT_CHARACTERS_MAX ? [value] : [],
  );
}

function intoMember(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return [];
  const member: unknown = Reflect.get(value, name);
  return Array.isArray(member) ? member : [member];
}
