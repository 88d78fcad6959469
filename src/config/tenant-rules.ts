import { sameTenant } from '../access/core/person.ts';
import { isLoopback } from './domain-clock.ts';
import type { HallpassFile } from './hallpass-config.ts';
import type { ConfigRule, PathProblem } from './read-config.ts';
import { tenantsOf } from './tenants-of.ts';

const problem = (path: readonly PropertyKey[], message: string): PathProblem => ({ path, message });

/** Exactly one of the two forms, and it whole. */
const forms: ConfigRule<HallpassFile> = ({ tenant, perimeter, tenants }) => {
  if (tenants)
    return [
      ...(tenant ? [problem(['tenant'], 'is for one tenant: move it under "tenants", which is there too')] : []),
      ...(perimeter ? [problem(['perimeter'], 'is for one tenant: each of "tenants" has a perimeter of its own')] : []),
    ];
  return [
    ...(tenant ? [] : [problem([], 'add "tenant" with "perimeter", or "tenants" for several')]),
    ...(tenant && !perimeter ? [problem([], 'add "perimeter": it alone can give access')] : []),
  ];
};

/** Each tenant has a name, an id and a perimeter of its own: a perimeter serves one tenant. */
const apart: ConfigRule<HallpassFile> = ({ tenants = [] }) =>
  tenants.flatMap((one, index) => {
    const before = tenants.slice(0, index);
    return [
      ...(before.some(({ name }) => name === one.name) ? [problem(['tenants', index, 'name'], 'is used twice')] : []),
      ...(before.some(({ tenantId }) => sameTenant(tenantId, one.tenantId))
        ? [problem(['tenants', index, 'tenantId'], 'is used twice')]
        : []),
      // The identities of a machine are all of one tenant, whatever the file says.
      ...('managedIdentity' in one.credential && before.some(({ credential }) => 'managedIdentity' in credential)
        ? [problem(['tenants', index, 'credential'], 'reaches one tenant only, and another has it already: use "federated"')]
        : []),
      ...(before.some(({ perimeter }) => originOf(perimeter.url) === originOf(one.perimeter.url))
        ? [problem(['tenants', index, 'perimeter', 'url'], 'is used twice: a perimeter serves one tenant')]
        : []),
    ];
  });

const originOf = (url: string): string => new URL(url).origin;

const perimeterUrls: ConfigRule<HallpassFile> = (file) =>
  tenantsOf(file).flatMap(({ perimeter: { url } }, index) =>
    url.startsWith('https:') || isLoopback(url)
      ? []
      : [
          problem(
            file.tenants ? ['tenants', index, 'perimeter', 'url'] : ['perimeter', 'url'],
            'must begin with https: the bot’s token goes there',
          ),
        ],
  );

/** Everybody who is named lives in a tenant of the file; who may ask and decide, in the tenant where it is given. */
const known: ConfigRule<HallpassFile> = (file) => {
  const all = tenantsOf(file);
  if (all.length === 0) return [];
  const { teams, people, roles, entitlements } = file;
  const foreign = file.tenants ? 'is none of "tenants"' : 'is another tenant than tenant.tenantId';
  const check = (path: readonly PropertyKey[], tenantId: string) =>
    all.some((one) => sameTenant(one.tenantId, tenantId)) ? [] : [problem(path, foreign)];
  return [
    ...(teams ? check(['teams', 'tenantId'], teams.tenantId) : []),
    ...people.flatMap(({ person }, index) => check(['people', index, 'person', 'tenantId'], person.tenantId)),
    ...(['viewer', 'auditor', 'operator'] as const).flatMap((role) =>
      roles[role].people.flatMap(({ tenantId }, at) => check(['roles', role, 'people', at, 'tenantId'], tenantId)),
    ),
    ...entitlements.flatMap((entitlement, index) => {
      const own = file.tenants && entitlement.tenant !== undefined ? all.find(({ name }) => name === entitlement.tenant) : all[0];
      const nameIsWrong = entitlement.tenant !== undefined && (!file.tenants || !own);
      if (nameIsWrong)
        return [
          problem(
            ['entitlements', index, 'tenant'],
            file.tenants ? 'is none of "tenants"' : 'leave it out: there is one tenant, without a name',
          ),
        ];
      if (all.length > 1 && entitlement.tenant === undefined)
        return [problem(['entitlements', index], 'add "tenant": there are several')];
      return (['mayRequest', 'approvers'] as const).flatMap((key) =>
        entitlement[key].people.flatMap(({ tenantId }, at) =>
          own && sameTenant(own.tenantId, tenantId)
            ? []
            : [
                problem(
                  ['entitlements', index, key, 'people', at, 'tenantId'],
                  file.tenants ? 'is another tenant than that of the entitlement' : foreign,
                ),
              ],
        ),
      );
    }),
  ];
};

/** What has to fit between the tenants of hallpass.yaml and everything that names one. */
export const tenantRules: ConfigRule<HallpassFile> = (file) => [forms, apart, perimeterUrls, known].flatMap((rule) => rule(file));
