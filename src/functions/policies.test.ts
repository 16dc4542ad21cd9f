import { describe, expect, test } from "vitest";
import { addStatement, policyText, type PolicyRecord, removeStatement, requirePolicyRevision } from "./policies.ts";

const statement = (Sid: string, more: object = {}) => ({ Sid, Effect: "Allow", Principal: "*", Action: "lambda:InvokeFunction", ...more });
const policyOf = (...sids: string[]): PolicyRecord | undefined =>
  sids.reduce<PolicyRecord | undefined>((policy, sid) => addStatement(policy, statement(sid), `after ${sid}`), undefined);

describe("a resource policy", () => {
  test("holds statements in order of creation, under a RevisionId of its own", () => {
    const policy = policyOf("b", "a");
    expect(policy?.revisionId).toBe("after a");
    const text = (sid: string): string => `{"Sid":"${sid}","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction"}`;
    expect(policy && policyText(policy)).toBe(`{"Version":"2012-10-17","Id":"default","Statement":[${text("b")},${text("a")}]}`);
  });

  test("has each statement id once", () => {
    expect(() => addStatement(policyOf("a"), statement("a"), "r")).toThrow(
      expect.objectContaining({ status: 409, message: "The statement id (a) provided already exists. Please provide a new statement id, or remove the existing statement." }),
    );
  });

  test("loses a statement, and with the last one all of itself", () => {
    const policy = removeStatement(policyOf("a", "b"), "a", "removed");
    expect(policy).toEqual({ revisionId: "removed", document: { Version: "2012-10-17", Id: "default", Statement: [statement("b")] } });
    expect(removeStatement(policy, "b", "r")).toBeUndefined();
    expect(() => removeStatement(policy, "a", "r")).toThrow("Statement a is not found in resource policy.");
    expect(() => removeStatement(undefined, "a", "r")).toThrow("No policy is associated with the given resource.");
  });

  test("is at most 20 KB long", () => {
    const empty = policyText(addStatement(undefined, statement("a", { Resource: "" }), "r")).length;
    const of = (length: number): PolicyRecord => addStatement(undefined, statement("a", { Resource: "x".repeat(length - empty) }), "r");
    expect(policyText(of(20_480))).toHaveLength(20_480);
    expect(() => of(20_481)).toThrow(
      expect.objectContaining({ code: "PolicyLengthExceededException", status: 400, message: "The final policy size (20481) is bigger than the limit (20480)." }),
    );
  });

  test("is changed only by who saw it last, if he says what he saw", () => {
    requirePolicyRevision("a", undefined, "GetPolicy");
    requirePolicyRevision("a", "a", "GetPolicy");
    expect(() => requirePolicyRevision(undefined, "b", "GetLayerPolicy")).toThrow(
      expect.objectContaining({ status: 412, message: expect.stringContaining("Call the GetLayerPolicy API to retrieve the latest Revision Id") }),
    );
  });
});
