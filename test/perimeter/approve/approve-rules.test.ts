import { describe, expect, it } from '@jest/globals';
import { approveRules } from '../../../src/perimeter/approve/approve-rules.ts';
import type { ApproveSetting, GuardedEntitlement, PerimeterConfig } from '../../../src/perimeter/perimeter-config.ts';
import { APPROVERS, perimeterConfig } from '../support/perimeter-config.ts';

const APPROVE: ApproveSetting = {
  listen: { host: '127.0.0.1', port: 9444, behindProxy: false },
  publicUrl: 'https://approve.contoso.com',
  clientId: 'a9920000-0000-4000-8000-000000000004',
  managedIdentity: { clientId: 'a9920000-0000-4000-8000-000000000005' },
  stepUp: { authenticationContext: 'c1' },
  limits: { addressPerMinute: 600, personPerMinute: 60, atOnce: 32 },
};
const APPROVED_BY = { approvers: { groups: [APPROVERS], people: [] } };
const POSTGRES = { postgres: { connection: { env: 'DB' }, schema: 'hallpass', ssl: 'verify' } } as const;

const problems = (file: Partial<PerimeterConfig>, more: Partial<GuardedEntitlement> = {}) =>
  approveRules(perimeterConfig({ more: { assurance: 'signed', ...APPROVED_BY, ...more }, file })).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  );

describe('what perimeter.yaml says of the page on which people sign', () => {
  it('is enough when everything is said', () => {
    expect(problems({ approve: APPROVE })).toEqual([]);
    expect(problems({ approve: { ...APPROVE, publicUrl: 'http://localhost:4444' } })).toEqual([]);
    expect(problems({}, { assurance: 'chat' })).toEqual([]);
  });

  it.each<[string, Partial<PerimeterConfig>, Partial<GuardedEntitlement>, RegExp]>([
    ['has no page for what has to be signed', {}, {}, /^entitlements\.0\.assurance needs the section approve/],
    [
      'has no page for break-glass, which the requester signs',
      {},
      { assurance: 'chat', breakGlass: { who: { groups: [], people: [] }, longestMinutes: 10, perDay: 1 } },
      /^entitlements\.0\.assurance needs the section approve/,
    ],
    ['names nobody who could sign', { approve: APPROVE }, { approvers: undefined }, /^entitlements\.0\.approvers are missing/],
    [
      'names more than an origin',
      { approve: { ...APPROVE, publicUrl: 'https://approve.contoso.com/here' } },
      {},
      /^approve\.publicUrl has to be an origin.*https:\/\/approve\.contoso\.com$/,
    ],
    [
      'names an origin with a slash',
      { approve: { ...APPROVE, publicUrl: 'https://approve.contoso.com/' } },
      {},
      /^approve\.publicUrl has to be an origin/,
    ],
    [
      'speaks plain HTTP to people',
      { approve: { ...APPROVE, publicUrl: 'http://approve.contoso.com' } },
      {},
      /^approve\.publicUrl has to be https/,
    ],
    [
      'listens to a network in the clear',
      { approve: { ...APPROVE, listen: { ...APPROVE.listen, host: '0.0.0.0' } } },
      {},
      /^approve\.listen is no loopback address/,
    ],
    [
      'takes the port of the operators',
      {
        approve: { ...APPROVE, listen: { ...APPROVE.listen, port: 9465 } },
        ops: { host: '127.0.0.1', port: 9465, behindProxy: false },
      },
      {},
      /^approve\.listen has the port of another listener/,
    ],
    [
      'does not say how the page shows that it is the one',
      { approve: { ...APPROVE, managedIdentity: undefined } },
      {},
      /^approve\.managedIdentity or approve\.credential has to be there, one of the two$/,
    ],
    [
      'says it twice',
      { approve: { ...APPROVE, credential: { certificate: { file: '/run/page.pem' } } } },
      {},
      /^approve\.managedIdentity or approve\.credential/,
    ],
    ['has no common key for several machines', { approve: APPROVE, store: POSTGRES }, {}, /^approve\.cookieKey is missing/],
  ])('is not when it %s', (_name, file, more, expected) => {
    expect(problems(file, more)[0]).toMatch(expected);
  });

  it.each([{ certificate: { file: '/run/page.pem' } }, { workloadIdentity: {} }])(
    'lets the page have %j in place of a managed identity',
    (credential) => {
      expect(problems({ approve: { ...APPROVE, managedIdentity: undefined, credential } })).toEqual([]);
    },
  );

  it('lets several machines share a key, and a proxy in front end TLS', () => {
    expect(problems({ approve: { ...APPROVE, cookieKey: { env: 'KEY' } }, store: POSTGRES })).toEqual([]);
    expect(problems({ approve: { ...APPROVE, listen: { host: '0.0.0.0', port: 1, behindProxy: true } } })).toEqual([]);
  });
});
