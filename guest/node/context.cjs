// The context object of one invoke.
"use strict";
const { isOldClient } = require("./errors.cjs");

/** What all contexts of a process have in common: each look at an environment variable is a call out of JavaScript. */
let common;

const commonOf = (environment) => ({
  functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
  functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
  memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
});

function buildContext(meta, environment) {
  common ??= commonOf(environment);
  const { functionVersion, functionName, memoryLimitInMB, logGroupName, logStreamName } = common;
  const context = {
    functionVersion,
    functionName,
    memoryLimitInMB,
    logGroupName,
    logStreamName,
    clientContext: parseOptional(meta.clientContext),
    identity: parseOptional(meta.cognitoIdentity),
    invokedFunctionArn: meta.invokedFunctionArn,
    awsRequestId: meta.requestId,
    tenantId: meta.tenantId,
  };
  if (!isOldClient) context.xRayTraceId = meta.traceId;
  context.getRemainingTimeInMillis = () => meta.deadlineMs - Date.now();
  return context;
}

const parseOptional = (text) => (text === undefined ? undefined : JSON.parse(text));

module.exports = { buildContext };
