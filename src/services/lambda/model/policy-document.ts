// A whole policy as PutResourcePolicy gets it: what must hold before it is stored.
import { parsePolicy, type Policy } from "../../../core/policy/document.ts";
import { publicStatement } from "../../../core/policy/public.ts";
import { PolicySyntaxError } from "../../../core/policy/syntax-error.ts";
import { withinLimit, type PolicyDocument, type PolicyRecord, type PolicyStatement } from "../../../functions/policies.ts";
import { malformedPolicy, publicPolicy } from "../faults/policies.ts";

interface WrittenDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

/** `arn`: the one resource that its statements may name. Faults: malformed, public, too long (400). */
export function readPolicy(text: string, arn: string, revisionId: string): PolicyRecord {
  const policy = parse(text);
  if (publicStatement(policy) !== undefined) throw publicPolicy();
  for (const { name, resources } of policy.statements)
    if (resources?.excludes !== false || resources.items.some(({ source }) => source !== arn))
      throw malformedPolicy(`${name}: Resource must be ${arn}`);
  // Its grammar has been checked.
  return withinLimit({ revisionId, document: normalDocument(JSON.parse(text) as WrittenDocument) });
}

function parse(text: string): Policy {
  try {
    // The model bounds its length; that it is too long without its blanks has a fault of its own.
    return parsePolicy(text, { kind: "resource", mostBytes: Infinity });
  } catch (error) {
    if (error instanceof PolicySyntaxError) throw malformedPolicy(error.message);
    throw error;
  }
}

/** A list of statements, so that AddPermission can append, and the version that a missing one means. */
const normalDocument = ({ Version = "2008-10-17", Id, Statement }: WrittenDocument): PolicyDocument => ({
  Version,
  ...(Id === undefined ? {} : { Id }),
  Statement: isList(Statement) ? Statement : [Statement],
});

const isList = (statement: WrittenDocument["Statement"]): statement is readonly PolicyStatement[] => Array.isArray(statement);
