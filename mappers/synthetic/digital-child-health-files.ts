import type { Area } from "./areas.ts";
import { type ChildHealthMessage, childHealthMessagesOf, isToldByMessages } from "./digital-child-health-messages.ts";
import { indicesOf, type Setting } from "./people.ts";
import { recordsOf } from "./record-keeping.ts";
import type { ChildRecords } from "./records.ts";

/** Messages that each area sends as XML, one a file. */
const XML_MESSAGES = 2;
const WANTED = new Set(["health"] as const);

/** Messages of a child in this area, beside Early Years Progress. */
export function messagesOf(child: ChildRecords, area: Area): readonly ChildHealthMessage[] {
  const [record] = child.health;
  return record?.area === area.id ? childHealthMessagesOf(record) : [];
}

/** The first messages of the first child of whom messages tell. */
export function messagesInXml(area: Area, setting: Setting): readonly ChildHealthMessage[] {
  for (const messages of messagesOfChildren(area, setting)) return messages.slice(0, XML_MESSAGES);
  return [];
}

/** All other messages but those of Early Years Progress. */
export function* messagesInLines(area: Area, setting: Setting): Generator<string> {
  let skipped = XML_MESSAGES;
  for (const messages of messagesOfChildren(area, setting)) {
    for (const { line } of messages.slice(skipped)) yield line;
    skipped = 0;
  }
}

/** Only the children of whom messages tell are made, which are few. */
function* messagesOfChildren(area: Area, setting: Setting): Generator<readonly ChildHealthMessage[]> {
  for (const index of indicesOf(area, setting)) {
    if (!isToldByMessages(index + 1)) continue;
    const messages = messagesOf(recordsOf(index, setting, WANTED), area);
    if (messages.length > 0) yield messages;
  }
}
