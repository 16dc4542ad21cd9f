// What a guest got back on one connection, read as strictly as it was written: replies one after the other, and of each
// error its type.
export interface GuestReply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Throws when it is not a row of whole replies; the last may be missing its end when `isCut`. */
export function parseReplies(received: string, isCut = false): readonly GuestReply[] {
  const replies: GuestReply[] = [];
  let rest = received;
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    const [first = "", ...fields] = rest.slice(0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) [A-Z][A-Za-z ]+$/.exec(first)?.[1]);
    if (isCut && end === -1) return replies;
    if (end === -1 || Number.isNaN(status)) throw new Error(`no reply: ${JSON.stringify(rest.slice(0, 300))}`);
    const headers = new Map(fields.map((field) => [field.slice(0, field.indexOf(":")).toLowerCase(), field.slice(field.indexOf(":") + 2)]));
    const length = status === 100 ? 0 : Number(headers.get("content-length"));
    const body = rest.slice(end + 4, end + 4 + length);
    if (body.length !== length && !isCut) throw new Error(`a reply without its body: ${rest.slice(0, 300)}`);
    replies.push({ status, headers, body });
    rest = rest.slice(end + 4 + length);
  }
  return replies;
}

/** E.g. `403 InvalidStateTransition`; of what is no error the status alone. */
export function verdictOf({ status, body }: Pick<GuestReply, "status" | "body">): string {
  if (status < 400) return String(status);
  const { errorType, errorMessage } = JSON.parse(body) as { readonly errorType?: unknown; readonly errorMessage?: unknown };
  if (typeof errorMessage !== "string" || errorMessage === "") throw new Error(`no message: ${body}`);
  return `${status} ${String(errorType)}`;
}
