// The operations of Lambda's official client, as types that handlers and checks are written against.
import type * as Lambda from "@aws-sdk/client-lambda";
import type { Handler, InputOf, OperationNames, OutputOf, Valid } from "../../protocol/operation.ts";

export type LambdaClient = typeof Lambda;
export type LambdaOperation = OperationNames<LambdaClient>;
export type LambdaInput<Operation extends LambdaOperation> = Valid<InputOf<LambdaClient, Operation>>;
export type LambdaHandler<Operation extends LambdaOperation> = Handler<
  InputOf<LambdaClient, Operation>,
  OutputOf<LambdaClient, Operation>
>;
