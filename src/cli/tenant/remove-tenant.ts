import type { AccessRequestContext } from '../../../flows/access-request.ts';
import { AppError } from '../../access/core/app-error.ts';
import { sameTenant } from '../../access/core/person.ts';
import { readHallpassConfig } from '../../config/read-hallpass-config.ts';
import { createLog } from '../../observe/log.ts';
import { openCasesIn } from '../open-cases-in.ts';
import { withoutTenant } from './tenants-in-yaml.ts';
import { textOf, writeConfig } from './write-config.ts';

export interface RemoveOptions {
  readonly config: string;
  readonly name: string;
  readonly write: boolean;
  readonly say: (line: string) => void;
}

/**
 * Takes a tenant out of the file, once nothing of it is open, and says what stays behind in the tenant itself: nobody here can remove that.
 * @throws {AppError} `usage.tenant`, `tenant.in-use`, `config.*`, `store.*`
 */
export async function removeTenant({ config: file, name, write, say }: RemoveOptions): Promise<void> {
  const { tenants, store } = readHallpassConfig(file);
  const tenant = tenants.find((one) => one.name === name);
  if (!tenant || tenants.length === 1)
    throw new AppError('usage.tenant', tenant ? `${name} is the only tenant of the file` : `the file has no tenant ${name}`, {
      hint: tenant ? 'To give Hallpass up as a whole, see: hallpass uninstall.' : 'See: hallpass tenant list.',
    });
  const { tenantId, clientId } = tenant;
  const open = (await openCasesIn(store, createLog('bot', 'warn'))).flatMap(({ caseId, flow, context }) => {
    if (flow !== 'accessRequest') return [];
    // The store holds what our own machine returned; its shape is the flow's.
    const { request } = context as AccessRequestContext;
    return sameTenant(request.principal.tenantId, tenantId) ? [`${caseId}  ${request.entitlementId}`] : [];
  });
  if (open.length > 0)
    throw new AppError('tenant.in-use', `${open.length} requests or grants of ${name} are open:\n${open.join('\n')}`, {
      hint: 'Wait for their end, or end them (hallpass perimeter revoke-all with the perimeter.yaml of that tenant). Nothing was changed.',
    });
  const { text, gone } = withoutTenant(textOf(file), name, tenantId);
  if (write) writeConfig(file, text);
  say(write ? `Taken out of ${file}:` : `Would be taken out of ${file} (add --write):`);
  for (const line of gone) say(`  ${line}`);
  if (write) say('Start the bot again: until then it knows the tenant.');
  for (const line of remainsIn(tenantId, clientId)) say(line);
}

function remainsIn(tenantId: string, clientId: string): readonly string[] {
  return [
    `This remains in tenant ${tenantId}, for an administrator there (az login --tenant ${tenantId}):`,
    `  the bot’s enterprise application, with the permissions consented to: az ad sp delete --id ${clientId}`,
    `  its Reader role at the root of Azure, if it was given: az role assignment list --scope / --assignee ${clientId}`,
    '  the perimeter that gave there, with its registrations, permissions and store: hallpass uninstall --help lists them',
  ];
}
