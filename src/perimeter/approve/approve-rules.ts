import { isLoopback } from '../../config/domain-clock.ts';
import type { ConfigRule } from '../../config/read-config.ts';
import { type PerimeterConfig, stagesOf } from '../perimeter-config.ts';

/** What perimeter.yaml has to say where people sign; `signed` is the default, so that nobody gets the weaker one by leaving something out. */
export const approveRules: ConfigRule<PerimeterConfig> = (config) => [...entitlementProblems(config), ...sectionProblems(config)];

const entitlementProblems: ConfigRule<PerimeterConfig> = ({ entitlements, approve }) =>
  entitlements.flatMap((entitlement, index) => {
    if (entitlement.assurance === 'chat' && entitlement.breakGlass === undefined) return [];
    const path = ['entitlements', index];
    return [
      ...(approve === undefined
        ? [
            {
              path: [...path, 'assurance'],
              message: `needs the section approve, the page on which people sign; or write "assurance: chat" for ${entitlement.id}, which is weaker`,
            },
          ]
        : []),
      ...(entitlement.assurance === 'signed' && stagesOf(entitlement).length === 0
        ? [{ path: [...path, 'approvers'], message: `are missing: nobody could approve ${entitlement.id}` }]
        : []),
    ];
  });

const sectionProblems: ConfigRule<PerimeterConfig> = ({ approve, listen, ops, store }) => {
  if (approve === undefined) return [];
  const url = new URL(approve.publicUrl);
  const { host, port, tls, behindProxy } = approve.listen;
  const proofs = [approve.managedIdentity, approve.credential].filter((proof) => proof !== undefined);
  const taken = port !== 0 && [listen.port, ops.port].includes(port);
  return [
    ...(proofs.length === 1 ? [] : [at('managedIdentity', 'or approve.credential has to be there, one of the two')]),
    ...(url.origin === approve.publicUrl ? [] : [at('publicUrl', `has to be an origin, with nothing after it: ${url.origin}`)]),
    ...(url.protocol === 'https:' || isLoopback(url.hostname)
      ? []
      : [at('publicUrl', 'has to be https: browsers keep the cookies of this page only then')]),
    ...(isLoopback(host) || tls || behindProxy
      ? []
      : [
          at(
            'listen',
            'is no loopback address: add approve.listen.tls, or approve.listen.behindProxy when a proxy in front ends TLS',
          ),
        ]),
    ...(taken ? [at('listen', 'has the port of another listener: browsers need one of their own')] : []),
    ...('postgres' in store && approve.cookieKey === undefined
      ? [at('cookieKey', 'is missing: several machines answer at one address, and have to read the same cookies')]
      : []),
  ];
};

function at(key: string, message: string) {
  return { path: ['approve', key], message };
}
