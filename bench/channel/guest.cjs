// Echoes frames in one of the ways a bootstrap could: `sync` reads of a blocking pipe, or a stream of the event loop.
"use strict";
const { readSync, writeSync } = require("node:fs");
const { Socket } = require("node:net");

const frameHeader = 4;

function echoSync() {
  let buffer = Buffer.allocUnsafeSlow(64 * 1024);
  let length = 0;
  for (;;) {
    while (length < frameHeader || length < frameHeader + buffer.readUInt32BE(0)) {
      if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafeSlow(buffer.length)]);
      const count = readSync(3, buffer, length, buffer.length - length, null);
      if (count === 0) return;
      length += count;
    }
    for (let at = 0; at < length; ) at += writeSync(4, buffer, at, length - at);
    length = 0;
  }
}

function echoAsync(input, output) {
  let parts = [];
  let length = 0;
  input.on("data", (part) => {
    parts.push(part);
    length += part.length;
    const first = parts[0].length >= frameHeader ? parts[0] : Buffer.concat(parts);
    if (length < frameHeader || length < frameHeader + first.readUInt32BE(0)) return;
    for (const bytes of parts) output.write(bytes);
    parts = [];
    length = 0;
  });
}

const ways = {
  sync: echoSync,
  async: () => echoAsync(new Socket({ fd: 3, writable: false }), new Socket({ fd: 4, readable: false })),
  socket: () => {
    const socket = new Socket({ fd: 3 });
    echoAsync(socket, socket);
  },
};
ways[process.argv[2]]();
