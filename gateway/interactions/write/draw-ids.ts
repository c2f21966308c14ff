/** Characters in which ids drawn one after another begin alike: those by which the store lays them side by side. */
const FAMILY_CHARACTERS = 8;
/** So many lie on one page of an index. */
const FAMILY_IDS = 128;

/**
 * Logical ids that nobody has. Those drawn one after another begin alike, so that what one commit writes of the indexes of
 * ids is one page, and not one for each id. `draw` gives UUIDs, of which 90 bits are left that nobody can guess.
 */
export function createIds(draw: () => string): () => string {
  let family = "";
  let left = 0;
  return () => {
    const drawn = draw();
    if (left === 0) {
      family = drawn.slice(0, FAMILY_CHARACTERS);
      left = FAMILY_IDS;
    }
    left -= 1;
    return family + drawn.slice(FAMILY_CHARACTERS);
  };
}
