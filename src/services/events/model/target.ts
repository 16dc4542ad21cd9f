// What may be a target: which kinds of resources, and what each needs besides.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
import type { Fault } from "../../../core/faults.ts";
import { notApplied } from "../faults/base.ts";
import { groupRequired, malformedTarget, roleRequired } from "../faults/rules.ts";
import type { TargetRecord } from "./rule.ts";
import { readTargetInput } from "./target-input.ts";

/** By the service of the ARN. What is not here is not delivered to yet, and refused by name. */
const kinds: ReadonlyMap<string, (target: TargetRecord) => Fault | undefined> = new Map<string, (target: TargetRecord) => Fault | undefined>([
  ["lambda", () => undefined],
  ["sns", () => undefined],
  ["sqs", ({ Id, Arn, SqsParameters }) => (Arn.endsWith(".fifo") && SqsParameters?.MessageGroupId === undefined ? groupRequired(Id) : undefined)],
  ["events", ({ Arn }) => (Arn.includes(":event-bus/") ? undefined : notApplied(`target ${Arn}`, "of EventBridge only buses are delivered to."))],
]);

/** Of targets that are not in `kinds`. */
const unappliedParameters = [
  "KinesisParameters",
  "RunCommandParameters",
  "EcsParameters",
  "BatchParameters",
  "HttpParameters",
  "RedshiftDataParameters",
  "SageMakerPipelineParameters",
  "AppSyncParameters",
] as const;

/** Faults: malformed, more than one kind of input, a kind of target that is not delivered to. */
export function checkTarget(target: TargetRecord): void {
  const { Id, Arn } = target;
  const [, , service = ""] = Arn.split(":");
  if (!/^arn:[\w-]+:[\w-]+:[\w-]*:\d*:.+$/.test(Arn)) throw malformedTarget(Id);
  const check = kinds.get(service);
  if (service === "states" && target.RoleArn === undefined) throw roleRequired(Arn);
  if (check === undefined) throw notApplied(`target ${Arn}`, `nothing is delivered to ${service} yet.`);
  const unknown = unappliedParameters.find((name) => target[name] !== undefined);
  if (unknown !== undefined) throw notApplied(unknown, "nothing is delivered to what takes it yet.");
  const fault = check(target);
  if (fault !== undefined) throw fault;
  readTargetInput(target);
}
