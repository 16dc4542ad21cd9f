import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { startTestLambent, temporaryFolder, type TestLambent, testRole } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

/** Prints, as JSON, what a boto3 user sees of one function's life. */
const program = `
import boto3, json, sys
client = boto3.client("lambda")
code = open(sys.argv[1], "rb").read()
seen = {}
seen["created"] = client.create_function(FunctionName="boto", Runtime="nodejs26.x", Handler="index.handler", Role=sys.argv[2], Code={"ZipFile": code}, Timeout=5)["State"]
client.get_waiter("function_active_v2").wait(FunctionName="boto", WaiterConfig={"Delay": 1})
answer = client.invoke(FunctionName="boto", Payload=b'{"name": "boto"}', LogType="Tail")
seen["payload"] = json.loads(answer["Payload"].read())
seen["status"] = answer["StatusCode"]
seen["headers"] = sorted(answer["ResponseMetadata"]["HTTPHeaders"])
client.update_function_configuration(FunctionName="boto", Description="new")
client.get_waiter("function_updated_v2").wait(FunctionName="boto", WaiterConfig={"Delay": 1})
seen["description"] = client.get_function_configuration(FunctionName="boto")["Description"]
seen["pages"] = [f["FunctionName"] for page in client.get_paginator("list_functions").paginate() for f in page["Functions"]]
seen["version"] = client.publish_version(FunctionName="boto", Description="v")["Version"]
client.get_waiter("published_version_active").wait(FunctionName="boto", Qualifier="1", WaiterConfig={"Delay": 1})
alias = client.create_alias(FunctionName="boto", Name="live", FunctionVersion="1")
seen["alias"] = [alias["ResponseMetadata"]["HTTPStatusCode"], alias["FunctionVersion"]]
seen["executed"] = client.invoke(FunctionName="boto", Qualifier="live")["ExecutedVersion"]
seen["versions"] = [v["Version"] for page in client.get_paginator("list_versions_by_function").paginate(FunctionName="boto") for v in page["Versions"]]
arn = client.get_function(FunctionName="boto")["Configuration"]["FunctionArn"]
client.tag_resource(Resource=arn, Tags={"a b": "ü"})
seen["tags"] = client.list_tags(Resource=arn)["Tags"]
seen["limit"] = client.get_account_settings()["AccountLimit"]["CodeSizeUnzipped"]
def refusal(call, **arguments):
    try:
        call(**arguments)
    except client.exceptions.ClientError as error:
        return [error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["ResponseMetadata"]["RetryAttempts"]]
seen["refusals"] = [
    refusal(client.create_alias, FunctionName="boto", Name="live", FunctionVersion="1"),
    refusal(client.update_function_configuration, FunctionName="boto", MemorySize=1 << 20),
    refusal(client.invoke_async, FunctionName="boto", InvokeArgs=b"{"),
]
client.put_function_event_invoke_config(FunctionName="boto", MaximumRetryAttempts=0)
asynchronous = client.update_function_event_invoke_config(FunctionName="boto", MaximumEventAgeInSeconds=60)
seen["asynchronous"] = [asynchronous["MaximumRetryAttempts"], asynchronous["MaximumEventAgeInSeconds"], asynchronous["LastModified"].year > 2000, asynchronous["DestinationConfig"]]
client.create_function_url_config(FunctionName="boto", Qualifier="live", AuthType="AWS_IAM", Cors={"AllowOrigins": ["*"]})
seen["urls"] = [url["FunctionArn"][-9:] for page in client.get_paginator("list_function_url_configs").paginate(FunctionName="boto") for url in page["FunctionUrlConfigs"]]
client.put_function_recursion_config(FunctionName="boto", RecursiveLoop="Allow")
seen["recursion"] = client.get_function_recursion_config(FunctionName="boto")["RecursiveLoop"]
client.add_permission(FunctionName="boto", Qualifier="live", StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::b")
seen["policy"] = json.loads(client.get_policy(FunctionName="boto", Qualifier="live")["Policy"])["Statement"][0]["Condition"]
client.remove_permission(FunctionName="boto", Qualifier="live", StatementId="s")
publisher = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/mine/abcdefghij"
signing = client.create_code_signing_config(AllowedPublishers={"SigningProfileVersionArns": [publisher]})["CodeSigningConfig"]
client.put_function_code_signing_config(FunctionName="boto", CodeSigningConfigArn=signing["CodeSigningConfigArn"])
seen["signing"] = [signing["CodeSigningPolicies"], client.list_functions_by_code_signing_config(CodeSigningConfigArn=signing["CodeSigningConfigArn"])["FunctionArns"] == [arn]]
client.delete_function_code_signing_config(FunctionName="boto")
client.delete_code_signing_config(CodeSigningConfigArn=signing["CodeSigningConfigArn"])
try:
    client.get_code_signing_config(CodeSigningConfigArn=signing["CodeSigningConfigArn"])
except client.exceptions.ResourceNotFoundException as error:
    seen["unsigned"] = error.response["Error"]["Message"][-18:]
try:
    client.invoke(FunctionName="nobody")
except client.exceptions.ResourceNotFoundException as error:
    seen["error"] = error.response["Error"]["Message"]
client.delete_function(FunctionName="boto")
print(json.dumps(seen))
`;

/** The settings of a function that have operations of their own, and what it is made with. */
const settings = `
import boto3, json, sys
client = boto3.client("lambda")
code = open(sys.argv[1], "rb").read()
seen = {}
layer = client.publish_layer_version(LayerName="shared", Content={"ZipFile": code}, CompatibleArchitectures=["x86_64", "arm64"])
client.add_layer_version_permission(LayerName="shared", VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal="*")
seen["layer policy"] = [s["Sid"] for s in json.loads(client.get_layer_version_policy(LayerName="shared", VersionNumber=1)["Policy"])["Statement"]]
seen["layers"] = [l["LayerName"] for page in client.get_paginator("list_layers").paginate() for l in page["Layers"]]
publishers = {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/Ours/abcdefghij"]}
signing = client.create_code_signing_config(AllowedPublishers=publishers)["CodeSigningConfig"]
client.create_function(FunctionName="set", Runtime="nodejs26.x", Handler="index.handler", Role=sys.argv[2], Code={"ZipFile": code}, Layers=[layer["LayerVersionArn"]], Publish=True)
client.get_waiter("function_active_v2").wait(FunctionName="set", WaiterConfig={"Delay": 1})
client.get_waiter("published_version_active").wait(FunctionName="set", Qualifier="1", WaiterConfig={"Delay": 1})
client.put_function_code_signing_config(FunctionName="set", CodeSigningConfigArn=signing["CodeSigningConfigArn"])
seen["signed"] = [arn[-3:] for page in client.get_paginator("list_functions_by_code_signing_config").paginate(CodeSigningConfigArn=signing["CodeSigningConfigArn"]) for arn in page["FunctionArns"]]
client.put_function_concurrency(FunctionName="set", ReservedConcurrentExecutions=3)
seen["reserved"] = client.get_function_concurrency(FunctionName="set")["ReservedConcurrentExecutions"]
provisioned = client.put_provisioned_concurrency_config(FunctionName="set", Qualifier="1", ProvisionedConcurrentExecutions=1)
seen["provisioned"] = [provisioned["Status"], provisioned["ResponseMetadata"]["HTTPStatusCode"]]
boto3.client("sqs").create_queue(QueueName="jobs")
mapping = client.create_event_source_mapping(FunctionName="set", EventSourceArn="arn:aws:sqs:us-east-1:000000000000:jobs", Enabled=False)
seen["mapping"] = [client.get_event_source_mapping(UUID=mapping["UUID"])["BatchSize"], mapping["LastModified"].year > 2000]
seen["mappings"] = sum(len(page["EventSourceMappings"]) for page in client.get_paginator("list_event_source_mappings").paginate(FunctionName="set"))
arn = client.get_function_configuration(FunctionName="set")["RuntimeVersionConfig"]["RuntimeVersionArn"]
client.put_runtime_management_config(FunctionName="set", Qualifier="1", UpdateRuntimeOn="Manual", RuntimeVersionArn=arn)
seen["runtime"] = [client.get_runtime_management_config(FunctionName="set", Qualifier=q)["UpdateRuntimeOn"] for q in ["1", "$LATEST"]]
seen["pinned"] = client.get_runtime_management_config(FunctionName="set", Qualifier="1")["RuntimeVersionArn"] == arn
refusals = []
for call in [
    lambda: client.put_runtime_management_config(FunctionName="set", UpdateRuntimeOn="Manual", RuntimeVersionArn=arn[:-8] + "00000000"),
    lambda: client.delete_code_signing_config(CodeSigningConfigArn=signing["CodeSigningConfigArn"]),
    lambda: client.put_function_concurrency(FunctionName="set", ReservedConcurrentExecutions=1000),
    lambda: client.get_layer_version(LayerName="shared", VersionNumber=7),
]:
    try:
        call()
    except client.exceptions.ClientError as error:
        refusals.append(error.response["Error"]["Code"])
seen["refusals"] = refusals
print(json.dumps(seen))
`;

// Skipped where python3 has no boto3: pip install boto3.
describe.skipIf(!isInstalled("python3", "-c", "import boto3"))("boto3", () => {
  let lambent: TestLambent;
  beforeAll(async () => void (lambent = await startTestLambent()));
  afterAll(() => lambent[Symbol.asyncDispose]());

  /** What the program prints. */
  const seenBy = async (text: string): Promise<unknown> => {
    const zip = join(temporaryFolder("boto3"), "code.zip");
    writeFileSync(zip, await zipOf({ "index.mjs": "export const handler = async (event) => ({ hello: event.name });" }));
    return JSON.parse((await run("python3", ["-c", text, zip, testRole], lambent.environment)).stdout);
  };

  test("takes a function through its life", async () => {
    expect(await seenBy(program)).toMatchObject({
      created: "Pending",
      payload: { hello: "boto" },
      status: 200,
      policy: { ArnLike: { "AWS:SourceArn": "arn:aws:s3:::b" } },
      headers: expect.arrayContaining(["x-amz-executed-version", "x-amzn-requestid", "x-amz-log-result"]),
      description: "new",
      pages: ["boto"],
      version: "1",
      alias: [201, "1"],
      executed: "1",
      versions: ["$LATEST", "1"],
      tags: { "a b": "ü" },
      limit: 262_144_000,
      refusals: [
        ["ResourceConflictException", 409, 0],
        ["ValidationException", 400, 0],
        ["InvalidRequestContentException", 400, 0],
      ],
      asynchronous: [0, 60, true, { OnSuccess: {}, OnFailure: {} }],
      urls: ["boto:live"],
      recursion: "Allow",
      signing: [{ UntrustedArtifactOnDeployment: "Warn" }, true],
      unsigned: expect.stringMatching(/ can not be found\.$/),
      error: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST",
    });
  });

  test("configures a function beside its configuration", { timeout: 30_000 }, async () => {
    expect(await seenBy(settings)).toEqual({
      "layer policy": ["all"],
      layers: ["shared"],
      signed: ["set"],
      reserved: 3,
      provisioned: ["IN_PROGRESS", 202],
      mapping: [10, true],
      mappings: 1,
      runtime: ["Manual", "Auto"],
      pinned: true,
      refusals: ["InvalidParameterValueException", "ResourceConflictException", "InvalidParameterValueException", "ResourceNotFoundException"],
    });
  });
});
