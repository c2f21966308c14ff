/** A file's own name, if it is fit to stand in a receipt: a name of a child's in it is not ours to keep out. */
export function fitFileName(name: string | undefined): string | undefined {
  return name !== undefined && name.length <= 200 && /^[\w .()-]+$/.test(name) ? name : undefined;
}
