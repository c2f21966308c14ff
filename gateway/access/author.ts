import type { Requester } from "./requester.ts";

type Asking = Pick<Requester, "client" | "user">;

/** Who decides: the client, and the person where there is one. */
export function authorOf({ client, user }: Asking): string {
  return user === undefined ? client : `${client} ${user.id}`;
}

/**
 * Whether a requester is certainly not who decided: another person or, where one of them is not known, another client.
 */
export function isSomebodyElse(author: string, { client, user }: Asking): boolean {
  const space = author.indexOf(" ");
  const person = space < 0 ? undefined : author.slice(space + 1);
  if (person !== undefined && user !== undefined) return person !== user.id;
  return (space < 0 ? author : author.slice(0, space)) !== client;
}
