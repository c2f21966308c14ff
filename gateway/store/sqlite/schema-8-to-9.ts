/**
 * From version 8, in which bodies were kept as they came. Nothing is changed: they are read as they are, and kept against
 * words when they are written next. The version tells an earlier gateway that it cannot read the file.
 */
export function from8To9(): void {}
