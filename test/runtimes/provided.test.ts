import { c } from "./clients/c.ts";
import { shell } from "./clients/shell.ts";
import { describeClient } from "./matrix.case.ts";

describeClient(shell);
describeClient(c);
