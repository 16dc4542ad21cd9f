// Lambda's API: every operation of the official client, done or refused by name. One that a newer client adds fails the
// type check here.
import type { OperationTable } from "../../protocol/operation.ts";
import type { LambdaClient } from "./api.ts";
import { addLayerVersionPermission } from "./operations/add-layer-version-permission.ts";
import { addPermission } from "./operations/add-permission.ts";
import { checkpointDurableExecution } from "./operations/checkpoint-durable-execution.ts";
import { createAlias } from "./operations/create-alias.ts";
import { createCapacityProvider } from "./operations/create-capacity-provider.ts";
import { createCodeSigningConfig } from "./operations/create-code-signing-config.ts";
import { createEventSourceMapping } from "./operations/create-event-source-mapping.ts";
import { createFunctionUrlConfig } from "./operations/create-function-url-config.ts";
import { createFunction } from "./operations/create-function.ts";
import { deleteAlias } from "./operations/delete-alias.ts";
import { deleteCapacityProvider } from "./operations/delete-capacity-provider.ts";
import { deleteCodeSigningConfig } from "./operations/delete-code-signing-config.ts";
import { deleteEventSourceMapping } from "./operations/delete-event-source-mapping.ts";
import { deleteFunctionCodeSigningConfig } from "./operations/delete-function-code-signing-config.ts";
import { deleteFunctionConcurrency } from "./operations/delete-function-concurrency.ts";
import { deleteFunctionEventInvokeConfig } from "./operations/delete-function-event-invoke-config.ts";
import { deleteFunctionUrlConfig } from "./operations/delete-function-url-config.ts";
import { deleteFunction } from "./operations/delete-function.ts";
import { deleteLayerVersion } from "./operations/delete-layer-version.ts";
import { deleteProvisionedConcurrencyConfig } from "./operations/delete-provisioned-concurrency-config.ts";
import { deleteResourcePolicy } from "./operations/delete-resource-policy.ts";
import { getAccountSettings } from "./operations/get-account-settings.ts";
import { getAlias } from "./operations/get-alias.ts";
import { getCapacityProvider } from "./operations/get-capacity-provider.ts";
import { getCodeSigningConfig } from "./operations/get-code-signing-config.ts";
import { getDurableExecutionHistory } from "./operations/get-durable-execution-history.ts";
import { getDurableExecutionState } from "./operations/get-durable-execution-state.ts";
import { getDurableExecution } from "./operations/get-durable-execution.ts";
import { getEventSourceMapping } from "./operations/get-event-source-mapping.ts";
import { getFunctionCodeSigningConfig } from "./operations/get-function-code-signing-config.ts";
import { getFunctionConcurrency } from "./operations/get-function-concurrency.ts";
import { getFunctionConfiguration } from "./operations/get-function-configuration.ts";
import { getFunctionEventInvokeConfig } from "./operations/get-function-event-invoke-config.ts";
import { getFunctionRecursionConfig } from "./operations/get-function-recursion-config.ts";
import { getFunctionScalingConfig } from "./operations/get-function-scaling-config.ts";
import { getFunctionUrlConfig } from "./operations/get-function-url-config.ts";
import { getFunction } from "./operations/get-function.ts";
import { getLayerVersionByArn } from "./operations/get-layer-version-by-arn.ts";
import { getLayerVersionPolicy } from "./operations/get-layer-version-policy.ts";
import { getLayerVersion } from "./operations/get-layer-version.ts";
import { getPolicy } from "./operations/get-policy.ts";
import { getProvisionedConcurrencyConfig } from "./operations/get-provisioned-concurrency-config.ts";
import { getResourcePolicy } from "./operations/get-resource-policy.ts";
import { getRuntimeManagementConfig } from "./operations/get-runtime-management-config.ts";
import { invokeAsync } from "./operations/invoke-async.ts";
import { invokeWithResponseStream } from "./operations/invoke-with-response-stream.ts";
import { invoke } from "./operations/invoke.ts";
import { listAliases } from "./operations/list-aliases.ts";
import { listCapacityProviders } from "./operations/list-capacity-providers.ts";
import { listCodeSigningConfigs } from "./operations/list-code-signing-configs.ts";
import { listDurableExecutionsByFunction } from "./operations/list-durable-executions-by-function.ts";
import { listEventSourceMappings } from "./operations/list-event-source-mappings.ts";
import { listFunctionEventInvokeConfigs } from "./operations/list-function-event-invoke-configs.ts";
import { listFunctionUrlConfigs } from "./operations/list-function-url-configs.ts";
import { listFunctionVersionsByCapacityProvider } from "./operations/list-function-versions-by-capacity-provider.ts";
import { listFunctionsByCodeSigningConfig } from "./operations/list-functions-by-code-signing-config.ts";
import { listFunctions } from "./operations/list-functions.ts";
import { listLayerVersions } from "./operations/list-layer-versions.ts";
import { listLayers } from "./operations/list-layers.ts";
import { listProvisionedConcurrencyConfigs } from "./operations/list-provisioned-concurrency-configs.ts";
import { listTags } from "./operations/list-tags.ts";
import { listVersionsByFunction } from "./operations/list-versions-by-function.ts";
import { publishLayerVersion } from "./operations/publish-layer-version.ts";
import { publishVersion } from "./operations/publish-version.ts";
import { putFunctionCodeSigningConfig } from "./operations/put-function-code-signing-config.ts";
import { putFunctionConcurrency } from "./operations/put-function-concurrency.ts";
import { putFunctionEventInvokeConfig } from "./operations/put-function-event-invoke-config.ts";
import { putFunctionRecursionConfig } from "./operations/put-function-recursion-config.ts";
import { putFunctionScalingConfig } from "./operations/put-function-scaling-config.ts";
import { putProvisionedConcurrencyConfig } from "./operations/put-provisioned-concurrency-config.ts";
import { putResourcePolicy } from "./operations/put-resource-policy.ts";
import { putRuntimeManagementConfig } from "./operations/put-runtime-management-config.ts";
import { removeLayerVersionPermission } from "./operations/remove-layer-version-permission.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { sendDurableExecutionCallbackFailure } from "./operations/send-durable-execution-callback-failure.ts";
import { sendDurableExecutionCallbackHeartbeat } from "./operations/send-durable-execution-callback-heartbeat.ts";
import { sendDurableExecutionCallbackSuccess } from "./operations/send-durable-execution-callback-success.ts";
import { stopDurableExecution } from "./operations/stop-durable-execution.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { untagResource } from "./operations/untag-resource.ts";
import { updateAlias } from "./operations/update-alias.ts";
import { updateCapacityProvider } from "./operations/update-capacity-provider.ts";
import { updateCodeSigningConfig } from "./operations/update-code-signing-config.ts";
import { updateEventSourceMapping } from "./operations/update-event-source-mapping.ts";
import { updateFunctionCode } from "./operations/update-function-code.ts";
import { updateFunctionConfiguration } from "./operations/update-function-configuration.ts";
import { updateFunctionEventInvokeConfig } from "./operations/update-function-event-invoke-config.ts";
import { updateFunctionUrlConfig } from "./operations/update-function-url-config.ts";
import type { LambdaParts } from "./parts.ts";

export const lambdaService = (parts: LambdaParts): OperationTable<LambdaClient> => ({
  AddLayerVersionPermission: addLayerVersionPermission(parts),
  AddPermission: addPermission(parts),
  CheckpointDurableExecution: checkpointDurableExecution(parts),
  CreateAlias: createAlias(parts),
  CreateCapacityProvider: createCapacityProvider(parts),
  CreateCodeSigningConfig: createCodeSigningConfig(parts),
  CreateEventSourceMapping: createEventSourceMapping(parts),
  CreateFunction: createFunction(parts),
  CreateFunctionUrlConfig: createFunctionUrlConfig(parts),
  DeleteAlias: deleteAlias(parts),
  DeleteCapacityProvider: deleteCapacityProvider(parts),
  DeleteCodeSigningConfig: deleteCodeSigningConfig(parts),
  DeleteEventSourceMapping: deleteEventSourceMapping(parts),
  DeleteFunction: deleteFunction(parts),
  DeleteFunctionCodeSigningConfig: deleteFunctionCodeSigningConfig(parts),
  DeleteFunctionConcurrency: deleteFunctionConcurrency(parts),
  DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig(parts),
  DeleteFunctionUrlConfig: deleteFunctionUrlConfig(parts),
  DeleteLayerVersion: deleteLayerVersion(parts),
  DeleteProvisionedConcurrencyConfig: deleteProvisionedConcurrencyConfig(parts),
  DeleteResourcePolicy: deleteResourcePolicy(parts),
  GetAccountSettings: getAccountSettings(parts),
  GetAlias: getAlias(parts),
  GetCapacityProvider: getCapacityProvider(parts),
  GetCodeSigningConfig: getCodeSigningConfig(parts),
  GetDurableExecution: getDurableExecution(parts),
  GetDurableExecutionHistory: getDurableExecutionHistory(parts),
  GetDurableExecutionState: getDurableExecutionState(parts),
  GetEventSourceMapping: getEventSourceMapping(parts),
  GetFunction: getFunction(parts),
  GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig(parts),
  GetFunctionConcurrency: getFunctionConcurrency(parts),
  GetFunctionConfiguration: getFunctionConfiguration(parts),
  GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig(parts),
  GetFunctionRecursionConfig: getFunctionRecursionConfig(parts),
  GetFunctionScalingConfig: getFunctionScalingConfig(parts),
  GetFunctionUrlConfig: getFunctionUrlConfig(parts),
  GetLayerVersion: getLayerVersion(parts),
  GetLayerVersionByArn: getLayerVersionByArn(parts),
  GetLayerVersionPolicy: getLayerVersionPolicy(parts),
  GetPolicy: getPolicy(parts),
  GetProvisionedConcurrencyConfig: getProvisionedConcurrencyConfig(parts),
  GetResourcePolicy: getResourcePolicy(parts),
  GetRuntimeManagementConfig: getRuntimeManagementConfig(parts),
  Invoke: invoke(parts),
  InvokeAsync: invokeAsync(parts),
  InvokeWithResponseStream: invokeWithResponseStream(parts),
  ListAliases: listAliases(parts),
  ListCapacityProviders: listCapacityProviders(parts),
  ListCodeSigningConfigs: listCodeSigningConfigs(parts),
  ListDurableExecutionsByFunction: listDurableExecutionsByFunction(parts),
  ListEventSourceMappings: listEventSourceMappings(parts),
  ListFunctionEventInvokeConfigs: listFunctionEventInvokeConfigs(parts),
  ListFunctionUrlConfigs: listFunctionUrlConfigs(parts),
  ListFunctionVersionsByCapacityProvider: listFunctionVersionsByCapacityProvider(parts),
  ListFunctions: listFunctions(parts),
  ListFunctionsByCodeSigningConfig: listFunctionsByCodeSigningConfig(parts),
  ListLayerVersions: listLayerVersions(parts),
  ListLayers: listLayers(parts),
  ListProvisionedConcurrencyConfigs: listProvisionedConcurrencyConfigs(parts),
  ListTags: listTags(parts),
  ListVersionsByFunction: listVersionsByFunction(parts),
  PublishLayerVersion: publishLayerVersion(parts),
  PublishVersion: publishVersion(parts),
  PutFunctionCodeSigningConfig: putFunctionCodeSigningConfig(parts),
  PutFunctionConcurrency: putFunctionConcurrency(parts),
  PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig(parts),
  PutFunctionRecursionConfig: putFunctionRecursionConfig(parts),
  PutFunctionScalingConfig: putFunctionScalingConfig(parts),
  PutProvisionedConcurrencyConfig: putProvisionedConcurrencyConfig(parts),
  PutResourcePolicy: putResourcePolicy(parts),
  PutRuntimeManagementConfig: putRuntimeManagementConfig(parts),
  RemoveLayerVersionPermission: removeLayerVersionPermission(parts),
  RemovePermission: removePermission(parts),
  SendDurableExecutionCallbackFailure: sendDurableExecutionCallbackFailure(parts),
  SendDurableExecutionCallbackHeartbeat: sendDurableExecutionCallbackHeartbeat(parts),
  SendDurableExecutionCallbackSuccess: sendDurableExecutionCallbackSuccess(parts),
  StopDurableExecution: stopDurableExecution(parts),
  TagResource: tagResource(parts),
  UntagResource: untagResource(parts),
  UpdateAlias: updateAlias(parts),
  UpdateCapacityProvider: updateCapacityProvider(parts),
  UpdateCodeSigningConfig: updateCodeSigningConfig(parts),
  UpdateEventSourceMapping: updateEventSourceMapping(parts),
  UpdateFunctionCode: updateFunctionCode(parts),
  UpdateFunctionConfiguration: updateFunctionConfiguration(parts),
  UpdateFunctionEventInvokeConfig: updateFunctionEventInvokeConfig(parts),
  UpdateFunctionUrlConfig: updateFunctionUrlConfig(parts),
});
