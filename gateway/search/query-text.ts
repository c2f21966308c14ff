/** A letter or an underscore in percents: nobody needs them so, and names can be hidden in them. */
const WRITTEN_OUT = /%(?:[46]|5[0-9af]|7[0-9a])/i;

/** Whether a query string may hold a parameter; only one that may is worth reading for it. */
export function mayHold(query: string, name: string): boolean {
  return query.includes(name) || WRITTEN_OUT.test(query);
}
