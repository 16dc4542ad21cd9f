// What a policy is asked about: who wants to do what with which resource, and what else is known of the request.

/** Who asks. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
export type RequestPrincipal =
  | {
      readonly kind: "aws";
      readonly account: string;
      /** All names that a policy may call it by: a user's ARN; a role's and its session's; a root's. Unique ids, too. */
      readonly names: readonly string[];
      readonly canonicalUser?: string;
    }
  | { readonly kind: "service"; readonly names: readonly string[] }
  | { readonly kind: "federated"; readonly provider: string }
  | { readonly kind: "anonymous" };

/** By the key's name in lower case; a list for keys of many values. */
export type ContextValues = ReadonlyMap<string, readonly string[]>;

export interface PolicyRequest {
  readonly principal: RequestPrincipal;
  /** `lambda:InvokeFunction` */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  readonly context: ContextValues;
}

/** Names of condition keys have no case. Keys without a value are absent. */
export function contextValues(keys: Readonly<Record<string, string | readonly string[] | undefined>>): ContextValues {
  const values = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(keys))
    if (value !== undefined && value.length > 0) values.set(key.toLowerCase(), typeof value === "string" ? [value] : value);
  return values;
}
