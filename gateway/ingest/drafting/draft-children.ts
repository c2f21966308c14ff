import { randomUUID } from "node:crypto";
import type { MessagePort } from "node:worker_threads";
import type { StagedMapper } from "#mappers/mapper.ts";
import { draftUnit, FAMILY_CHARACTERS } from "../draft.ts";
import { draftProvenances } from "../draft-provenances.ts";
import { mapperOf } from "../mappers.ts";
import type { ChildAsk, DraftingTask, FromDrafter, PackedDraft, ToDrafter } from "./messages.ts";
import { ByteWriter, packDraft } from "./pack.ts";
import { toContexts } from "./to-contexts.ts";

type Asked = Extract<ToDrafter, { kind: "children" }>;

/** Drafts the children of staged rows as they are asked for, in turn. What it throws ends the thread, and is told as its error. */
export function draftChildren(port: MessagePort, task: DraftingTask): { receive(message: ToDrafter): void } {
  let family = "";
  const contexts = toContexts(task, () => family + randomUUID().slice(FAMILY_CHARACTERS));
  const mapper = stagedMapperOf(task);
  const draftOne = (staged: StagedMapper, { text, record, facts }: ChildAsk, bytes: ByteWriter) => {
    const map: StagedMapper["map"] = (rows, context) => staged.map(rows, context);
    const draft = draftUnit({ map: (context) => map(JSON.parse(text), context) }, facts, contexts.draft);
    return packDraft({ ...draft, provenances: draftProvenances(draft, record, contexts.provenance) }, bytes);
  };
  const answer = async ({ children, bytes: memory }: Asked): Promise<void> => {
    const staged = await mapper;
    family = randomUUID().slice(0, FAMILY_CHARACTERS);
    const bytes = new ByteWriter(memory);
    const drafts = children.map((ask): PackedDraft | undefined => {
      try {
        return draftOne(staged, ask, bytes);
      } catch {
        // It throws again where its fault is told.
        return undefined;
      }
    });
    const buffer = bytes.take();
    const message: FromDrafter = { kind: "drafts", drafts, bytes: buffer };
    port.postMessage(message, [buffer]);
  };
  return {
    receive(message) {
      if (message.kind === "children") void answer(message);
    },
  };
}

async function stagedMapperOf({ source }: DraftingTask): Promise<StagedMapper> {
  const mapper = await mapperOf(source.kind);
  if (mapper.reader !== "staged") throw new Error("The records of a source without tables came as children.");
  return mapper;
}
