// Names below localhost, which are every machine's own and those of function URLs: the host's name servers need not know
// them, and most do not. https://www.rfc-editor.org/rfc/rfc6761#section-6.3

const headerBytes = 12;
const [addressType, internet, timeToLiveSeconds] = [1, 1, 60];
/** QR, opcode, and QDCOUNT of a question; of the flags, RD is handed back. */
const [isAnswer, opcodes, recursionDesired, recursionAvailable] = [0x8000, 0x7800, 0x0100, 0x0080];

/**
 * What to answer a question (https://www.rfc-editor.org/rfc/rfc1035#section-4.1): the IPv4 loopback, where Lambent is heard
 * inside, and nothing of any other type. Undefined: the name is not of localhost, or this is no such question.
 */
export function answerOfLocalhost(question: Buffer): Buffer | undefined {
  if (question.length < headerBytes || (question.readUInt16BE(2) & (isAnswer | opcodes)) !== 0 || question.readUInt16BE(4) !== 1) return undefined;
  const end = endOfLocalName(question);
  if (end === undefined || end + 4 > question.length || question.readUInt16BE(end + 2) !== internet) return undefined;
  const answer = question.readUInt16BE(end) === addressType ? loopbackRecord() : Buffer.alloc(0);
  const reply = Buffer.concat([question.subarray(0, end + 4), answer]);
  reply.writeUInt16BE(isAnswer | recursionAvailable | (question.readUInt16BE(2) & recursionDesired), 2);
  reply.writeUInt16BE(answer.length === 0 ? 0 : 1, 6);
  // Neither authorities nor additional records, whatever the question had.
  reply.writeUInt32BE(0, 8);
  return reply;
}

/** Where the name ends, if its last label is localhost. */
function endOfLocalName(question: Buffer): number | undefined {
  let last = "";
  for (let at = headerBytes; at < question.length;) {
    const length = question[at] ?? 0;
    if (length === 0) return last === "localhost" ? at + 1 : undefined;
    // Longer ones are pointers, which questions have no use for.
    if (length > 63) return undefined;
    last = question.toString("latin1", at + 1, at + 1 + length).toLowerCase();
    at += 1 + length;
  }
  return undefined;
}

/** For the name of the question, by a pointer to it. */
function loopbackRecord(): Buffer {
  const record = Buffer.from([0xc0, headerBytes, 0, addressType, 0, internet, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
  record.writeUInt32BE(timeToLiveSeconds, 6);
  return record;
}
