import { rust } from "./clients/rust.ts";
import { describeClient } from "./matrix.case.ts";

describeClient(rust);
