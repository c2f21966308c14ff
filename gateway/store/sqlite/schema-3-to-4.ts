import type { DatabaseSync } from "node:sqlite";
import { idHash } from "../statements/read.ts";
import { text } from "../statements/values.ts";

/** From version 3, in which ids that begin alike lay anywhere in their index. Nothing but their hashes is another. */
export function from3To4(database: DatabaseSync): void {
  database.function("id_hash", { deterministic: true }, (type, id, idSpace) =>
    idHash(text(type), text(id), text(idSpace)),
  );
  database.exec(`
    DELETE FROM resource_id;
    INSERT INTO resource_id (hash, slot)
      SELECT id_hash(r.type, r.id, c.id_space) AS hash, r.slot
      FROM resource r CROSS JOIN record c ON c.key = r.slot / 1048576 ORDER BY hash;
  `);
}
