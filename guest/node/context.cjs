// The context object of one invoke.
"use strict";
const { isOldClient } = require("./errors.cjs");

function buildContext(meta, environment) {
  return {
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parseOptional(meta.clientContext),
    identity: parseOptional(meta.cognitoIdentity),
    invokedFunctionArn: meta.invokedFunctionArn,
    awsRequestId: meta.requestId,
    tenantId: meta.tenantId,
    ...(isOldClient ? {} : { xRayTraceId: meta.traceId }),
    getRemainingTimeInMillis: () => meta.deadlineMs - Date.now(),
  };
}

const parseOptional = (text) => (text === undefined ? undefined : JSON.parse(text));

module.exports = { buildContext };
