// What a schedule may do: bring its input to a resource, or run any operation of a service (a universal target).
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
import { parseArn } from "../../../core/arn.ts";
import { inputNotJson, malformedTarget, notApplied, parametersMissing, readOnlyAction } from "../faults/schedules.ts";
import type { ScheduleTarget } from "./schedule.ts";

/** By the service of the ARN, what a target of it needs. What is not here is refused by name. */
const kinds: ReadonlyMap<string, (target: ScheduleTarget) => void> = new Map<string, (target: ScheduleTarget) => void>([
  ["lambda", ({ Input }) => requireJson(Input)],
  ["sns", () => undefined],
  ["sqs", ({ Arn, SqsParameters }) => requireParameters(!Arn.endsWith(".fifo") || SqsParameters?.MessageGroupId !== undefined, "SqsParameters")],
  [
    "events",
    ({ EventBridgeParameters, Input }) => {
      requireParameters(EventBridgeParameters !== undefined, "EventBridgeParameters");
      requireJson(Input);
    },
  ],
  ["scheduler", checkUniversal],
]);

/** Faults: malformed, incomplete, or of a kind that nothing is delivered to yet. */
export function checkTarget(target: ScheduleTarget): void {
  const arn = parseArn(target.Arn);
  if (arn === undefined) throw malformedTarget(target.Arn);
  const check = kinds.get(arn.service);
  if (check === undefined) throw notApplied(`target ${target.Arn}`, `nothing is delivered to ${arn.service} yet.`);
  const unknown = unappliedParameters.find((name) => target[name] !== undefined);
  if (unknown !== undefined) throw notApplied(unknown, "nothing is delivered to what takes it yet.");
  check(target);
}

/** Of targets that are not in `kinds`. */
const unappliedParameters = [
  "EcsParameters",
  "EventBridgePutEventsV2Parameters",
  "EventBridgePutRawEventsParameters",
  "KinesisParameters",
  "SageMakerPipelineParameters",
] as const;

export interface UniversalAction {
  readonly service: string;
  /** As the service's API names it: `SendMessage`. */
  readonly operation: string;
}

/** Names that SDKs give a service, where its endpoint has another. */
const endpointNames: ReadonlyMap<string, string> = new Map([
  ["eventbridge", "events"],
  ["sfn", "states"],
  ["cloudwatchlogs", "logs"],
]);

/** Undefined: the target is a resource. Fault: malformed. */
export function universalAction(targetArn: string): UniversalAction | undefined {
  const arn = parseArn(targetArn);
  if (arn?.service !== "scheduler") return undefined;
  const [, service = "", action = ""] = /^aws-sdk:([a-z0-9]+):([a-zA-Z0-9]+)$/.exec(arn.resource) ?? [];
  if (action === "") throw malformedTarget(targetArn);
  return { service: endpointNames.get(service) ?? service, operation: `${action.charAt(0).toUpperCase()}${action.slice(1)}` };
}

function checkUniversal({ Arn, Input }: ScheduleTarget): void {
  const action = universalAction(Arn);
  if (action !== undefined && /^(?:Get|Describe|List|Query|Scan|Search|Select|Lookup|BatchGet)/.test(action.operation)) throw readOnlyAction(action.operation);
  requireJson(Input);
}

function requireParameters(isThere: boolean, name: string): void {
  if (!isThere) throw parametersMissing(name);
}

function requireJson(input: string | undefined): void {
  if (input === undefined) return;
  try {
    JSON.parse(input);
  } catch {
    throw inputNotJson();
  }
}
