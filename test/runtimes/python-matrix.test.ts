import { languages } from "./languages.ts";
import { describeClient } from "./matrix.case.ts";

languages.python.forEach(describeClient);
