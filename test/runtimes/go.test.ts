import { go } from "./clients/go.ts";
import { describeClient } from "./matrix.case.ts";

describeClient(go);
