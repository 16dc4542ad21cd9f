// All attempts: the rows of docs/isolation.md.
import type { Family } from "./attempt.ts";
import { files } from "./attempts/files.ts";
import { identity } from "./attempts/identity.ts";
import { lambent } from "./attempts/lambent.ts";
import { logs } from "./attempts/logs.ts";
import { network } from "./attempts/network.ts";
import { persistence } from "./attempts/persistence.ts";
import { privileges } from "./attempts/privileges.ts";
import { processes } from "./attempts/processes.ts";
import { resources } from "./attempts/resources.ts";
import { protocol } from "./attempts/runtime-api.ts";
import { sharing } from "./attempts/sharing.ts";
import { survival } from "./attempts/survival.ts";

export const families: readonly Family[] = [identity, processes, sharing, files, persistence, privileges, resources, survival, protocol, logs, network, lambent];
