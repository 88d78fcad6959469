import { decodeJwt } from 'jose';
import type { BotTenantParts } from '../doctor/bot/bot-tenant-parts.ts';
import type { Question } from './question.ts';

const ownToken: Question<BotTenantParts> = {
  id: 'own-token',
  asks: 'What does our own token for Graph say of us? Microsoft calls it opaque.',
  assumes: 'roles, oid, tid, and appid or azp: what we may, and how the audit log will call us',
  async ask({ token, graph }) {
    const claims = decodeJwt(await token(`${graph.origin}/.default`));
    const has = (name: string) => claims[name] !== undefined;
    const there = ['roles', 'oid', 'tid', 'appid', 'azp'].filter(has);
    return { saw: there.join(', '), agrees: has('roles') && has('oid') && has('tid') && (has('appid') || has('azp')) };
  },
};

const rootSources: Question<BotTenantParts> = {
  id: 'root-sources',
  asks: 'Does Azure Resource Graph return what is assigned at / to somebody with Reader there, as the plain list does?',
  assumes: 'yes, with authorizationScopeFilter AtScopeAboveAndBelow, and the same assignments',
  async ask({ root }) {
    const [list, graph] = await Promise.all([root.byList(), root.byResourceGraph()]);
    const names = (rows: typeof list) => rows.map(({ name }) => name).toSorted();
    const same = names(list).join() === names(graph).join();
    return {
      saw: `${list.length} by the list, ${graph.length} by Resource Graph, ${same ? 'the same' : 'not the same'}`,
      agrees: same && list.length > 0,
    };
  },
};

const createdBy: Question<BotTenantParts> = {
  id: 'created-by',
  asks: 'Whom does Azure name as having made the assignments at /?',
  assumes: 'somebody, by object id; a card says “by themselves” only where that is the holder',
  async ask({ root }) {
    const rows = await root.byList();
    const named = rows.filter(({ createdBy: by }) => by !== undefined);
    return { saw: `${named.length} of ${rows.length} name somebody`, agrees: named.length === rows.length };
  },
};

const leastLicence: Question<BotTenantParts> = {
  id: 'least-licence',
  asks: 'Does LicenseAssignment.Read.All alone show the plans of the tenant, and by which names?',
  assumes: 'AAD_PREMIUM and AAD_PREMIUM_P2 among them, where the tenant has them',
  async ask({ tenantFacts }) {
    const plans = await tenantFacts.servicePlans();
    const ours = plans.filter((plan) => /^AAD_PREMIUM|GOVERNANCE/.test(plan));
    return { saw: ours.length === 0 ? `none of ours among ${plans.length}` : ours.join(', '), agrees: ours.length > 0 };
  },
};

export const TENANT_QUESTIONS: readonly Question<BotTenantParts>[] = [ownToken, rootSources, createdBy, leastLicence];
