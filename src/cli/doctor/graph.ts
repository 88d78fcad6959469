import { AppError } from '../../access/core/app-error.ts';
import type { Check } from './check.ts';
import type { TenantParts } from './tenant-parts.ts';

/** Whether Graph answers our token. That it may refuse this very question is looked at by itself. */
export const graph: Check<TenantParts> = {
  id: 'graph',
  title: 'Microsoft Graph',
  async look({ graph: { origin }, registrations, tenant }) {
    const fine = `${origin} answers`;
    try {
      await registrations.enterpriseApplication(tenant.clientId);
    } catch (error) {
      if (!(error instanceof AppError) || error.code.startsWith('identity.')) throw error;
      if (error.code === 'directory.forbidden') return { fine };
      return { problems: [`${origin} does not answer as it should: ${error.message}`], fine };
    }
    return { fine };
  },
  mend: (parts) => `Let this machine reach ${parts.graph.origin}, and look at its health: ${askByHand(parts)}`,
  show: askByHand,
};

function askByHand({ graph: { origin } }: TenantParts): string {
  return `curl -sS -o /dev/null -w '%{http_code}\\n' '${origin}/v1.0/$metadata'`;
}
