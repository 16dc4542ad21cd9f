import { java, java25 } from "./clients/java.ts";
import { describeClient } from "./matrix.case.ts";

describeClient(java);
describeClient(java25);
