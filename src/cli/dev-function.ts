// The function behind `lambent dev`: made or changed by AWS's API as anybody would.
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ResourceNotFoundException,
  type Runtime,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import type { Settings } from "../config.ts";
import type { Connection } from "./connection.ts";
import { detectRuntime } from "./detect-runtime.ts";
import { packFolder } from "./pack-folder.ts";

export interface WantedFunction {
  readonly name: string;
  /** As all that follows: undefined leaves it as it is, or to be found out. */
  readonly runtime?: string;
  readonly handler?: string;
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly environment: Readonly<Record<string, string>> | undefined;
}

export interface Surroundings {
  readonly connection: Connection;
  readonly settings: Settings;
  readonly wanted: WantedFunction;
}

const patience = { maxWaitTime: 120, minDelay: 0.05, maxDelay: 0.5 };

/** Resolves when the function is there, as wanted, and can be invoked. */
export async function ensureFunction(client: LambdaClient, folder: string, { connection, settings, wanted }: Surroundings): Promise<void> {
  const { name, runtime, handler, timeout, memorySize, environment } = wanted;
  const changes = {
    FunctionName: name,
    ...(timeout === undefined ? {} : { Timeout: timeout }),
    ...(memorySize === undefined ? {} : { MemorySize: memorySize }),
    ...(environment === undefined ? {} : { Environment: { Variables: { ...environment } } }),
  };
  if (!(await exists(client, name))) {
    const found = runtime !== undefined && handler !== undefined ? { runtime, handler } : await detectRuntime(folder, settings);
    await client.send(
      new CreateFunctionCommand({
        ...changes,
        Runtime: (runtime ?? found.runtime) as Runtime,
        Handler: handler ?? found.handler,
        Role: `arn:aws:iam::${connection.account}:role/lambent-dev`,
        Code: { ZipFile: await packFolder(folder) },
      }),
    );
    await waitUntilFunctionActiveV2({ client, ...patience }, { FunctionName: name });
    return;
  }
  const given = { ...changes, ...(runtime === undefined ? {} : { Runtime: runtime as Runtime }), ...(handler === undefined ? {} : { Handler: handler }) };
  if (Object.keys(given).length === 1) return;
  await client.send(new UpdateFunctionConfigurationCommand(given));
  await waitUntilFunctionUpdatedV2({ client, ...patience }, { FunctionName: name });
}

/** Resolves when the package is what runs. */
export async function deployCode(client: LambdaClient, name: string, zip: Buffer): Promise<void> {
  await client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zip }));
  await waitUntilFunctionUpdatedV2({ client, ...patience }, { FunctionName: name });
}

async function exists(client: LambdaClient, name: string): Promise<boolean> {
  try {
    await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}
