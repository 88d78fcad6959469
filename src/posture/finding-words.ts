import type { FindingCase, FindingWords } from '../chat/finding-words.ts';
import { named, type KnownPeople } from '../chat/projections/words.ts';
import type { BotTenant } from '../config/bot-tenants.ts';
import type { CloudSetting } from '../config/parts.ts';
import { alertView, announcement, findingDetailsView, type FindingInput } from './alert-view.ts';

/** Each cloud's portal. Where a cloud is given by its addresses, nobody knows of one, and the public one is as good as any. */
const PORTALS: Readonly<Record<Extract<CloudSetting, string>, string>> = {
  AzureCloud: 'https://portal.azure.com',
  AzureUSGovernment: 'https://portal.azure.us',
  AzureChina: 'https://portal.azure.cn',
};

/** How the findings of all checks are said; where there are several tenants, with the name of theirs. Pure. */
export function createFindingWords(tenants: readonly Pick<BotTenant, 'name' | 'tenantId' | 'cloud'>[]): FindingWords {
  const input = ({ status, ...finding }: FindingCase, people?: KnownPeople): FindingInput => {
    const { handledBy, seen } = finding.context;
    const tenant = tenants.find(({ tenantId }) => tenantId.toLowerCase() === seen.tenantId) ?? tenants[0];
    const cloud = tenant?.cloud ?? 'AzureCloud';
    return {
      ...finding,
      state: status,
      portalUrl: typeof cloud === 'string' ? PORTALS[cloud] : PORTALS.AzureCloud,
      ...(tenants.length > 1 && tenant ? { tenantName: tenant.name } : {}),
      ...(handledBy === undefined || people === undefined ? {} : { handledBy: named(people, handledBy) }),
    };
  };
  return {
    alert: (finding, people) => alertView(input(finding, people)),
    details: (finding, people) => findingDetailsView(input(finding, people)),
    announcement: (finding) => announcement(input(finding)),
  };
}
