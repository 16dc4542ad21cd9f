// When queues were deleted: for a while nobody may have a new one of the name. Documents `deleted-queues/NAME`.
import type { StoreOperation } from "../../../store/operation.ts";
import type { Partition } from "../../../store/store.ts";

const collection = "deleted-queues";

export const deletedQueues = {
  async find(partition: Partition, name: string): Promise<{ readonly atMs: number } | undefined> {
    const value = (await partition.get(collection, name))?.value;
    return typeof value === "number" ? { atMs: value } : undefined;
  },
  remember: (name: string, atMs: number): StoreOperation => ({ kind: "put-document", collection, key: name, value: atMs }),
  forget: (name: string): StoreOperation => ({ kind: "delete-document", collection, key: name }),
};
