// The operations of SQS's official client, as types that handlers and checks are written against.
import type * as Sqs from "@aws-sdk/client-sqs";
import type { Handler, InputOf, OperationNames, OutputOf, Valid } from "../../protocol/operation.ts";

export type SqsClient = typeof Sqs;
export type SqsOperation = OperationNames<SqsClient>;
export type SqsInput<Operation extends SqsOperation> = Valid<InputOf<SqsClient, Operation>>;
export type SqsOutput<Operation extends SqsOperation> = OutputOf<SqsClient, Operation>;
export type SqsHandler<Operation extends SqsOperation> = Handler<InputOf<SqsClient, Operation>, OutputOf<SqsClient, Operation>>;
