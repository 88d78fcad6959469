import { READER_ID } from '../../../azure/azure-roles.ts';
import { readerCommand } from '../../../posture/collectors/root-access.ts';
import { AppError } from '../../../access/core/app-error.ts';
import type { RootAssignment } from '../../../azure/root-assignments-reader.ts';
import type { Check } from '../check.ts';
import type { BotTenantParts } from './bot-tenant-parts.ts';

/**
 * Whether Azure answers, and shows us what stands at the root scope. Neither source refuses who may not look: it shows nothing. So each has to
 * show our own Reader assignment.
 */
export const azureSight: Check<BotTenantParts> = {
  id: 'azure-sight',
  title: 'Azure, and sight at the root scope /',
  async look({ root }) {
    const own = await root.ownPrincipalId();
    const sees = async (read: () => Promise<readonly RootAssignment[]>): Promise<boolean> =>
      (await read().catch(nothingIfForbidden)).some(({ principalId, roleId }) => principalId === own && roleId === READER_ID);
    const [inList, inGraph] = await Promise.all([sees(() => root.byList()), sees(() => root.byResourceGraph())]);
    const blind = [...(inList ? [] : ['the list of role assignments']), ...(inGraph ? [] : ['Azure Resource Graph'])];
    return {
      problems: blind.map(
        (source) => `${source} does not show the bot’s own Reader assignment at /, so it would not show others`,
      ),
      mend: readerCommand(own),
      fine: 'both sources show what stands at /',
    };
  },
  mend: ({ tenant }) => readerCommand(`$(az ad sp show --id ${tenant.clientId} --query id -o tsv)`),
  show: ({ tenant }) => `az role assignment list --scope / --assignee ${tenant.clientId}`,
};

/** Who has no role anywhere is refused; who has one elsewhere is shown nothing of `/`. Either is mended in the same way. */
function nothingIfForbidden(error: unknown): readonly RootAssignment[] {
  if (error instanceof AppError && error.code === 'azure.forbidden') return [];
  throw error;
}
