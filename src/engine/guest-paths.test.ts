import { expect, test } from "vitest";
import { insideGuest, optionsInsideGuest } from "./guest-paths.ts";

const paths = { optRoot: "/host/layers", taskRoot: "/host/code" };

test("a path of AWS's is where the driver has it", () => {
  expect(["/opt/a/b", "/var/task/c", "/opt", "/optional/a", "/var/runtime/x", "opt/a"].map((path) => insideGuest(path, paths))).toEqual([
    "/host/layers/a/b",
    "/host/code/c",
    "/opt",
    "/optional/a",
    "/var/runtime/x",
    "opt/a",
  ]);
});

test.each([
  ["-javaagent:/opt/agent.jar=config=/var/task/agent.yaml", "-javaagent:/host/layers/agent.jar=config=/host/code/agent.yaml"],
  ["--require /opt/wrapper.js --import=/var/task/hook.mjs", "--require /host/layers/wrapper.js --import=/host/code/hook.mjs"],
  ["/opt/python:/var/task/lib:/home/opt/x", "/host/layers/python:/host/code/lib:/home/opt/x"],
  ["-Durl=http://host/opt/x -Dname=/optional", "-Durl=http://host/opt/x -Dname=/optional"],
])("so are the files that options name: %s", (options, inside) => {
  expect(optionsInsideGuest(options, paths)).toBe(inside);
  expect(optionsInsideGuest(options, { optRoot: "/opt", taskRoot: "/var/task" })).toBe(options);
});
