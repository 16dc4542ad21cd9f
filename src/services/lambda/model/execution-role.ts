// Whose role a function may have.
import type { CallContext } from "../../../core/context.ts";
import { crossAccountRole } from "../faults/policies.ts";

/**
 * A function acts as its role: one of another account would act there. Whoever proved nothing (authentication is off)
 * may name any role, as made-up ones are common in tests. Fault: 403.
 */
export function requireOwnRole(roleArn: string | undefined, { account, principal }: CallContext): void {
  if (roleArn === undefined || principal.kind === "anonymous") return;
  if (roleArn.split(":")[4] !== account) throw crossAccountRole();
}
