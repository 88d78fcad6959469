import { isLoopback } from './domain-clock.ts';
import type { HallpassFile } from './hallpass-config.ts';
import type { ConfigRule } from './read-config.ts';
import { tenantsOf } from './tenants-of.ts';

/** Linking needs the app's id and secret, the console, and names nobody who could not link anyway. */
export const linkingRules: ConfigRule<HallpassFile> = ({ slack, linking, ...file }) => {
  const { clientId, clientSecret, issuer = '' } = slack ?? {};
  const problem = (path: readonly PropertyKey[], message: string) => ({ path, message });
  const tenantIds = tenantsOf(file).map(({ tenantId }) => tenantId.toLowerCase());
  const isSet = clientId !== undefined && clientSecret !== undefined;
  return [
    ...(clientId !== undefined && clientSecret === undefined
      ? [problem(['slack', 'clientSecret'], 'is needed beside slack.clientId')]
      : []),
    ...(clientSecret !== undefined && clientId === undefined
      ? [problem(['slack', 'clientId'], 'is needed beside slack.clientSecret')]
      : []),
    ...(isSet && file.console === undefined
      ? [problem(['slack', 'clientId'], 'needs "console": people link their accounts on its pages')]
      : []),
    ...(issuer === '' || issuer.startsWith('https:') || isLoopback(issuer)
      ? []
      : [problem(['slack', 'issuer'], 'must begin with https: it says who people are')]),
    ...(issuer.endsWith('/') ? [problem(['slack', 'issuer'], 'must not end in a slash: it is compared letter by letter')] : []),
    ...linking.guests.flatMap(({ tenantId }, at) =>
      tenantIds.includes(tenantId.toLowerCase())
        ? []
        : [problem(['linking', 'guests', at, 'tenantId'], 'is none of the tenants of this file')],
    ),
    ...linking.workspaces.flatMap((workspaceId, at) =>
      workspaceId === slack?.workspaceId
        ? [problem(['linking', 'workspaces', at], 'is slack.workspaceId, which needs no naming')]
        : [],
    ),
  ];
};
