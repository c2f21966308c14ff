/** What the load asked and what came of it: all that is judged, and nothing else. Times are milliseconds of one clock. */

/** One request. */
export interface Asked {
  readonly requestId: string;
  readonly client: string;
  readonly from: number;
  readonly until: number;
  /** Absent where no whole answer came: the connection closed, or nobody answered in time. */
  readonly status?: number;
  /** Why none came. */
  readonly reason?: string;
  /** What is wrong with the answer's body by itself, whatever it should have told. */
  readonly fault?: string;
  /** Logical id of the only Patient that the answer may be about. */
  readonly patient?: string;
  readonly what: Question;
}

/** An item is a Patient or an Observation of the load; each write of it carries the next number. */
export type Question =
  | { readonly kind: "write"; readonly item: string; readonly number: number; readonly version?: string }
  | { readonly kind: "read"; readonly item: string; readonly shown?: number }
  /** Of one version, as the answer to the write of that number named it. */
  | { readonly kind: "vread"; readonly item: string; readonly number: number; readonly shown?: number }
  /** All Observations of one child. */
  | { readonly kind: "search"; readonly child: string; readonly shown: readonly Shown[] }
  /** Of the Patient that has the identifier of one number. */
  | { readonly kind: "look-up"; readonly item: string; readonly number: number; readonly shown: readonly Shown[] }
  /** Of data that nobody changes: what is to be answered, and what was. */
  | { readonly kind: "constant"; readonly expected: string; readonly shown?: string };

export interface Shown {
  readonly item: string;
  readonly number: number;
}

/** A fault and the time it takes, recovery included. */
export interface Trouble {
  readonly fault: string;
  readonly from: number;
  /** When what was broken was whole again. */
  readonly mended: number;
  /** When every request of a second was answered well; absent: it was not within the bound. */
  readonly recovered?: number;
  readonly bound_ms: number;
}

export interface Violation {
  readonly rule: string;
  readonly at?: number;
  readonly requestId?: string;
  readonly detail: string;
}

/** The child of an item, `c7` of `c7-3` and of itself. */
export function childOf(item: string): string {
  return item.split("-", 1)[0] ?? item;
}

export function isGood({ status, fault }: Pick<Asked, "status" | "fault">): boolean {
  return status !== undefined && status >= 200 && status < 300 && fault === undefined;
}

/** Whether the server said that it did not do it. A 503 may come after the write: nobody knows. */
export function isRefused({ status }: Pick<Asked, "status">): boolean {
  return status !== undefined && status >= 400 && status < 500;
}
