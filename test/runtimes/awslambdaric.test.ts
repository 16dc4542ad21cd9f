import { awslambdaric } from "./clients/awslambdaric.ts";
import { describeClient } from "./matrix.case.ts";

describeClient(awslambdaric);
