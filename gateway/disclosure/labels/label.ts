/** A security label: v3 Confidentiality, v3 ActCode sensitivity, or one of our own handling codes. */
export interface Label {
  readonly system: string;
  readonly code: string;
}

/**
 * What a resource is labelled with by the lists of one version. `undefined`: no list knows it, and it is treated as very
 * restricted (`V`) until one does.
 */
export type Labels = readonly Label[] | undefined;
