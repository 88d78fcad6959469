import { AppError } from '../../access/core/app-error.ts';
import type { Check } from './check.ts';
import type { TenantParts } from './tenant-parts.ts';

/** Whether Entra gives our identity a token for all that it works with: without one nothing below can be looked at. */
export const token: Check<TenantParts> = {
  id: 'token',
  title: 'Token from Entra ID',
  async look({ token: get, scopes, tenant, who }) {
    const fine = `${tenant.clientId} gets tokens in ${tenant.tenantId}`;
    try {
      for (const scope of scopes) await get(scope);
      return { fine };
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error;
      const mend = error.hint ?? `Check the credential of the ${who} in its file.`;
      return { problems: [error.message], mend, fine };
    }
  },
  mend: ({ who }) => `Check the credential of the ${who} in its file.`,
  show: ({ tenant }) => `az ad app credential list --id ${tenant.clientId}`,
};
