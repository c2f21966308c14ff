/**
 * Thrown where the engine cannot be reached, or cannot take what it is asked to for the time being. Nothing of a work stays
 * that ends so, unless `isOutcomeKnown` is false: its commit was under way, and nobody could be asked what became of it.
 */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
  readonly isOutcomeKnown: boolean;

  constructor(message: string, { isOutcomeKnown = true }: { readonly isOutcomeKnown?: boolean } = {}) {
    super(message);
    this.isOutcomeKnown = isOutcomeKnown;
  }
}
