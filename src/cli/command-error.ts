/** A command could not do what it was asked; the message says what happened and what to do next. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
