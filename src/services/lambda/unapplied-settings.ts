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
  /** Paths of what nothing but the default is taken for; none where the rest of a member is applied. For docs/coverage.md. */
  readonly members: readonly string[];
  /** Whether the input asks for more than the default; left out where there is no default, and sending it is asking. */
  readonly isAskedFor?: (input: Input, subject: Subject) => boolean;
}

const isFilled = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;
const isText = (text: string | undefined): boolean => text !== undefined && text !== "";

const functionSettings: readonly UnappliedSetting<FunctionSettings>[] = [
  {
    setting: "PackageType Image",
    members: ["PackageType"],
    why: "container images are not run; send a zip.",
    isAskedFor: ({ PackageType }) => PackageType !== undefined && PackageType !== "Zip",
  },
  {
    setting: "Runtime custom",
    members: [],
    why: "customer-managed runtimes are not known; use provided.al2023.",
    isAskedFor: ({ Runtime }) => (Runtime as string | undefined) === "custom",
  },
  {
    setting: "Architectures",
    members: ["Architectures"],
    why: "functions run on the processor of this machine only.",
    isAskedFor: ({ Architectures }, { settings }) =>
      isFilled(Architectures) && Architectures?.some((architecture) => architecture !== settings.architecture) === true,
  },
  {
    setting: "VpcConfig",
    members: ["VpcConfig"],
    why: "functions share the network of this machine; leave subnets and security groups out.",
    isAskedFor: ({ VpcConfig }) =>
      isFilled(VpcConfig?.SubnetIds) ||
      isFilled(VpcConfig?.SecurityGroupIds) ||
      VpcConfig?.Ipv6AllowedForDualStack === true,
  },
  {
    setting: "FileSystemConfigs",
    members: ["FileSystemConfigs"],
    why: "no file systems are mounted.",
    isAskedFor: ({ FileSystemConfigs }) => isFilled(FileSystemConfigs),
  },
  {
    setting: "EphemeralStorage",
    // Applied where functions are isolated.
    members: [],
    why: "functions that are not isolated write to the disk of this machine, with no limit; lambent doctor says what isolates them.",
    isAskedFor: ({ EphemeralStorage }, { settings }) =>
      !settings.limitsStorage && EphemeralStorage !== undefined && EphemeralStorage.Size !== defaults.ephemeralStorageMiB,
  },
  {
    setting: "KMSKeyArn",
    members: ["KMSKeyArn"],
    why: "variables are not encrypted with keys of your own.",
    isAskedFor: ({ KMSKeyArn }) => isText(KMSKeyArn),
  },
  {
    setting: "TracingConfig.Mode Active",
    members: ["TracingConfig.Mode"],
    why: "traces are not recorded; only PassThrough is known.",
    isAskedFor: ({ TracingConfig }) => TracingConfig?.Mode !== undefined && TracingConfig.Mode !== "PassThrough",
  },
  {
    setting: "SnapStart.ApplyOn PublishedVersions",
    members: ["SnapStart.ApplyOn"],
    why: "no snapshots are taken; only None is known.",
    isAskedFor: ({ SnapStart }) => SnapStart?.ApplyOn !== undefined && SnapStart.ApplyOn !== "None",
  },
  {
    setting: "ImageConfig",
    members: ["ImageConfig"],
    why: "container images are not run.",
    isAskedFor: ({ ImageConfig }) =>
      isFilled(ImageConfig?.EntryPoint) || isFilled(ImageConfig?.Command) || isText(ImageConfig?.WorkingDirectory),
  },
  {
    setting: "ExecutionEnvironmentMemoryGiBPerVCpu",
    members: ["CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig.ExecutionEnvironmentMemoryGiBPerVCpu"],
    why: "environments share the processors of this machine.",
  },
  {
    setting: "DurableConfig",
    members: ["DurableConfig"],
    why: "there are no durable executions.",
  },
  {
    setting: "TenancyConfig",
    members: ["TenancyConfig"],
    why: "environments are not kept apart by tenant.",
  },
  {
    setting: "PublishTo",
    members: ["PublishTo"],
    why: "there is no $LATEST.PUBLISHED; invoke $LATEST, a version or an alias.",
  },
];

/** Of FunctionCode; UpdateFunctionCode has the same members at its top. */
const codeSettings: readonly UnappliedSetting<CodeSettings>[] = [
  {
    setting: "S3ObjectStorageMode REFERENCE",
    members: ["S3ObjectStorageMode"],
    why: "code is always copied.",
    isAskedFor: ({ S3ObjectStorageMode }) => S3ObjectStorageMode !== undefined && S3ObjectStorageMode !== "COPY",
  },
  {
    setting: "ImageUri",
    members: ["ImageUri"],
    why: "container images are not run; send a zip.",
    isAskedFor: ({ ImageUri }) => isText(ImageUri),
  },
  {
    setting: "SourceKMSKeyArn",
    members: ["SourceKMSKeyArn"],
    why: "code is not encrypted with keys of your own.",
    isAskedFor: ({ SourceKMSKeyArn }) => isText(SourceKMSKeyArn),
  },
];

const mappingSettings: readonly UnappliedSetting<PartOf<LambdaInput<"UpdateEventSourceMapping">>>[] = [
  {
    setting: "KMSKeyArn",
    members: ["KMSKeyArn"],
    why: "filters are not encrypted with keys of your own.",
    isAskedFor: ({ KMSKeyArn }) => isText(KMSKeyArn),
  },
];

/** Also what PublishVersion and UpdateFunctionCode share with them: Architectures, PublishTo. */
export const refuseUnappliedSettings = (input: FunctionSettings, subject: Subject): void =>
  refuse(functionSettings, input, subject);

export const refuseUnappliedCode = (input: CodeSettings, subject: Subject): void =>
  refuse(codeSettings, input, subject);

export const refuseUnappliedMapping = (input: PartOf<LambdaInput<"UpdateEventSourceMapping">>, subject: Subject): void =>
  refuse(mappingSettings, input, subject);

/** For docs/coverage.md, by what refuses them. */
export const unappliedMembers = {
  refuseUnappliedSettings: functionSettings.map(wordOf),
  refuseUnappliedCode: codeSettings.map(wordOf),
  refuseUnappliedMapping: mappingSettings.map(wordOf),
} as const;

function refuse<Input extends object>(table: readonly UnappliedSetting<Input>[], input: Input, subject: Subject): void {
  const asked = table.find(({ members, isAskedFor }) =>
    isAskedFor === undefined ? members.some((path) => isSent(input, path)) : isAskedFor(input, subject),
  );
  if (asked !== undefined) throw settingNotApplied(asked.setting, asked.why);
}

const isSent = (input: object, path: string): boolean =>
  path.split(".").reduce<unknown>((part, name) => (part instanceof Object ? Reflect.get(part, name) : undefined), input) !==
  undefined;

function wordOf<Input>({ members, isAskedFor }: UnappliedSetting<Input>): {
  readonly members: readonly string[];
  readonly word: "refused" | "default only";
} {
  return { members, word: isAskedFor === undefined ? "refused" : "default only" };
}
