import { readFile } from "node:fs/promises";
import type { ReloadedFile } from "./compose-reload.ts";
import { type Config, ConfigError } from "./config.ts";
import { createLabelling, type Labelling } from "./disclosure/labels/labels.ts";
import { parseLabelLists } from "./disclosure/labels/labels-file.ts";
import { LABEL_LISTS } from "./disclosure/labels/lists.ts";

const SETTING = "LABELS_FILE";

/** The lists by which resources are labelled, as they are now. */
export interface LivingLabelling {
  current(): Labelling;
  /** Where they come from a file: what reads it anew. */
  readonly files: readonly ReloadedFile[];
}

type ReadLabels =
  | { readonly ok: true; readonly text: string; readonly labelling: Labelling }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The lists of LABELS_FILE, or those that come with the gateway. Throws a ConfigError for what the operator can mend. */
export async function loadLabelling({ labelsFile }: Pick<Config, "labelsFile">): Promise<LivingLabelling> {
  if (labelsFile === undefined) {
    const own = createLabelling(LABEL_LISTS);
    return { current: () => own, files: [] };
  }
  const first = await readLabels(labelsFile);
  if (!first.ok) throw new ConfigError(first.problems.map((problem) => `${SETTING}: ${problem}`));
  let { text, labelling } = first;
  const prepare: ReloadedFile["prepare"] = async () => {
    const read = await readLabels(labelsFile);
    if (!read.ok || read.text === text) return read.ok ? { ok: true } : read;
    const [before, after] = [labelling.version, read.labelling.version];
    // Audit records name the version alone: it must say which lists decided.
    if (before === after) return { ok: false, problems: ["version: expected another one where the lists are others"] };
    const apply = (): void => {
      ({ text, labelling } = read);
    };
    return { ok: true, change: { text: `${before} ${after}`, apply } };
  };
  return { current: () => labelling, files: [{ setting: SETTING, path: labelsFile, prepare }] };
}

async function readLabels(path: string): Promise<ReadLabels> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return { ok: false, problems: [`${path} cannot be read`] };
  const parsed = parseLabelLists(text);
  if (parsed.ok) return { ok: true, text, labelling: createLabelling(parsed.lists) };
  return { ok: false, problems: parsed.problems.map(({ path: place, message }) => `${place}: ${message}`) };
}
