import * as lambda from "@aws-sdk/client-lambda";
import { beforeAll, describe, expect, test } from "vitest";
import { Fault } from "../../core/faults.ts";
import { readConstraints } from "./constraints.ts";
import { type Validator, createValidator, loadValidator } from "./validator.ts";

let validator: Validator;
beforeAll(async () => {
  validator = await loadValidator("lambda");
});

function refusal(operation: string, input: Record<string, unknown>, unknownMembers: string[] = []): Fault {
  try {
    validator.validate(operation, input, unknownMembers);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("was accepted");
}

const message = (input: Record<string, unknown>): string => refusal("CreateFunction", { ...created, ...input }).message;

const role = "arn:aws:iam::000000000000:role/r";
const created = { FunctionName: "f", Role: role, Code: { ZipFile: new Uint8Array(1) } };
const rolePattern = String.raw`arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`;

describe("accepts", () => {
  test("a function with what it needs", () => {
    expect(() => validator.validate("CreateFunction", created, [])).not.toThrow();
  });

  test("names of functions: plain, partial, full, with qualifier", () => {
    for (const FunctionName of [
      "my-function_1",
      "function",
      "000000000000:function:f",
      "000000000000:f",
      "eu-west-1:000000000000:function:f:7",
      "arn:aws:lambda:eu-west-1:000000000000:function:f:$LATEST",
      "arn:aws-us-gov:lambda:us-gov-west-1:000000000000:function:f",
      "name.with.dots",
    ]) {
      expect(() => validator.validate("GetFunction", { FunctionName }, []), FunctionName).not.toThrow();
    }
  });

  test("an empty map, list and optional members that are missing or null", () => {
    const input = { ...created, Tags: {}, Layers: [], Handler: undefined, Timeout: null };
    expect(() => validator.validate("CreateFunction", input, [])).not.toThrow();
  });

  test("an operation without any input", () => {
    expect(() => validator.validate("GetAccountSettings", {}, [])).not.toThrow();
  });

  test("a runtime of any name: the operation answers for it", () => {
    expect(() => validator.validate("CreateFunction", { ...created, Runtime: "cobol" }, [])).not.toThrow();
  });

  test("a payload that streams, whatever its length", () => {
    const Payload = (async function* () {})();
    expect(() => validator.validate("Invoke", { FunctionName: "f", Payload }, [])).not.toThrow();
  });
});

describe("refuses in AWS's words", () => {
  test("a missing member", () => {
    const fault = refusal("CreateFunction", { FunctionName: "f", Code: {} });
    expect(fault).toMatchObject({ code: "ValidationException", status: 400 });
    expect(fault.message).toBe(
      "1 validation error detected: Value null at 'role' failed to satisfy constraint: Member must not be null",
    );
  });

  test("a string that is too long", () => {
    const value = "d".repeat(257);
    expect(message({ Description: value })).toBe(
      `1 validation error detected: Value '${value}' at 'description' failed to satisfy constraint: Member must have length less than or equal to 256`,
    );
  });

  test("a string that is too short and does not match, as two", () => {
    expect(refusal("GetFunction", { FunctionName: "" }).message).toMatch(
      /^2 validation errors detected: Value '' at 'functionName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: /,
    );
  });

  test("a role that is none", () => {
    expect(message({ Role: "admin" })).toBe(
      `1 validation error detected: Value 'admin' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: ${rolePattern}`,
    );
  });

  test("a number out of range", () => {
    expect(message({ Timeout: 0 })).toBe(
      "1 validation error detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1",
    );
  });

  test("a value outside of an enum", () => {
    expect(message({ PackageType: "Tar" })).toBe(
      "1 validation error detected: Value 'Tar' at 'packageType' failed to satisfy constraint: Member must satisfy enum value set: [Zip, Image]",
    );
  });

  test("an item of a list, at the list, with every rule for items", () => {
    expect(message({ Layers: ["arn:aws:lambda:eu-west-1:000000000000:layer:l"] })).toMatch(
      /^1 validation error detected: Value '\[arn:aws:lambda:eu-west-1:000000000000:layer:l\]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: \[Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: .+, Member must not be null\]$/,
    );
    expect(message({ Architectures: ["x86_64", "arm"] })).toContain(
      "Value '[x86_64, arm]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
    );
  });

  test("a method of a function URL as AWS was recorded to", () => {
    const input = { FunctionName: "f", AuthType: "NONE", Cors: { AllowMethods: ["GET", "POST", "OPTIONS"] } };
    expect(refusal("CreateFunctionUrlConfig", input).message).toBe(
      "1 validation error detected: Value '[GET, POST, OPTIONS]' at 'cors.allowMethods' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 6, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: .*, Member must not be null]",
    );
  });

  test("a list that is too long", () => {
    const Architectures = ["x86_64", "arm64"];
    expect(message({ Architectures })).toBe(
      "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
    );
  });

  test("a member of a structure in a list, counted from one", () => {
    const FileSystemConfigs = [{ Arn: "arn:aws:elasticfilesystem:eu-west-1:000000000000:access-point/fsap-0123456789abcdef0" }];
    expect(message({ FileSystemConfigs })).toBe(
      "1 validation error detected: Value null at 'fileSystemConfigs.1.member.localMountPath' failed to satisfy constraint: Member must not be null",
    );
  });

  test("a key of an alias's weights as AWS was recorded to", () => {
    const input = { FunctionName: "f", Name: "a", FunctionVersion: "1", RoutingConfig: { AdditionalVersionWeights: { $LATEST: 0.5 } } };
    expect(refusal("CreateAlias", input).message).toBe(
      "1 validation error detected: Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+, Member must not be null]",
    );
  });

  test("keys and values of a map", () => {
    expect(message({ Tags: { "a!": "v" } })).toContain("Value '{a!=v}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [");
    expect(message({ Tags: { a: "v!" } })).toContain("Value '{a=v!}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: [");
  });

  test("a double, with the point that Java prints", () => {
    const input = { FunctionName: "f", Name: "a", FunctionVersion: "1", RoutingConfig: { AdditionalVersionWeights: { 2: 1.5 } } };
    expect(refusal("CreateAlias", input).message).toBe(
      "1 validation error detected: Value '{2=1.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]",
    );
  });

  test("a nested member, its first letter alone lowered", () => {
    expect(message({ KMSKeyArn: "k", VpcConfig: { SubnetIds: ["net-1"] } })).toMatch(
      /^2 validation errors detected: .*Value '\[net-1\]' at 'vpcConfig.subnetIds' .*Value 'k' at 'kMSKeyArn'/,
    );
  });

  test("everything at once", () => {
    expect(refusal("CreateFunction", { FunctionName: "f!", MemorySize: 1 }).message).toMatch(/^4 validation errors detected: /);
  });
});

describe("keeps to itself", () => {
  test("values that the model marks as sensitive", () => {
    expect(message({ Environment: { Variables: { "not a name": "s3cret" } } })).toBe(
      "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
    );
  });
});

describe("members that the installed client lacks", () => {
  test("are refused by name when AWS has them", () => {
    expect(refusal("CreateFunction", created, ["AcceleratorConfig"]).message).toBe(
      "1 validation error detected: Value at 'acceleratorConfig' failed to satisfy constraint: Member must not be set, Lambent does not support it yet",
    );
  });

  test("are dropped when AWS would drop them", () => {
    for (const path of ["Colour", "VpcConfig.Colour", "Tags.a.b", "constructor", "__proto__", "Nowhere.AcceleratorConfig", ""]) {
      expect(() => validator.validate("CreateFunction", created, [path]), path).not.toThrow();
    }
  });

  test("are looked for in the structure that they were sent in", async () => {
    const rules = { required: false };
    const constraints = {
      service: "lambda",
      operations: [],
      structures: { FileSystemConfig: { Mode: rules }, VpcConfig: { Mtu: rules } },
    };
    const made = createValidator(constraints, lambda);
    const paths = ["FileSystemConfigs.Mode", "VpcConfig.Mtu", "VpcConfig.Mode"];
    expect(() => made.validate("CreateFunction", created, paths)).toThrow(
      /^2 validation errors detected: Value at 'fileSystemConfigs.mode' .*; Value at 'vpcConfig.mtu' /,
    );
  });
});

describe("hostile input", () => {
  test("is told about a hundred failures at most, each value at bounded length", () => {
    const FileSystemConfigs = Array.from({ length: 50_000 }, () => ({ LocalMountPath: "x".repeat(50) }));
    const text = message({ FileSystemConfigs, Tags: { ["k".repeat(1_000_000)]: "v" } });
    expect(text.length).toBeLessThan(200_000);
    expect(text).toMatch(/^100 validation errors detected/);
  });

  test("with many unknown members is read in linear time", () => {
    const paths = Array.from({ length: 50_000 }, (_, index) => `Tags.k${index}.AcceleratorConfig`);
    expect(() => validator.validate("CreateFunction", created, paths)).not.toThrow();
    expect(refusal("CreateFunction", created, ["AcceleratorConfig", ...paths, "AcceleratorConfig"]).message).toMatch(/^1 validation error detected/);
  });

  test("finds no member on the prototype", () => {
    const input: unknown = JSON.parse(`{"FunctionName":"f","Code":{},"__proto__":{"Role":"${role}"}}`);
    expect(refusal("CreateFunction", Object.assign(Object.create({ Role: role }), input)).message).toContain("Value null at 'role'");
  });

  test("is measured in characters, not in UTF-16 units", () => {
    expect(() => validator.validate("CreateFunction", { ...created, Description: "𝒽".repeat(256) }, [])).not.toThrow();
    expect(message({ Description: "𝒽".repeat(257) })).toContain("less than or equal to 256");
  });
});

test("a constraint file keeps the spelling of doubles", async () => {
  const { structures } = await readConstraints("lambda");
  expect(structures["AliasRoutingConfiguration"]?.["AdditionalVersionWeights"]?.value).toEqual({ min: "0.0", max: "1.0" });
});
