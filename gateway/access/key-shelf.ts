import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SealedSecrets } from "../store/commons.ts";
import { ensureFile } from "./private-file.ts";

/**
 * Where secrets lie that all processes of a gateway need alike: texts by name, as `access-token.production/000001.jwk.json`.
 * Each appears whole or not at all and is never changed.
 */
export interface KeyShelf {
  /** Those of a folder, by the last part of their names, in order of these. */
  read(folder: string): Promise<readonly { readonly name: string; readonly text: string }[]>;
  /** The text of a name, made at first need: of several processes that would make it one does, and all read the same. */
  ensure(name: string, make: () => Promise<string>): Promise<string>;
  remove(name: string): Promise<void>;
}

/** A directory, for processes on one machine; readable by its owner alone. */
export function createFileShelf(directory: string): KeyShelf {
  return {
    async read(folder) {
      const names = await readdir(join(directory, folder)).catch(() => []);
      const texts = names.sort().map(async (name) => {
        // Another process may have taken it away since.
        const text = await readFile(join(directory, folder, name), "utf8").catch(() => undefined);
        return text === undefined ? [] : [{ name, text }];
      });
      return (await Promise.all(texts)).flat();
    },
    ensure: (name, make) => ensureFile(join(directory, name), make),
    remove: (name) => rm(join(directory, name), { force: true }),
  };
}

/** What is sealed under a name opens under that name, and with the same key alone. */
export interface Seal {
  seal(name: string, text: string): string;
  open(name: string, sealed: string): string | undefined;
}

/** What was sealed opens with none of the keys that are given. */
export class SealError extends Error {
  override readonly name = "SealError";
}

/**
 * A database, for processes on several machines; it gets to see what is sealed. What only a former key opens is sealed
 * anew, so that nothing is under it any more when that goes.
 *
 * @param seals the first one seals; all are tried to open
 */
export function createSealedShelf(secrets: SealedSecrets, seals: readonly [Seal, ...Seal[]]): KeyShelf {
  const [seal] = seals;
  const open = async (name: string, sealed: string): Promise<string> => {
    for (const each of seals) {
      const text = each.open(name, sealed);
      if (text === undefined) continue;
      if (each !== seal) await secrets.exchange(name, sealed, seal.seal(name, text));
      return text;
    }
    throw new SealError(`${name} was sealed with another key.`);
  };
  return {
    async read(folder) {
      const within = [...(await secrets.list())].filter(([name]) => name.startsWith(`${folder}/`));
      const opened = within.map(async ([name, sealed]) => ({
        name: name.slice(folder.length + 1),
        text: await open(name, sealed),
      }));
      return await Promise.all(opened);
    },
    async ensure(name, make) {
      if (!(await secrets.list()).has(name)) await secrets.add(name, seal.seal(name, await make()));
      const sealed = (await secrets.list()).get(name);
      if (sealed === undefined) throw new Error(`${name} was taken away as it was made.`);
      return open(name, sealed);
    },
    remove: (name) => secrets.remove(name),
  };
}

/** Takes away what none of the keys opens: a key was lost. */
export async function removeUnopened(secrets: SealedSecrets, seals: readonly Seal[]): Promise<void> {
  for (const [name, sealed] of await secrets.list()) {
    if (seals.every((seal) => seal.open(name, sealed) === undefined)) await secrets.remove(name);
  }
}
