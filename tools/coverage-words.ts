// What docs/coverage.md says of members that are neither applied nor in a service's unapplied-settings.ts. A member is
// `Operation.Path.To.Member`, perhaps with one value after a blank; an operation alone means all its members.

export type Word = "applied" | "default only" | "stored" | "refused";

export const words: Readonly<Record<string, Readonly<Record<string, Exclude<Word, "applied">>>>> = {
  lambda: {
    // Only queues of SQS are polled: what is for other sources is kept, and their mappings stay disabled.
    "CreateEventSourceMapping.MetricsConfig": "stored",
    "CreateEventSourceMapping.LoggingConfig": "stored",
    "CreateEventSourceMapping.ParallelizationFactor": "stored",
    "CreateEventSourceMapping.StartingPosition": "stored",
    "CreateEventSourceMapping.StartingPositionTimestamp": "stored",
    "CreateEventSourceMapping.DestinationConfig": "stored",
    "CreateEventSourceMapping.MaximumRecordAgeInSeconds": "stored",
    "CreateEventSourceMapping.BisectBatchOnFunctionError": "stored",
    "CreateEventSourceMapping.MaximumRetryAttempts": "stored",
    "CreateEventSourceMapping.TumblingWindowInSeconds": "stored",
    "CreateEventSourceMapping.Topics": "stored",
    "CreateEventSourceMapping.Queues": "stored",
    "CreateEventSourceMapping.SourceAccessConfigurations": "stored",
    "CreateEventSourceMapping.SelfManagedEventSource": "stored",
    "CreateEventSourceMapping.AmazonManagedKafkaEventSourceConfig": "stored",
    "CreateEventSourceMapping.SelfManagedKafkaEventSourceConfig": "stored",
    "CreateEventSourceMapping.DocumentDBEventSourceConfig": "stored",
    "UpdateEventSourceMapping.MetricsConfig": "stored",
    "UpdateEventSourceMapping.LoggingConfig": "stored",
    "UpdateEventSourceMapping.ParallelizationFactor": "stored",
    "UpdateEventSourceMapping.DestinationConfig": "stored",
    "UpdateEventSourceMapping.MaximumRecordAgeInSeconds": "stored",
    "UpdateEventSourceMapping.BisectBatchOnFunctionError": "stored",
    "UpdateEventSourceMapping.MaximumRetryAttempts": "stored",
    "UpdateEventSourceMapping.TumblingWindowInSeconds": "stored",
    "UpdateEventSourceMapping.SourceAccessConfigurations": "stored",
    "UpdateEventSourceMapping.AmazonManagedKafkaEventSourceConfig": "stored",
    "UpdateEventSourceMapping.SelfManagedKafkaEventSourceConfig": "stored",
    "UpdateEventSourceMapping.DocumentDBEventSourceConfig": "stored",
    // There are no instances: functions run on this machine, whatever the provider says of its own.
    CreateCapacityProvider: "stored",
    UpdateCapacityProvider: "stored",
    // Environments are started as invokes need them.
    "PutFunctionScalingConfig.FunctionScalingConfig": "refused",
    // No execution, callback or token there is: what would change one is never reached.
    "CheckpointDurableExecution.Updates": "refused",
    "CheckpointDurableExecution.ClientToken": "refused",
    "GetDurableExecution.IncludeExecutionData": "refused",
    "GetDurableExecutionHistory.IncludeExecutionData": "refused",
    "GetDurableExecutionHistory.ReverseOrder": "refused",
    "GetDurableExecutionHistory.Marker": "refused",
    "GetDurableExecutionHistory.MaxItems": "refused",
    "GetDurableExecutionState.Marker": "refused",
    "GetDurableExecutionState.MaxItems": "refused",
    "SendDurableExecutionCallbackFailure.Error": "refused",
    "SendDurableExecutionCallbackSuccess.Result": "refused",
    "StopDurableExecution.Error": "refused",
    // Lists of replicas of Lambda@Edge functions, of which there are none: only ALL finds anything.
    "ListFunctions.MasterRegion": "default only",
    "Invoke.TenantId": "refused",
    "Invoke.DurableExecutionName": "refused",
    "InvokeWithResponseStream.TenantId": "refused",
  },
  sqs: {
    // Fair queues: the group is kept and shown; messages of busy groups do not wait for those of quiet ones.
    "SendMessage.MessageGroupId of a standard queue": "stored",
    "SendMessageBatch.Entries.MessageGroupId of a standard queue": "stored",
    // There are no KMS keys.
    "CreateQueue.Attributes KmsMasterKeyId": "refused",
    "CreateQueue.Attributes KmsDataKeyReusePeriodSeconds": "default only",
    "SetQueueAttributes.Attributes KmsMasterKeyId": "refused",
    "SetQueueAttributes.Attributes KmsDataKeyReusePeriodSeconds": "default only",
  },
  events: {
    "CreateEventBus.KmsKeyIdentifier": "refused",
    "CreateEventBus.EventSourceName": "refused",
    "CreateEventBus.LogConfig": "default only",
    "UpdateEventBus.KmsKeyIdentifier": "refused",
    "UpdateEventBus.LogConfig": "default only",
    "CreateArchive.KmsKeyIdentifier": "refused",
    "UpdateArchive.KmsKeyIdentifier": "refused",
    "PutEvents.EndpointId": "refused",
    // Parameters of targets that nothing is delivered to yet.
    "PutTargets.Targets.KinesisParameters": "refused",
    "PutTargets.Targets.RunCommandParameters": "refused",
    "PutTargets.Targets.EcsParameters": "refused",
    "PutTargets.Targets.BatchParameters": "refused",
    "PutTargets.Targets.HttpParameters": "refused",
    "PutTargets.Targets.RedshiftDataParameters": "refused",
    "PutTargets.Targets.SageMakerPipelineParameters": "refused",
    "PutTargets.Targets.AppSyncParameters": "refused",
  },
};
