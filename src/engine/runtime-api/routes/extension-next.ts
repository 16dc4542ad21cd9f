// GET /2020-01-01/extension/event/next: an extension has done with its event and waits for the next one.
import type { ExtensionEvent, ExtensionPoll } from "../extensions-port.ts";
import { faultReply, type Reply } from "../http/reply.ts";
import type { Route } from "../http/route.ts";
import { identifierOf, mostExtensionBodyBytes } from "./extension-request.ts";

export const extensionNext: Route = {
  method: "GET",
  path: /^\/2020-01-01\/extension\/event\/next$/,
  mostBodyBytes: mostExtensionBodyBytes,
  run({ head, ports, answer, ids }) {
    const identifier = identifierOf(head);
    const poll: ExtensionPoll = {
      deliver: (event) => answer.send(encodeEvent(event, ids.uuid())),
      refuse: (fault) => answer.send(faultReply(fault)),
    };
    answer.onGone(() => ports.extensions.lost(identifier, poll));
    ports.extensions.next(identifier, poll);
    return undefined;
  },
};

const encodeEvent = (event: ExtensionEvent, eventId: string): Reply => ({
  status: 200,
  contentType: "application/json",
  headers: `Lambda-Extension-Event-Identifier: ${eventId}\r\n`,
  body: Buffer.from(JSON.stringify(event)),
});
