// What gateway and cloud ask of validation: length, range, pattern, enum and required rules of one service, checked
// before a handler runs.
import { type ServiceEntry, services } from "../service-table.ts";
import { type Shape, schemasOf } from "../shape.ts";
import { type Constraints, readConstraints } from "./constraints.ts";
import { type Failure, validationFailed } from "./faults.ts";
import { type Check, inputChecks, report } from "./plan.ts";
import { listedMembers, lowerCamelPath } from "./unknown-member.ts";
import { notKnownYet, notNull, wordingOf } from "./wording.ts";

export interface Validator {
  /**
   * Throws one Fault that names every rule the input breaks, in AWS's words. `unknownMembers` are paths that the
   * request carries and the client's schema lacks: those that the constraint file lists are refused by name.
   */
  validate(operation: string, input: Record<string, unknown>, unknownMembers: readonly string[]): void;
}

/** Reads the rules and the client's schemas; an operation's rules are compiled on its first request. */
export async function loadValidator(service: string): Promise<Validator> {
  const [constraints, client] = await Promise.all([readConstraints(service), entryOf(service).load()]);
  return createValidator(constraints, client);
}

function entryOf(service: string): ServiceEntry {
  const entry = services.find(({ name }) => name === service);
  if (!entry) throw new TypeError(`No client is listed for ${service} in protocol/service-table.ts.`);
  return entry;
}

export function createValidator(constraints: Constraints, client: object): Validator {
  const wording = wordingOf(constraints.service);
  const inputs = new Map<string, Shape>(schemasOf(client).operations.map(({ name, input }) => [name, input]));
  const checkOf = inputChecks(constraints, wording);
  const isListed = listedMembers(constraints);
  const checks = new Map<string, Check>();

  const compile = (operation: string): Check => {
    const shape = inputs.get(operation);
    if (!shape) throw new TypeError(`${constraints.service} has no operation ${operation}.`);
    const check = checkOf(shape);
    checks.set(operation, check);
    return check;
  };

  const refuseUnknown = (operation: string, paths: readonly string[], failures: Failure[]): void => {
    const shape = inputs.get(operation);
    for (const path of new Set(paths)) {
      if (shape && isListed(path, shape)) report(failures, undefined, lowerCamelPath(path), notKnownYet);
    }
  };

  return {
    validate(operation, input, unknownMembers) {
      const failures: Failure[] = [];
      (checks.get(operation) ?? compile(operation))(input, "", failures);
      if (unknownMembers.length > 0) refuseUnknown(operation, unknownMembers, failures);
      if (failures.length === 0) return;
      const missing = failures.find(({ constraint }) => constraint === notNull);
      throw (missing && wording.missing?.(memberIn(missing.path))) ?? validationFailed(wording.code, failures);
    },
  };
}

/** `entries.1.member.messageBody` is the member MessageBody. */
function memberIn(path: string): string {
  const last = path.slice(path.lastIndexOf(".") + 1);
  return last.charAt(0).toUpperCase() + last.slice(1);
}
