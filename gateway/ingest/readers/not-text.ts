const SIGNATURES: readonly (readonly [bytes: string, what: string])[] = [
  ["\x1f\x8b", "is compressed (gzip); unpack it and send what is inside"],
  ["PK\x03\x04", "is a spreadsheet or a zip archive; save it as CSV, or send what is inside"],
  ["\xff\xfe", "is UTF-16; save it as UTF-8"],
  ["\xfe\xff", "is UTF-16; save it as UTF-8"],
];

/** What is wrong with bytes that are not UTF-8. `isBeginning`: they stand at the beginning of a file. */
export function describeNotText(bytes: Buffer, isBeginning: boolean): string {
  const beginning = isBeginning ? bytes.toString("latin1", 0, 4) : "";
  const found = SIGNATURES.find(([signature]) => beginning.startsWith(signature));
  return found === undefined ? "holds bytes that are not UTF-8; save the file as UTF-8" : `the file ${found[1]}`;
}
