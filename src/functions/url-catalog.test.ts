// Function URLs in memory: found at once, by the news of the store ever after, and without a read of it.
import { expect, test, vi } from "vitest";
import { openLambdaRoom } from "../../test/harness/lambda-room.ts";
import type { UrlCatalog } from "./url-catalog.ts";

const idOf = ({ FunctionUrl = "" }: { readonly FunctionUrl?: string | undefined }): string => new URL(FunctionUrl).hostname.split(".")[0] ?? "";
/** What it says without a promise. */
const known = (urls: UrlCatalog, id: string): unknown => {
  const found = urls.find(id);
  expect(found).not.toBeInstanceOf(Promise);
  return found;
};

test("finds what was there before, and in every account and region what comes, changes and goes", async () => {
  await using former = await openLambdaRoom();
  await former.create("f");
  const url = { FunctionName: "f", AuthType: "NONE" } as const;
  const before = idOf(await former.call("CreateFunctionUrlConfig", url));

  await using room = await openLambdaRoom({ store: former.store, firstId: 1000 });
  const { urls } = room.functions;
  expect(await urls.find(before)).toMatchObject({ function: room.id("f"), url: { authType: "NONE" } });
  const reads = [vi.spyOn(room.functions.repository, "scan"), vi.spyOn(room.functions.repository, "scopes")];
  expect(known(urls, before)).toBeDefined();
  expect(known(urls, "z".repeat(32))).toBeUndefined();
  for (const read of reads) expect(read).not.toHaveBeenCalled();

  await room.call("UpdateFunctionUrlConfig", { FunctionName: "f", AuthType: "AWS_IAM" });
  expect(known(urls, before)).toMatchObject({ url: { authType: "AWS_IAM" } });
  // One that is created anew has another id.
  await room.call("DeleteFunctionUrlConfig", { FunctionName: "f" });
  expect(known(urls, before)).toBeUndefined();
  room.ids.nextFraction = 0.25;
  const anew = idOf(await room.call("CreateFunctionUrlConfig", url));
  expect([known(urls, before), known(urls, anew)]).toEqual([undefined, expect.objectContaining({ function: room.id("f") })]);

  const elsewhere = { region: "us-east-1" as typeof room.context.region };
  await room.call("CreateFunction", { FunctionName: "g", Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/r", Code: { ZipFile: Buffer.from("PK") } }, elsewhere);
  room.ids.nextFraction = 0.75;
  const other = idOf(await room.call("CreateFunctionUrlConfig", { FunctionName: "g", AuthType: "NONE" }, elsewhere));
  expect(known(urls, other)).toMatchObject({ function: { region: "us-east-1", name: "g" } });
  await room.deploy();
  await room.call("DeleteFunction", { FunctionName: "g" }, elsewhere);
  expect(known(urls, other)).toBeUndefined();
});

test("tries again when the store could not be read", async () => {
  await using room = await openLambdaRoom();
  await room.create("f");
  const id = idOf(await room.call("CreateFunctionUrlConfig", { FunctionName: "f", AuthType: "NONE" }));
  const { urls, repository } = room.functions;
  const scopes = repository.scopes.bind(repository);
  repository.scopes = () => Promise.reject(new Error("no disk"));
  await expect(urls.find(id)).rejects.toThrow("no disk");
  repository.scopes = scopes;
  expect(await urls.find(id)).toBeDefined();
});
