// Who may call a function URL: whoever the resource policy lets, of those that its AuthType asks for.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
import { formatFunctionArn } from "../../../core/arn.ts";
import type { CallContext } from "../../../core/context.ts";
import { Fault } from "../../../core/faults.ts";
import type { AuthoriseUse, PolicedResource } from "../../../core/policed-resource.ts";
import { callerName, callerUserId } from "../../../core/principal-names.ts";
import { latestVersion } from "../../../functions/function-version.ts";
import type { PolicyCatalog } from "../../../functions/policy-catalog.ts";
import type { FoundUrl } from "../../../functions/url-catalog.ts";
import { forbidden } from "./refusals.ts";
import type { IamCaller } from "./request-event.ts";

export interface AccessParts {
  readonly policies: PolicyCatalog;
  readonly authorise: AuthoriseUse;
}

/** Of AuthType NONE everybody is anonymous: `context` says who the caller is. Fault: 403. */
export async function requireAccess({ policies, authorise }: AccessParts, found: FoundUrl, context: CallContext): Promise<void> {
  try {
    for (const resource of usedBy(found, policies)) {
      const authorising = authorise(resource, context);
      if (authorising instanceof Promise) await authorising;
    }
  } catch (error) {
    if (error instanceof Fault && error.status === 403) throw forbidden(error.cause ?? error);
    throw error;
  }
}

/** Since October 2025 a call by URL needs both rights. */
function usedBy({ function: id, url: { qualifier, authType } }: FoundUrl, policies: PolicyCatalog): readonly PolicedResource[] {
  const named = qualifier === latestVersion ? undefined : qualifier;
  const resource = { arn: formatFunctionArn(id, named), account: id.account, policy: () => policies.policyOf(id, named) };
  return [
    { ...resource, action: "lambda:InvokeFunctionUrl", keys: { "lambda:FunctionUrlAuthType": authType } },
    { ...resource, action: "lambda:InvokeFunction", keys: { "lambda:InvokedViaFunctionUrl": "true" } },
  ];
}

/** The caller as events show him. */
export function iamCaller(context: CallContext, accessKey: string): IamCaller {
  const userId = callerUserId(context);
  return { accessKey, accountId: context.account, callerId: userId, userArn: callerName(context), userId };
}
