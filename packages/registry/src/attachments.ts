import { type Clock, isoTime } from "@modelyard/base";
import { type Attachment, attachmentSchema } from "@modelyard/lineage";
import { SEQUENCE_DIGITS, type Yard } from "@modelyard/store";
import { attachmentsPrefix } from "./keys.ts";
import { readNumbers } from "./read-sequence.ts";

const PADDED = { pad: SEQUENCE_DIGITS };

/** An attachment without what the store adds. */
export type NewAttachment = Attachment extends infer A ? (A extends Attachment ? Omit<A, "format" | "seq" | "time"> : never) : never;

/** Adds what was learnt of a version (its image, its scan). Attaching the newest of its kind again changes nothing and gives it back. */
export async function attach(
  yard: Yard,
  name: string,
  version: number,
  added: NewAttachment,
  ports: { clock: Pick<Clock, "now"> },
): Promise<Attachment> {
  const time = isoTime(ports.clock);
  let same: Attachment | undefined;
  const made = await yard.records.append<Attachment>(
    attachmentsPrefix(name, version),
    async (seq) => {
      const newest = (await attachments(yard, name, version)).findLast((there) => there.kind === added.kind);
      same = newest && isSame(newest, added) ? newest : undefined;
      return same ? undefined : attachmentSchema.parse({ ...added, format: 1, seq, time });
    },
    PADDED,
  );
  return made?.record ?? same!;
}

/** Everything attached to a version, oldest first; the newest of a kind counts. */
export async function attachments(yard: Yard, name: string, version: number): Promise<Attachment[]> {
  const prefix = attachmentsPrefix(name, version);
  return readNumbers(yard.records, prefix, await yard.records.numbers(prefix), attachmentSchema, PADDED);
}

function isSame(there: Attachment, added: NewAttachment): boolean {
  return Object.entries(added).every(([key, value]) => (there as Record<string, unknown>)[key] === value);
}
