// Settings that nothing applies yet. They are refused by name, never stored (CONTRIBUTING.md, What we hold to): what
// AWS accepts and means its default by passes, since SAM, CDK and Terraform send many defaults. Whoever makes one real
// deletes its line.
import type { LambdaInput } from "./api.ts";
import { settingNotApplied } from "./faults/settings.ts";
import { defaults } from "./limits.ts";
import type { LambdaSettings } from "./parts.ts";

/** Any part of an input. UpdateFunctionConfiguration's members are all CreateFunction's, too. */
type PartOf<Input> = { readonly [Member in keyof Input]?: Input[Member] | undefined };
type FunctionSettings = PartOf<LambdaInput<"CreateFunction">>;
type CodeSettings = PartOf<LambdaInput<"CreateFunction">["Code"]>;

interface Subject {
  readonly functionName: string;
  readonly settings: LambdaSettings;
}

interface UnappliedSetting<Input> {
  readonly setting: string;
  /** What to do without it, for the person who reads the refusal. */
  readonly why: string;
  /** Whether the input asks for more than the default. */
  readonly isAskedFor: (input: Input, subject: Subject) => boolean;
}

const isFilled = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;
const isText = (text: string | undefined): boolean => text !== undefined && text !== "";

const functionSettings: readonly UnappliedSetting<FunctionSettings>[] = [
  {
    setting: "PackageType Image",
    why: "container images are not run; send a zip.",
    isAskedFor: ({ PackageType }) => PackageType !== undefined && PackageType !== "Zip",
  },
  {
    setting: "Runtime custom",
    why: "customer-managed runtimes are not known; use provided.al2023.",
    isAskedFor: ({ Runtime }) => (Runtime as string | undefined) === "custom",
  },
  {
    setting: "Architectures",
    why: "functions run on the processor of this machine only.",
    isAskedFor: ({ Architectures }, { settings }) =>
      isFilled(Architectures) && Architectures?.some((architecture) => architecture !== settings.architecture) === true,
  },
  {
    setting: "VpcConfig",
    why: "functions share the network of this machine; leave subnets and security groups out.",
    isAskedFor: ({ VpcConfig }) =>
      isFilled(VpcConfig?.SubnetIds) ||
      isFilled(VpcConfig?.SecurityGroupIds) ||
      VpcConfig?.Ipv6AllowedForDualStack === true,
  },
  {
    setting: "FileSystemConfigs",
    why: "no file systems are mounted.",
    isAskedFor: ({ FileSystemConfigs }) => isFilled(FileSystemConfigs),
  },
  {
    setting: "Layers",
    why: "layers are not mounted; put their content into the package.",
    isAskedFor: ({ Layers }) => isFilled(Layers),
  },
  {
    setting: "EphemeralStorage",
    why: `only the default of ${defaults.ephemeralStorageMiB} MB is known.`,
    isAskedFor: ({ EphemeralStorage }) =>
      EphemeralStorage !== undefined && EphemeralStorage.Size !== defaults.ephemeralStorageMiB,
  },
  {
    setting: "DeadLetterConfig",
    why: "there are no asynchronous invokes.",
    isAskedFor: ({ DeadLetterConfig }) => isText(DeadLetterConfig?.TargetArn),
  },
  {
    setting: "KMSKeyArn",
    why: "variables are not encrypted with keys of your own.",
    isAskedFor: ({ KMSKeyArn }) => isText(KMSKeyArn),
  },
  {
    setting: "TracingConfig.Mode Active",
    why: "traces are not recorded; only PassThrough is known.",
    isAskedFor: ({ TracingConfig }) => TracingConfig?.Mode !== undefined && TracingConfig.Mode !== "PassThrough",
  },
  {
    setting: "SnapStart.ApplyOn PublishedVersions",
    why: "no snapshots are taken; only None is known.",
    isAskedFor: ({ SnapStart }) => SnapStart?.ApplyOn !== undefined && SnapStart.ApplyOn !== "None",
  },
  {
    setting: "LoggingConfig.LogFormat JSON",
    why: "log lines are text; only Text is known.",
    isAskedFor: ({ LoggingConfig }) => LoggingConfig?.LogFormat !== undefined && LoggingConfig.LogFormat !== "Text",
  },
  {
    setting: "log levels in LoggingConfig",
    why: "every line is kept.",
    isAskedFor: ({ LoggingConfig }) =>
      LoggingConfig?.ApplicationLogLevel !== undefined || LoggingConfig?.SystemLogLevel !== undefined,
  },
  {
    setting: "LoggingConfig.LogGroup",
    why: "each function logs to its default group, /aws/lambda/NAME.",
    isAskedFor: ({ LoggingConfig }, { functionName }) =>
      LoggingConfig?.LogGroup !== undefined && LoggingConfig.LogGroup !== defaultLogGroup(functionName),
  },
  {
    setting: "ImageConfig",
    why: "container images are not run.",
    isAskedFor: ({ ImageConfig }) =>
      isFilled(ImageConfig?.EntryPoint) || isFilled(ImageConfig?.Command) || isText(ImageConfig?.WorkingDirectory),
  },
  {
    setting: "CodeSigningConfigArn",
    why: "signatures of code are not verified.",
    isAskedFor: ({ CodeSigningConfigArn }) => isText(CodeSigningConfigArn),
  },
  {
    setting: "CapacityProviderConfig",
    why: "there are no capacity providers.",
    isAskedFor: ({ CapacityProviderConfig }) => CapacityProviderConfig !== undefined,
  },
  {
    setting: "DurableConfig",
    why: "there are no durable executions.",
    isAskedFor: ({ DurableConfig }) => DurableConfig !== undefined,
  },
  {
    setting: "TenancyConfig",
    why: "environments are not kept apart by tenant.",
    isAskedFor: ({ TenancyConfig }) => TenancyConfig !== undefined,
  },
  {
    setting: "PublishTo",
    why: "there is no $LATEST.PUBLISHED without capacity providers.",
    isAskedFor: ({ PublishTo }) => PublishTo !== undefined,
  },
];

/** Of FunctionCode; UpdateFunctionCode has the same members at its top. */
const codeSettings: readonly UnappliedSetting<CodeSettings>[] = [
  {
    setting: "S3ObjectStorageMode REFERENCE",
    why: "code is always copied.",
    isAskedFor: ({ S3ObjectStorageMode }) => S3ObjectStorageMode !== undefined && S3ObjectStorageMode !== "COPY",
  },
  {
    setting: "ImageUri",
    why: "container images are not run; send a zip.",
    isAskedFor: ({ ImageUri }) => isText(ImageUri),
  },
  {
    setting: "SourceKMSKeyArn",
    why: "code is not encrypted with keys of your own.",
    isAskedFor: ({ SourceKMSKeyArn }) => isText(SourceKMSKeyArn),
  },
];

/** Also what PublishVersion and UpdateFunctionCode share with them: Architectures, PublishTo. */
export const refuseUnappliedSettings = (input: FunctionSettings, subject: Subject): void =>
  refuse(functionSettings, input, subject);

export const refuseUnappliedCode = (input: CodeSettings, subject: Subject): void =>
  refuse(codeSettings, input, subject);

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html */
export const defaultLogGroup = (functionName: string): string => `/aws/lambda/${functionName}`;

function refuse<Input>(table: readonly UnappliedSetting<Input>[], input: Input, subject: Subject): void {
  const asked = table.find(({ isAskedFor }) => isAskedFor(input, subject));
  if (asked !== undefined) throw settingNotApplied(asked.setting, asked.why);
}
