// One invoke by AWS's API, in the words of recordings.
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { recordedBody, type Recording, type RecordedOutcome } from "../core/recording.ts";

export interface Run {
  readonly name: string;
  readonly qualifier: string | undefined;
  readonly clientContext: string | undefined;
  readonly payload: Uint8Array;
}

export interface RunResult extends Pick<Recording, "requestId" | "executedVersion" | "durationMs" | "log"> {
  readonly outcome: RecordedOutcome;
  /** As it came. */
  readonly response: Uint8Array;
}

/** Rejects as the client does when the call is refused; a function that fails is an outcome. */
export async function runEvent(client: LambdaClient, { name, qualifier, clientContext, payload }: Run): Promise<RunResult> {
  const { InvokeCommand } = await import("@aws-sdk/client-lambda");
  const startedMs = performance.now();
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: name,
      Payload: payload,
      LogType: "Tail",
      ...(qualifier === undefined ? {} : { Qualifier: qualifier }),
      ...(clientContext === undefined ? {} : { ClientContext: Buffer.from(clientContext).toString("base64") }),
    }),
  );
  const durationMs = Math.round((performance.now() - startedMs) * 100) / 100;
  const { FunctionError: functionError, Payload: response = new Uint8Array() } = answer;
  return {
    requestId: answer.$metadata.requestId ?? "",
    executedVersion: answer.ExecutedVersion ?? "",
    durationMs,
    log: Buffer.from(answer.LogResult ?? "", "base64").toString(),
    outcome: { ...(functionError === undefined ? {} : { functionError }), response: recordedBody(response) },
    response,
  };
}
