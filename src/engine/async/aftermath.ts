// What is delivered of an event that was handled or dropped: records to destinations, the event itself to the dead-letter
// queue. Committed along with the end of the event.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
import { formatFunctionArn } from "../../core/arn.ts";
import type { Delivery, DeliverySource } from "../../core/delivery.ts";
import type { ResolvedFunction } from "../../functions/catalog.ts";
import { latestVersion, type FunctionId } from "../../functions/function-version.ts";
import type { QueuedEvent } from "./queued-event.ts";
import { asJson, type Dropped, type DropReason, type Run } from "./verdict.ts";

/** Of one event, and of the function as it is now. */
export interface Subject {
  readonly id: FunctionId;
  readonly event: QueuedEvent;
  readonly resolved: Pick<ResolvedFunction, "version" | "events">;
  readonly nowMs: number;
}

/** As AWS tries for as long as an event may wait; its own figures are not told. */
const retry = { attempts: 185, maxAgeSeconds: 21_600, schedule: "exponential" } as const;

export function deliveriesOfHandled(subject: Subject, run: Run): readonly Delivery[] {
  const { onSuccess } = subject.resolved.events.destinations;
  if (onSuccess === undefined) return [];
  const response = { statusCode: 200, executedVersion: run.executedVersion, functionError: undefined, payload: asJson(run.text) };
  return [recordDelivery(subject, onSuccess, { condition: "Success", count: run.count, response })];
}

/** Dead-letter queue and destination, each where there is one. */
export function deliveriesOfDropped(subject: Subject, dropped: Dropped): readonly Delivery[] {
  const { version, events } = subject.resolved;
  const { deadLetterArn } = version.configuration;
  const { onFailure } = events.destinations;
  return [
    ...(deadLetterArn === undefined ? [] : [deadLetter(subject, deadLetterArn, dropped)]),
    ...(onFailure === undefined ? [] : [recordDelivery(subject, onFailure, failedRecord(dropped))]),
  ];
}

/** The other reasons of ours are none that AWS's records know. */
const conditions: ReadonlySet<DropReason> = new Set<DropReason>(["RetriesExhausted", "EventAgeExceeded", "ZeroReservedConcurrency"]);

function failedRecord({ reason, statusCode, event }: Dropped): RecordedEnd {
  const { last, failures } = event;
  return {
    condition: conditions.has(reason) ? reason : "RetriesExhausted",
    count: failures,
    response:
      statusCode === undefined
        ? undefined
        : { statusCode, executedVersion: last?.executedVersion, functionError: last?.functionError, payload: last?.response },
  };
}

function deadLetter(subject: Subject, target: string, { statusCode, message }: Dropped): Delivery {
  const { event } = subject;
  return {
    target,
    body: event.payload,
    attributes: {
      RequestID: { type: "String", value: event.requestId },
      ErrorCode: { type: "Number", value: String(statusCode ?? 429) },
      // SQS and SNS take no empty value.
      ErrorMessage: { type: "String", value: message || "None" },
    },
    from: sourceOf(subject),
    retry,
    trace: event.trace,
  };
}

interface RecordedEnd {
  readonly condition: string;
  readonly count: number;
  readonly response:
    | {
        readonly statusCode: number;
        readonly executedVersion: string | undefined;
        readonly functionError: string | undefined;
        /** JSON text. */
        readonly payload: string | undefined;
      }
    | undefined;
}

function recordDelivery(subject: Subject, target: string, end: RecordedEnd): Delivery {
  const { id, event } = subject;
  const functionArn = formatFunctionArn(id, event.qualifier ?? latestVersion);
  return {
    target,
    body: recordText(subject, functionArn, end),
    parameters: {
      source: "lambda",
      detailType: `Lambda Function Invocation Result - ${end.condition === "Success" ? "Success" : "Failure"}`,
      resources: [target, functionArn],
      time: new Date(subject.nowMs).toISOString(),
    },
    from: sourceOf(subject),
    retry,
    trace: event.trace,
  };
}

/** Payloads are put in as they are: what is read and written again has other numbers. */
function recordText({ event, nowMs }: Subject, functionArn: string, { condition, count, response }: RecordedEnd): string {
  const members: [string, string | undefined][] = [
    ["version", '"1.0"'],
    ["timestamp", JSON.stringify(new Date(nowMs).toISOString())],
    ["requestContext", JSON.stringify({ requestId: event.requestId, functionArn, condition, approximateInvokeCount: count })],
    ["requestPayload", event.payload],
  ];
  if (response !== undefined) {
    const { payload, ...context } = response;
    members.push(["responseContext", JSON.stringify(context)], ["responsePayload", payload]);
  }
  return `{${members.flatMap(([name, json]) => (json === undefined ? [] : [`"${name}":${json}`])).join(",")}}`;
}

const sourceOf = ({ id, resolved }: Subject): DeliverySource => ({
  principal: "lambda.amazonaws.com",
  arn: formatFunctionArn(id),
  account: id.account,
  region: id.region,
  roleArn: resolved.version.configuration.role,
});
