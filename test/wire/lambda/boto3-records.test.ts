// What a boto3 user sees of event source mappings, capacity providers and durable executions.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, says } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

const program = `
import boto3, json
client = boto3.client("lambda")
seen = {}
def refusal(call, **arguments):
    try:
        call(**arguments)
    except client.exceptions.ClientError as error:
        return [type(error).__name__, error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Message"]]
queue = "arn:aws:sqs:us-east-1:000000000000:q"
stream = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
boto3.client("sqs").create_queue(QueueName="q")
made = client.create_event_source_mapping(FunctionName="mapped", EventSourceArn=queue, Enabled=False, FilterCriteria={"Filters": [{"Pattern": json.dumps({"body": {"a": [1]}})}]}, Tags={"a": "1"})
seen["mapping"] = [made["State"], made["BatchSize"], made["FunctionArn"], made["FilterCriteria"]["Filters"][0]["Pattern"]]
seen["pages"] = [m["UUID"] == made["UUID"] for page in client.get_paginator("list_event_source_mappings").paginate(EventSourceArn=queue) for m in page["EventSourceMappings"]]
seen["tags"] = client.list_tags(Resource=made["EventSourceMappingArn"])["Tags"]
seen["duplicate"] = refusal(client.create_event_source_mapping, FunctionName="mapped", EventSourceArn=queue, Enabled=False)[:2]
seen["enabled"] = refusal(client.create_event_source_mapping, FunctionName="mapped", EventSourceArn=stream, StartingPosition="LATEST", Enabled=True)
seen["deleted"] = client.delete_event_source_mapping(UUID=made["UUID"])["State"]
provider = client.create_capacity_provider(CapacityProviderName="c", VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}, PermissionsConfig={"CapacityProviderOperatorRoleArn": "arn:aws:iam::000000000000:role/operator"})
seen["provider"] = [provider["CapacityProvider"]["State"], client.get_capacity_provider(CapacityProviderName="c")["CapacityProvider"]["State"]]
seen["scaling"] = refusal(client.put_function_scaling_config, FunctionName="mapped", Qualifier="1", FunctionScalingConfig={"MinExecutionEnvironments": 1})[1:]
seen["executions"] = client.list_durable_executions_by_function(FunctionName="mapped")["DurableExecutions"]
seen["execution"] = refusal(client.get_durable_execution, DurableExecutionArn=made["FunctionArn"] + ":1/durable-execution/n/i")[:2]
print(json.dumps(seen))
`;

// Skipped where python3 has no boto3 that knows capacity providers (2026): pip install boto3.
const recent = `import boto3; boto3.client("lambda", region_name="us-east-1").create_capacity_provider`;
describe.skipIf(!isInstalled("python3", "-c", recent))("boto3", () => {
  let lambent: TestLambent;
  beforeAll(async () => void (lambent = await startTestLambent()));
  afterAll(() => lambent[Symbol.asyncDispose]());

  test("sees records, and the refusals of what does not run yet", async () => {
    await createFunction(lambent.lambda, "mapped", says("x"), { Publish: true });
    const { stdout } = await run("python3", ["-c", program], lambent.environment);
    expect(JSON.parse(stdout)).toEqual({
      mapping: ["Disabled", 10, arnOf("mapped"), '{"body": {"a": [1]}}'],
      pages: [true],
      tags: { a: "1" },
      duplicate: ["ResourceConflictException", 409],
      enabled: ["InvalidParameterValueException", 400, "Lambent does not poll Amazon Kinesis yet; create the mapping with Enabled false."],
      deleted: "Deleting",
      provider: ["Pending", "Active"],
      scaling: [403, "The function provided by the arn does not contain a capacity provider configuration"],
      executions: [],
      execution: ["ResourceNotFoundException", 404],
    });
  });
});
