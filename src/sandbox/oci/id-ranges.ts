// User ids of the host that no account has: each sandbox gets a range of its own, so that even what breaks out of one
// finds nothing that is another's.
import { idsPerSandbox } from "./container-config.ts";

export interface IdRanges {
  /** First id of a range that nobody has. Throws when there are as many sandboxes as ranges. */
  take(): number;
  giveBack(firstId: number): void;
}

/** Above what systems, subordinate ids and directories give to people. */
const firstOfAll = 2_100_000_000;
/** The last id is no user's. */
const count = Math.floor((2 ** 32 - 2 - firstOfAll) / idsPerSandbox);

/** `from`: where this instance begins, so that several on a machine rarely meet. Ranges are used again as late as possible. */
export function createIdRanges(from: number): IdRanges {
  const taken = new Set<number>();
  let next = from % count;
  return {
    take: () => {
      if (taken.size === count) throw new Error(`all ${count} ranges of user ids are in use`);
      while (taken.has(next)) next = (next + 1) % count;
      taken.add(next);
      const firstId = firstOfAll + next * idsPerSandbox;
      next = (next + 1) % count;
      return firstId;
    },
    giveBack: (firstId) => void taken.delete((firstId - firstOfAll) / idsPerSandbox),
  };
}
