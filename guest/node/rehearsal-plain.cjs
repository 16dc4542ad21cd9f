// A function of nothing, which a process runs that stands by: V8 compiles what is called when it is called first.
"use strict";
exports.handler = async () => undefined;
