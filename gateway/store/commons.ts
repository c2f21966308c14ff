/**
 * What several machines over one database have in common beside the store: numbers that all see at once, secrets, who
 * there is, and copies of what each keeps on its own disk. Nothing here is understood: texts are sealed before they come.
 */
export interface Commons {
  readonly numbers: SharedNumbers;
  readonly secrets: SealedSecrets;
  readonly machines: Machines;
  readonly copies: FileCopies;
  close(): Promise<void>;
}

/** Whole numbers below 2^48. All of them are others than before when the server has crashed, or another one has taken over. */
export interface SharedNumbers {
  /** As they were at one moment after the call. */
  read(): Promise<Readonly<Record<SharedNumber, number>>>;
  /** Resolves when whoever reads from now on finds them. */
  write(numbers: Partial<Record<SharedNumber, number>>): Promise<void>;
}

export type SharedNumber = "changes" | "era" | "server" | "taken";

/** Texts that the database keeps and cannot read. */
export interface SealedSecrets {
  /** Sealed texts by name. */
  list(): Promise<ReadonlyMap<string, string>>;
  /** Keeps it unless there is one of that name. */
  add(name: string, sealed: string): Promise<void>;
  /** Exchanges it where it is still what it was. */
  exchange(name: string, from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A data directory over the database, and the processes that use it. */
export interface Machine {
  readonly id: string;
  /** By which people know it. */
  readonly host: string;
  /** Whether changes are told through Redis, and whether it runs on a register that is not its own. */
  readonly hasRedis: boolean;
  readonly hasRegister: boolean;
  /** The origin that its links and tokens are for. */
  readonly baseUrl: string;
}

export interface KnownMachine extends Machine {
  /** How long ago it said that it is there. */
  readonly silent_ms: number;
  /** Whether it has ended by its own will since. */
  readonly hasLeft: boolean;
  /** How long ago all that it had written had a copy; absent: never. */
  readonly uncopied_ms?: number;
}

export interface Machines {
  /** Says that this one is there, and tells all that ever were. */
  meet(machine: Machine): Promise<readonly KnownMachine[]>;
  /** It has ended by its own will. */
  leave(id: string): Promise<void>;
  /** All that it had written at the call's beginning, so many milliseconds ago, has a copy. */
  copied(id: string, ago_ms: number): Promise<void>;
  /** A number for a name, the same for all who ask, in the order in which names were first asked for. */
  numberOf(name: string): Promise<number>;
}

/** One of the files that a machine only ever writes on at their end, as far as it was copied. */
export interface CopiedFile {
  readonly name: string;
  /** How many of its bytes were copied. */
  readonly bytes: number;
  /** The last of these, in hexadecimal digits, to see that it is the same file. */
  readonly tail: string;
}

export interface CopiedPart {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Bytes on their way from one machine's disk to the others'. */
export interface FileCopies {
  files(machine: string): Promise<readonly CopiedFile[]>;
  /** A further part; with `file`, from then on it is said to be copied so far. */
  add(machine: string, part: CopiedPart & { readonly name: string }, file?: CopiedFile): Promise<void>;
  /** The parts that hold what follows a byte, in order, some at a time; those of long ago are there no more. */
  parts(machine: string, name: string, from: number): Promise<readonly CopiedPart[]>;
  /** It is there no more; parts that wait are not told any more either. */
  forget(machine: string, name: string): Promise<void>;
  /** Somebody lacks parts of a file that are there no more. */
  wish(machine: string, name: string): Promise<void>;
  /** Takes the wishes there are; parts of such files are taken away with them. */
  wishes(machine: string): Promise<readonly string[]>;
  /** Takes parts away that are older. */
  sweep(machine: string, older_ms: number): Promise<void>;
}
