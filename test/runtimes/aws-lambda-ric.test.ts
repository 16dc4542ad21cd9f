import { awsLambdaRic } from "./clients/aws-lambda-ric.ts";
import { describeClient } from "./matrix.case.ts";

describeClient(awsLambdaRic);
