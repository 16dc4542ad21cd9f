// Gems of the AWS SDK in a Ruby runtime: brought by RubyGems itself from a source of gems that this test serves.
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createRuntimes } from "../../src/engine/runtimes/runtimes.ts";
import { GuestHost, installed, languageHost } from "./guest-host.ts";

const [id] = await installed("ruby4.0", "ruby3.4", "ruby3.3", "ruby3.2");

describe.skipIf(id === undefined)(`the AWS SDK of ${id ?? "Ruby (none of 3.2 to 4.0 is installed)"}`, () => {
  const runtime = id ?? "";
  let folder: string;
  let source: Server;
  let host: GuestHost;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lambent-gems-"));
    const program = (await createRuntimes(languageHost).list()).flatMap((status) => (status.id === id && status.state === "ready" ? status.versions : []))[0]?.program ?? "";
    await mkdir(join(folder, "source"));
    execFileSync(program, [new URL("../fixtures/gems.rb", import.meta.url).pathname, join(folder, "source")]);
    source = createServer((request, response) => {
      const file = join(folder, "source", normalize(request.url ?? "/"));
      if (existsSync(file) && request.url !== "/") createReadStream(file).pipe(response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    await writeFile(join(folder, "gemrc"), `:sources:\n- http://127.0.0.1:${(source.address() as AddressInfo).port}/\n`);
    vi.stubEnv("GEMRC", join(folder, "gemrc"));
    host = await GuestHost.open();
  }, 60_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    source.close();
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  const files = { "app.rb": "require 'aws-sdk-probe'\ndef handler(event:, context:) = BROUGHT" };

  test("comes when it is asked for, with what it needs, and environments find it", async () => {
    const runtimes = createRuntimes({ ...languageHost, directory: join(folder, "runtimes") });
    const start = async () => host.start({ runtime: await runtimes.resolve(runtime), files, handler: "app.handler" });
    expect(await (await start()).invoke({})).toMatchObject({
      kind: "init-error",
      payload: { errorType: "Init<LoadError>", errorMessage: `cannot load such file -- aws-sdk-probe (Lambent brings it with: lambent runtimes add ${runtime}/aws-sdk-probe; or bundle it with the function)` },
    });
    const lines: string[] = [];
    const status = await runtimes.add(`${runtime}/aws-sdk-probe`, (line) => void lines.push(line));
    expect(lines.at(-1)).toBe("2 gems installed");
    expect(status).toMatchObject({ state: "ready", versions: [{ version: "3.1.0", program: expect.stringMatching(/gems\/aws-sdk-probe-3\.1\.0$/) }] });
    expect(await (await start()).invoke({})).toMatchObject({ payload: ["aws-sdk-core", "aws-sdk-probe"] });
  });

  test("says what RubyGems says when there is none", async () => {
    const runtimes = createRuntimes({ ...languageHost, directory: join(folder, "runtimes") });
    await expect(runtimes.add(`${runtime}/aws-sdk-nowhere`, () => undefined)).rejects.toMatchObject({ message: expect.stringContaining("Could not find a valid gem 'aws-sdk-nowhere'") });
  });

  test.each(["rails", "ruby9.9/aws-sdk-s3/x", "ruby3.4/aws-sdk-S3", "ruby3.4/aws-sdk-s3 --source=evil", "ruby3.4/nokogiri", "ruby3.4/aws-sdk-../x"])("takes no other name: %s", async (name) => {
    await expect(createRuntimes(languageHost).add(name, () => undefined)).rejects.toMatchObject({ code: "RuntimeUnknown" });
  });
});
