import { languages } from "./languages.ts";
import { describeClient } from "./matrix.case.ts";

languages.node.forEach(describeClient);
