// What is wrong with a policy document, and where.

export class PolicySyntaxError extends Error {
  /** Where in the document, e.g. `Statement[0].Condition.Bool`; empty: the document itself. */
  readonly path: string;

  constructor(path: string, message: string) {
    super(path === "" ? message : `${path}: ${message}`);
    this.name = "PolicySyntaxError";
    this.path = path;
  }
}
