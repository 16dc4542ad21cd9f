// DeleteCodeSigningConfig: with its tags, once no function has it.
import { commitChangeOf } from "../../../store/change.ts";
import { codeSigningConfigs, listCodeSigningUsers } from "../../../functions/code-signing.ts";
import { putTags } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { codeSigningConfigInUse } from "../faults/code-signing.ts";
import { codeSigningConfigKind, requireCodeSigningConfig } from "../model/code-signing-config.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteCodeSigningConfig =
  ({ functions }: LambdaParts): LambdaHandler<"DeleteCodeSigningConfig"> =>
  async ({ CodeSigningConfigArn }, context) =>
    commitChangeOf(functions, context, CodeSigningConfigArn, async () => {
      const { key, record, revision } = await requireCodeSigningConfig(functions, context, CodeSigningConfigArn);
      const [user] = await listCodeSigningUsers(functions, context, record.id, { limit: 1 });
      if (user !== undefined) throw codeSigningConfigInUse(CodeSigningConfigArn, user);
      return {
        operations: [codeSigningConfigs.delete(key, revision), putTags(`${codeSigningConfigKind}:${record.id}`, {})],
        result: {},
      };
    });
