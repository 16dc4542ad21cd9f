// Faults of a developer's tools.
import { Fault } from "../../core/faults.ts";

export const noInspector = (runtime: string): Fault =>
  new Fault({
    code: "InspectorUnknown",
    status: 400,
    message: `Lambent knows no inspector for ${runtime}. Start your debugger from the bootstrap itself, or use a runtime of Node.js, Python or Java.`,
  });

export const noPortFree = (fromPort: number): Fault =>
  new Fault({ code: "InspectorPortInUse", status: 409, message: `No port from ${fromPort} on is free for an inspector: choose another one with --inspector-port.` });

export const debuggedAlready = (name: string, version: string): Fault =>
  new Fault({ code: "DebuggedAlready", status: 409, message: `Version ${version} of ${name} is being debugged already: end the other "lambent debug" first.` });

export const folderMissing = (folder: string): Fault =>
  new Fault({ code: "FolderMissing", status: 400, message: `${folder} is no folder on the machine of Lambent, given by its absolute path.` });

export const folderNotWatched = (folder: string, cause: unknown): Fault =>
  new Fault({ code: "FolderNotWatched", status: 500, message: `${folder} cannot be watched for changes: ${cause instanceof Error ? cause.message : String(cause)}`, cause });

export const developedAlready = (name: string): Fault =>
  new Fault({ code: "DevelopedAlready", status: 409, message: `${name} runs from a folder already: end the other "lambent dev" first.` });

export const recordedAlready = (name: string): Fault =>
  new Fault({ code: "RecordedAlready", status: 409, message: `${name} is being recorded already: end the other "lambent record" first.` });
