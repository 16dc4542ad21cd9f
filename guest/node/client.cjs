// AWS has two clients for Node.js, which differ in details that functions see: one up to Node.js 22, and one from 24 on.
"use strict";

module.exports = { isOldClient: Number.parseInt(process.versions.node, 10) < 24 };
