// `/_lambent/layers/…`: what `lambent layer` shows of layers beyond AWS's API. All of the caller's account and region.
import { formatLayerArn } from "../../core/arn.ts";
import type { Clock } from "../../core/clock.ts";
import type { CallContext, Scope } from "../../core/context.ts";
import type { Ids } from "../../core/ids.ts";
import { layers, listLayerVersions, type LayerVersionRecord } from "../../functions/layers.ts";
import type { FunctionRepository } from "../../functions/repository.ts";
import type { ExtraRoute } from "../../gateway/exchange.ts";
import type { WireRequest } from "../../protocol/wire.ts";
import type { Blobs } from "../../store/blob.ts";
import { json, readObject } from "../json-bodies.ts";
import { methodNotAllowed } from "./faults.ts";
import { archiveOf, listFiles, type LayerFile } from "./layer-content.ts";
import { findLayerUsers, type LayerUser } from "./layer-users.ts";
import { findPackages } from "./packages.ts";
import { parseSelector, selectLayer, tagLayer, tagsOf, type SelectedLayer } from "./select-layer.ts";
import { softwareBill } from "./software-bill.ts";

export interface LayerRouteParts {
  readonly functions: FunctionRepository;
  readonly blobs: Pick<Blobs, "path">;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Of Lambent. */
  readonly version: string;
}

/** What the command line reads of `list`. */
export interface LayerSummary {
  readonly arn: string;
  readonly name: string;
  readonly version: number;
  /** Semantic versions, lowest first. */
  readonly tags: readonly string[];
  readonly description: string;
  readonly licenseInfo: string;
  /** Unix epoch milliseconds. */
  readonly createdMs: number;
  readonly compatibleRuntimes: readonly string[];
  readonly compatibleArchitectures: readonly string[];
  /** Of the zip. */
  readonly sizeBytes: number;
  readonly unzippedBytes: number;
}

/** And of `show`. */
export interface LayerDetails extends LayerSummary {
  readonly files: readonly LayerFile[];
}

export interface LayerUsers {
  readonly users: readonly LayerUser[];
}

type Answer = (query: URLSearchParams, caller: CallContext, request: WireRequest) => Promise<object>;

export function layerRoutes(parts: LayerRouteParts): readonly ExtraRoute[] {
  const { functions, blobs } = parts;
  const selected = (query: URLSearchParams, caller: Scope): Promise<SelectedLayer> => selectLayer(query.get("layer") ?? "", caller, functions);
  return [
    route("list", "GET", async (_query, { account, region }) => ({ layers: await listLatest({ account, region }, functions) })),
    route("show", "GET", async (query, caller): Promise<LayerDetails> => {
      const found = await selected(query, caller);
      return { ...summaryOf(found), files: await listFiles(await archiveOf(found.version.code.sha256, blobs)) };
    }),
    route("sbom", "GET", async (query, caller) => billOf(await selected(query, caller), parts)),
    route("users", "GET", async (query, { account, region }): Promise<LayerUsers> => {
      const text = query.get("layer") ?? "";
      const { name, wanted } = parseSelector(text);
      // Of a number also when that version was deleted: functions go on with it.
      const number = wanted?.kind === "range" ? (await selectLayer(text, { account, region }, functions)).version.version : wanted?.number;
      return { users: await findLayerUsers({ account, region, name }, number, functions) };
    }),
    // Body: `layer` (NAME:VERSION), `tag`, and `remove`, true to take it away.
    route("tag", "POST", async (_query, caller, request) => {
      const { layer, tag, remove } = await readObject(request);
      return { tags: await tagLayer({ selector: textOf(layer), tag: textOf(tag), isRemoval: remove === true }, caller, functions) };
    }),
  ];
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const route = (name: string, method: "GET" | "POST", answer: Answer): ExtraRoute => ({
  prefix: `/_lambent/layers/${name}`,
  access: "signed",
  async respond(request: WireRequest, caller) {
    if (request.method !== method) throw methodNotAllowed(request.method);
    return json(200, await answer(new URLSearchParams(request.query), caller, request));
  },
});

/** The newest version of each layer that has one, in order of names. */
async function listLatest(scope: Scope, functions: FunctionRepository): Promise<readonly LayerSummary[]> {
  const named = await functions.scan(scope, layers);
  const found = await Promise.all(
    named.map(async ({ record: layer }) => {
      const id = { ...scope, name: layer.name };
      const [version] = await listLayerVersions(functions, id, { limit: 1 });
      return version === undefined ? [] : [summaryOf({ id, layer, version })];
    }),
  );
  return found.flat();
}

const summaryOf = ({ id, layer, version: record }: SelectedLayer): LayerSummary => ({
  arn: formatLayerArn(id, record.version),
  name: id.name,
  version: record.version,
  tags: tagsOf(layer, record.version),
  description: record.description,
  licenseInfo: record.licenseInfo,
  createdMs: record.createdMs,
  compatibleRuntimes: record.compatibleRuntimes ?? [],
  compatibleArchitectures: record.compatibleArchitectures ?? [],
  sizeBytes: record.code.sizeBytes,
  unzippedBytes: record.code.unzippedBytes,
});

async function billOf({ id, layer, version: record }: SelectedLayer, { blobs, clock, ids, version }: LayerRouteParts): Promise<object> {
  const packages = await findPackages(await archiveOf(record.code.sha256, blobs));
  const subject = {
    arn: formatLayerArn(id, record.version),
    name: id.name,
    version: semanticVersion(tagsOf(layer, record.version), record),
    description: record.description,
    licenseInfo: record.licenseInfo,
    sha256: record.code.sha256,
  };
  return softwareBill(subject, packages, { uuid: ids.uuid(), nowMs: clock.now(), toolVersion: version });
}

/** The highest that it was given, else the number that AWS's API knows it by. */
const semanticVersion = (tags: readonly string[], { version }: LayerVersionRecord): string => tags.at(-1) ?? version.toString();
