// The services that Lambent knows how to speak: which client package models them and how they are told apart on the
// wire. Adding one is a line here.
import type { ProtocolName } from "./protocol.ts";

export interface ServiceEntry {
  /** As in ARNs and in the names of constraint files. */
  readonly name: string;
  readonly load: () => Promise<object>;
  /** Service part of a credential scope. Several services may share one. */
  readonly signingName: string;
  /** What stands before the dot in X-Amz-Target. Also the name of the service in paths of rpcv2. */
  readonly targetPrefix: string;
  /** Spoken by clients in use, asked in this order; a request that speaks none is refused in the first. */
  readonly protocols: readonly [ProtocolName, ...ProtocolName[]];
  /** Version of the API, which awsQuery requests carry. */
  readonly version: string;
  /** Namespace of XML answers. */
  readonly xmlNamespace?: string;
  /** Answers carry awsQuery's error codes too, for clients that once spoke awsQuery. */
  readonly queryCompatible?: true;
  /** Errors that the service answers and its model lacks: their names in JSON, and the codes that awsQuery has for them. */
  readonly unmodelledErrors?: Readonly<Record<string, string>>;
  /** Messages that are worded otherwise in awsQuery. */
  readonly queryMessages?: Readonly<Record<string, string>>;
  /** What awsQuery answers to an action that it does not know; left out: the usual. */
  readonly unknownAction?: (action: string) => string;
  /** Header that names the request in answers, where it is not x-amzn-RequestId. */
  readonly requestIdHeader?: string;
  /** Content type of blobs that are a whole body, where it is not application/octet-stream. */
  readonly blobContentType?: string;
  /** Operations of AWS's newest model that the installed client lacks: known by name only, so that they are refused by it. */
  readonly newerOperations?: readonly NewerOperation[];
}

export interface NewerOperation {
  readonly name: string;
  readonly method: string;
  readonly uri: string;
}

export const services: readonly ServiceEntry[] = [
  {
    name: "lambda",
    load: () => import("@aws-sdk/client-lambda"),
    signingName: "lambda",
    targetPrefix: "AWSGirApiService",
    protocols: ["restJson1"],
    version: "2015-03-31",
    // Bytes in the model, but the one such body is the answer of a function.
    blobContentType: "application/json",
    newerOperations: [
      { name: "PauseDurableExecution", method: "POST", uri: "/2025-12-01/durable-executions/{DurableExecutionArn}/pause" },
      { name: "ResumeDurableExecution", method: "POST", uri: "/2025-12-01/durable-executions/{DurableExecutionArn}/resume" },
      { name: "DeleteDurableExecution", method: "DELETE", uri: "/2025-12-01/durable-executions/{DurableExecutionArn}" },
    ],
  },
  {
    name: "s3",
    load: () => import("@aws-sdk/client-s3"),
    signingName: "s3",
    targetPrefix: "AmazonS3",
    protocols: ["restXml"],
    version: "2006-03-01",
    xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
    requestIdHeader: "x-amz-request-id",
  },
  {
    name: "sqs",
    load: () => import("@aws-sdk/client-sqs"),
    signingName: "sqs",
    targetPrefix: "AmazonSQS",
    // Clients from before the end of 2023 speak awsQuery.
    protocols: ["awsJson1_0", "awsQuery"],
    version: "2012-11-05",
    xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/",
    queryCompatible: true,
    unmodelledErrors: {
      AccessDeniedException: "AccessDenied",
      InvalidParameterValueException: "InvalidParameterValue",
      MissingRequiredParameterException: "MissingParameter",
    },
    queryMessages: { "The specified queue does not exist.": "The specified queue does not exist for this wsdl version." },
    unknownAction: (action) => `The action ${action} is not valid for this endpoint.`,
  },
  {
    name: "sns",
    load: () => import("@aws-sdk/client-sns"),
    signingName: "sns",
    targetPrefix: "AmazonSimpleNotificationService",
    protocols: ["awsQuery"],
    version: "2010-03-31",
    xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
  },
  {
    name: "iam",
    load: () => import("@aws-sdk/client-iam"),
    signingName: "iam",
    targetPrefix: "AWSIdentityManagementV20100508",
    protocols: ["awsQuery"],
    version: "2010-05-08",
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
  },
  {
    name: "sts",
    load: () => import("@aws-sdk/client-sts"),
    signingName: "sts",
    targetPrefix: "AWSSecurityTokenServiceV20110615",
    protocols: ["awsQuery"],
    version: "2011-06-15",
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  },
  {
    name: "kms",
    load: () => import("@aws-sdk/client-kms"),
    signingName: "kms",
    targetPrefix: "TrentService",
    protocols: ["awsJson1_1"],
    version: "2014-11-01",
  },
  {
    name: "ssm",
    load: () => import("@aws-sdk/client-ssm"),
    signingName: "ssm",
    targetPrefix: "AmazonSSM",
    protocols: ["awsJson1_1"],
    version: "2014-11-06",
  },
  {
    name: "secretsmanager",
    load: () => import("@aws-sdk/client-secrets-manager"),
    signingName: "secretsmanager",
    targetPrefix: "secretsmanager",
    protocols: ["awsJson1_1"],
    version: "2017-10-17",
  },
  {
    name: "dynamodb",
    load: () => import("@aws-sdk/client-dynamodb"),
    signingName: "dynamodb",
    targetPrefix: "DynamoDB_20120810",
    protocols: ["awsJson1_0"],
    version: "2012-08-10",
  },
  {
    // Signs as DynamoDB: only the target tells them apart.
    name: "dynamodbstreams",
    load: () => import("@aws-sdk/client-dynamodb-streams"),
    signingName: "dynamodb",
    targetPrefix: "DynamoDBStreams_20120810",
    protocols: ["awsJson1_0"],
    version: "2012-08-10",
  },
  {
    name: "kinesis",
    load: () => import("@aws-sdk/client-kinesis"),
    signingName: "kinesis",
    targetPrefix: "Kinesis_20131202",
    protocols: ["awsJson1_1"],
    version: "2013-12-02",
  },
  {
    name: "events",
    load: () => import("@aws-sdk/client-eventbridge"),
    signingName: "events",
    targetPrefix: "AWSEvents",
    protocols: ["awsJson1_1"],
    version: "2015-10-07",
  },
  {
    name: "scheduler",
    load: () => import("@aws-sdk/client-scheduler"),
    signingName: "scheduler",
    targetPrefix: "AWSChronosService",
    protocols: ["restJson1"],
    version: "2021-06-30",
  },
  {
    name: "pipes",
    load: () => import("@aws-sdk/client-pipes"),
    signingName: "pipes",
    targetPrefix: "Pipes",
    protocols: ["restJson1"],
    version: "2015-10-07",
  },
  {
    name: "stepfunctions",
    load: () => import("@aws-sdk/client-sfn"),
    signingName: "states",
    targetPrefix: "AWSStepFunctions",
    protocols: ["awsJson1_0"],
    version: "2016-11-23",
  },
  {
    name: "cloudwatch",
    load: () => import("@aws-sdk/client-cloudwatch"),
    // Three generations of clients are in use.
    signingName: "monitoring",
    targetPrefix: "GraniteServiceVersion20100801",
    protocols: ["rpcv2Cbor", "awsJson1_0", "awsQuery"],
    version: "2010-08-01",
    xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    queryCompatible: true,
  },
  {
    name: "logs",
    load: () => import("@aws-sdk/client-cloudwatch-logs"),
    signingName: "logs",
    targetPrefix: "Logs_20140328",
    protocols: ["awsJson1_1"],
    version: "2014-03-28",
  },
  {
    name: "xray",
    load: () => import("@aws-sdk/client-xray"),
    signingName: "xray",
    targetPrefix: "AWSXRay",
    protocols: ["restJson1"],
    version: "2016-04-12",
  },
  {
    name: "cloudformation",
    load: () => import("@aws-sdk/client-cloudformation"),
    signingName: "cloudformation",
    targetPrefix: "CloudFormation",
    protocols: ["awsQuery"],
    version: "2010-05-15",
    xmlNamespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
  },
  {
    name: "apigateway",
    load: () => import("@aws-sdk/client-api-gateway"),
    signingName: "apigateway",
    targetPrefix: "BackplaneControlService",
    protocols: ["restJson1"],
    version: "2015-07-09",
  },
  {
    name: "apigatewayv2",
    load: () => import("@aws-sdk/client-apigatewayv2"),
    signingName: "apigateway",
    targetPrefix: "ApiGatewayV2",
    protocols: ["restJson1"],
    version: "2018-11-29",
  },
  {
    // Signs as the callers of an API do, not as those who make one.
    name: "apigatewaymanagementapi",
    load: () => import("@aws-sdk/client-apigatewaymanagementapi"),
    signingName: "execute-api",
    targetPrefix: "ApiGatewayManagementApi",
    protocols: ["restJson1"],
    version: "2018-11-29",
  },
  {
    name: "cognito-idp",
    load: () => import("@aws-sdk/client-cognito-identity-provider"),
    signingName: "cognito-idp",
    targetPrefix: "AWSCognitoIdentityProviderService",
    protocols: ["awsJson1_1"],
    version: "2016-04-18",
  },
  {
    name: "cloudfront",
    load: () => import("@aws-sdk/client-cloudfront"),
    signingName: "cloudfront",
    targetPrefix: "Cloudfront2020_05_31",
    protocols: ["restXml"],
    version: "2020-05-31",
    xmlNamespace: "http://cloudfront.amazonaws.com/doc/2020-05-31/",
  },
  {
    name: "ecr",
    load: () => import("@aws-sdk/client-ecr"),
    signingName: "ecr",
    targetPrefix: "AmazonEC2ContainerRegistry_V20150921",
    protocols: ["awsJson1_1"],
    version: "2015-09-21",
  },
  {
    name: "ec2",
    load: () => import("@aws-sdk/client-ec2"),
    signingName: "ec2",
    targetPrefix: "AmazonEC2",
    protocols: ["ec2Query"],
    version: "2016-11-15",
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
  },
];
