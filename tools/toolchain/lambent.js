#!/usr/bin/env node
// npm links the commands of a workspace, but not those of the root package: this puts `npx lambent` of a checkout on its feet.
await import("../../bin/lambent.js");
