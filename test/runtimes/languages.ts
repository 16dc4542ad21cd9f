// Every runtime client that the matrix runs, by the name of its description: the rows of docs/languages.md.
import { awsLambdaRic } from "./clients/aws-lambda-ric.ts";
import { awslambdaric } from "./clients/awslambdaric.ts";
import { c } from "./clients/c.ts";
import { go } from "./clients/go.ts";
import { java } from "./clients/java.ts";
import { node } from "./clients/node.ts";
import { python } from "./clients/python.ts";
import { ruby } from "./clients/ruby.ts";
import { rust } from "./clients/rust.ts";
import { shell } from "./clients/shell.ts";

export const languages = {
  node: ["nodejs26.x", "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x"].map(node),
  awsLambdaRic: [awsLambdaRic],
  python: [15, 14, 13, 12, 11, 10, 9, 8].map((minor) => python(`python3.${minor}`)),
  awslambdaric: [awslambdaric],
  java: ["java25", "java21", "java17", "java11", "java8.al2"].map(java),
  ruby: ["3.4", "3.3"].map((release) => ruby(`ruby${release}`)),
  go: [go],
  rust: [rust],
  shell: [shell],
  c: [c],
};
