// AddPermission's members as a statement of the policy, in the shape in which AWS stores them (recorded).
import { parsePolicy } from "../../../core/policy/document.ts";
import { PolicySyntaxError } from "../../../core/policy/syntax-error.ts";
import { rootArn } from "../../../core/principal-names.ts";
import type { FunctionId } from "../../../functions/function-version.ts";
import type { PolicyStatement } from "../../../functions/policies.ts";
import type { LambdaInput } from "../api.ts";
import { invalidPrincipal, malformedPolicy, urlAuthTypeOnUrlsOnly } from "../faults/policies.ts";
import type { PolicyTarget } from "./resource-policy.ts";

type Permission = LambdaInput<"AddPermission">;
type Conditions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Faults: a principal that is none, members that do not go together. */
export function permissionStatement(input: Permission, { id, arn }: PolicyTarget): PolicyStatement & { readonly Sid: string } {
  if (input.FunctionUrlAuthType !== undefined && input.Action !== "lambda:InvokeFunctionUrl") throw urlAuthTypeOnUrlsOnly();
  const condition = conditionsOf(input);
  const statement = {
    Sid: input.StatementId,
    Effect: "Allow",
    Principal: principalOf(input, id),
    Action: input.Action,
    Resource: arn,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
  requireGrammar(statement);
  return statement;
}

/** What is stored must be what can be evaluated. */
function requireGrammar(statement: PolicyStatement): void {
  try {
    parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statement }), { kind: "resource", mostBytes: Infinity });
  } catch (error) {
    if (!(error instanceof PolicySyntaxError)) throw error;
    throw error.path.includes(".Principal") ? invalidPrincipal() : malformedPolicy(error.message);
  }
}

const service = /^[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com)$/;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function principalOf({ Principal, EventSourceToken }: Permission, { region }: FunctionId): string | Readonly<Record<string, string>> {
  if (Principal === "*") return "*";
  if (/^\d{12}$/.test(Principal)) return { AWS: rootArn(Principal, region) };
  if (Principal.startsWith("arn:")) return { AWS: Principal };
  if (!service.test(Principal)) throw invalidPrincipal();
  // Recorded: Alexa calls from outside of AWS and proves itself by the token alone.
  return Principal.startsWith("alexa-") && EventSourceToken !== undefined ? "*" : { Service: Principal };
}

function conditionsOf(input: Permission): Conditions {
  const operators = {
    StringEquals: present({
      "lambda:FunctionUrlAuthType": input.FunctionUrlAuthType,
      "aws:PrincipalOrgID": input.PrincipalOrgID,
      "AWS:SourceAccount": input.SourceAccount,
      "lambda:EventSourceToken": input.EventSourceToken,
    }),
    Bool: present({ "lambda:InvokedViaFunctionUrl": input.InvokedViaFunctionUrl === true ? "true" : undefined }),
    ArnLike: present({ "AWS:SourceArn": input.SourceArn }),
  };
  return Object.fromEntries(Object.entries(operators).filter(([, keys]) => Object.keys(keys).length > 0));
}

const present = (keys: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== undefined));
