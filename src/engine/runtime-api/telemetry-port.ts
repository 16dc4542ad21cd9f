// What the HTTP front and an environment say to each other about telemetry (Telemetry API 2022-07-01, and the Logs API
// 2020-08-15 before it). https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api-reference.html

export type TelemetryApi = "telemetry" | "logs";

export type TelemetryType = "platform" | "function" | "extension";

/** Always on the loopback of the environment. */
export type TelemetryDestination =
  | { readonly protocol: "HTTP"; readonly method: "POST" | "PUT"; readonly host: string; readonly port: number; readonly path: string }
  | { readonly protocol: "TCP"; readonly port: number };

/** When a batch is sent: whatever comes first. */
export interface TelemetryBuffering {
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

export interface SubscriptionRequest {
  readonly api: TelemetryApi;
  readonly schemaVersion: string;
  /** Without repeats. */
  readonly types: readonly TelemetryType[];
  readonly destination: TelemetryDestination;
  readonly buffering: TelemetryBuffering;
}

/** The environment as its subscribers reach it. */
export interface TelemetryPort {
  /** Throws a Fault: the extension is not known, or it may not subscribe now. */
  subscribe(identifier: string, request: SubscriptionRequest): void;
}
