// When queues were deleted: for a while nobody may have a new one of the name.
import { Collection } from "../../../store/collection.ts";

export const deletedQueues = new Collection<{ readonly atMs: number }>("deleted-queues");
