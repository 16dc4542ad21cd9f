import { describe, expect, test } from "vitest";
import { headParser, type RequestHead } from "../http/request-head.ts";
import { errorCauseOf, mostCauseBytes } from "./error-cause.ts";
import { reportedError } from "./reported-error.ts";

const headOf = (...fields: readonly string[]): RequestHead => headParser()(["POST / HTTP/1.1", ...fields].join("\r\n"));

const cause = {
  working_directory: "/var/task",
  exceptions: [{ type: "E", message: "é", stack: [{ path: "a.js", line: 1, label: "f" }] }],
  paths: ["a.js"],
};

describe("a reported error", () => {
  test("passes its body through, and keeps its type as sent", () => {
    const body = Buffer.from("not even JSON");
    expect(reportedError(headOf("Lambda-Runtime-Function-Error-Type: odd"), body)).toEqual({ errorType: "odd", body });
    expect(reportedError(headOf(), body).errorType).toBe("");
  });

  test("has its cause in a header", () => {
    const field = `Lambda-Runtime-Function-XRay-Error-Cause: ${Buffer.from(JSON.stringify(cause)).toString("latin1")}`;
    const { xrayCause } = reportedError(headOf(field), Buffer.from("{}"));
    expect(JSON.parse(xrayCause ?? "")).toEqual(cause);
    expect(reportedError(headOf("Lambda-Runtime-Function-XRay-Error-Cause: {"), Buffer.from("{}"))).not.toHaveProperty("xrayCause");
  });

  test("may have it in its body, which the caller then gets without", () => {
    const head = headOf("Content-Type: application/vnd.aws.lambda.error.cause+json", "Lambda-Runtime-Function-Error-Type: Function.X");
    const sent = { errorMessage: "m", errorType: "T", stackTrace: ["a"], errorCause: cause, more: 1 };
    const { errorType, body, xrayCause } = reportedError(head, Buffer.from(JSON.stringify(sent)));
    expect(errorType).toBe("Function.X");
    expect(Buffer.from(body).toString()).toBe('{"errorMessage":"m","errorType":"T","stackTrace":["a"]}');
    expect(JSON.parse(xrayCause ?? "")).toEqual(cause);
    expect(Buffer.from(reportedError(head, Buffer.from("{")).body).toString()).toBe('"Invalid error body"');
    expect(Buffer.from(reportedError(head, Buffer.from("[]")).body).toString()).toBe('"Invalid error body"');
    expect(Buffer.from(reportedError(head, Buffer.from("{}")).body).toString()).toBe('{"errorMessage":"","errorType":""}');
  });
});

describe("the cause of an error", () => {
  test("is only what X-Ray knows", () => {
    const sent = { ...cause, extra: 1, exceptions: [{ type: "E", secret: 1, stack: [{ line: "1", path: 2 }, 3] }, "x"] };
    expect(JSON.parse(errorCauseOf(sent) ?? "")).toEqual({ ...cause, exceptions: [{ type: "E", stack: [{}, {}] }, {}] });
    expect(JSON.parse(errorCauseOf({ message: "m" }) ?? "")).toEqual({ exceptions: [], working_directory: "", paths: [], message: "m" });
  });

  test.each([undefined, null, "text", 1, [], {}, { exceptions: "x" }, { paths: [1] }, { working_directory: 1 }])("is not %j", (sent) => {
    expect(errorCauseOf(sent)).toBeUndefined();
  });

  test.each([
    ["exceptions", { ...cause, exceptions: Array.from({ length: 3000 }, () => cause.exceptions[0]) }],
    ["paths", { ...cause, paths: Array.from({ length: 20_000 }, (_, at) => `/var/task/${at}`) }],
    ["a directory", { ...cause, working_directory: "\u0001".repeat(100_000) }],
    ["a message", { message: "𝄞".repeat(100_000) }],
    ["one stack", { exceptions: [{ stack: Array.from({ length: 5000 }, () => ({ path: "a.js", line: 1 })) }] }],
  ])("with too much of %s is cropped to 64 KiB of JSON", (_, sent) => {
    const text = errorCauseOf(sent) ?? "";
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(mostCauseBytes);
    expect(Object.keys(JSON.parse(text))).toEqual(expect.arrayContaining(["exceptions", "working_directory", "paths"]));
  });
});
