// The operations of SNS's official client, as types that handlers are written against.
import type * as Sns from "@aws-sdk/client-sns";
import type { Handler, InputOf, OperationNames, OutputOf, Valid } from "../../protocol/operation.ts";

export type SnsClient = typeof Sns;
export type SnsOperation = OperationNames<SnsClient>;
export type SnsInput<Operation extends SnsOperation> = Valid<InputOf<SnsClient, Operation>>;
export type SnsHandler<Operation extends SnsOperation> = Handler<InputOf<SnsClient, Operation>, OutputOf<SnsClient, Operation>>;
