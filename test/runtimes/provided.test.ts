import { languages } from "./languages.ts";
import { describeClient } from "./matrix.case.ts";

languages.shell.forEach(describeClient);
languages.c.forEach(describeClient);
