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
    refusal(client.invoke_async, FunctionName="boto", InvokeArgs=b"{}"),
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

// Skipped where python3 has no boto3: pip install boto3.
describe.skipIf(!isInstalled("python3", "-c", "import boto3"))("boto3", () => {
  let lambent: TestLambent;
  beforeAll(async () => void (lambent = await startTestLambent()));
  afterAll(() => lambent[Symbol.asyncDispose]());

  test("takes a function through its life", async () => {
    const zip = join(temporaryFolder("boto3"), "code.zip");
    writeFileSync(zip, await zipOf({ "index.mjs": "export const handler = async (event) => ({ hello: event.name });" }));
    const { stdout } = await run("python3", ["-c", program, zip, testRole], lambent.environment);
    expect(JSON.parse(stdout)).toMatchObject({
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
        ["NotImplementedException", 501, 0],
      ],
      asynchronous: [0, 60, true, { OnSuccess: {}, OnFailure: {} }],
      urls: ["boto:live"],
      recursion: "Allow",
      signing: [{ UntrustedArtifactOnDeployment: "Warn" }, true],
      unsigned: expect.stringMatching(/ can not be found\.$/),
      error: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST",
    });
  });
});
