// The fault of this room: input that breaks the service's model, every failure in one message.
import { Fault } from "../../core/faults.ts";

export interface Failure {
  /** As printed; undefined where the model marks the value as sensitive, which AWS then leaves out of the text. */
  readonly value: string | undefined;
  /** `vpcConfig.subnetIds`, `tags.1.member.key`. */
  readonly path: string;
  readonly constraint: string;
}

/** SQS's. */
export const missingParameter = (member: string): Fault =>
  new Fault({ code: "MissingRequiredParameterException", status: 400, message: `The request must contain the parameter ${member}.` });

export function validationFailed(code: string, failures: readonly Failure[]): Fault {
  const texts = failures.map(
    ({ value, path, constraint }) =>
      `Value ${value === undefined ? "" : `${value} `}at '${path}' failed to satisfy constraint: ${constraint}`,
  );
  const count = `${failures.length} validation error${failures.length === 1 ? "" : "s"} detected`;
  return new Fault({ code, status: 400, message: `${count}: ${texts.join("; ")}` });
}
