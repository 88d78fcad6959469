import { decodeJwt, type JWTPayload } from 'jose';
import { ClientSecretCredential } from '@azure/identity';
import { BOT_APP, PERIMETER_APP, PERIMETER_AUDIENCE, TEAMS_APP_ID } from '../../../src/playground/cast.ts';
import { GRAPH_RESOURCE } from '../../../src/playground/microsoft/tenant/app-permissions.ts';
import type { ApproveWorld } from '../../perimeter/approve/support/approve-world.ts';
import { ABEL, ANNA, BOT_CLIENT_ID, GINA, TENANT_ID } from '../../perimeter/support/perimeter-config.ts';
import { CHAT, codeOn, given, saying, signedAndGiven } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';
import { codeOf } from '../seen.ts';

const CLASS = 'token for another audience, tenant, client, user';
const OTHER_TENANT = '0ddba110-1111-4222-8333-444455556666';
const GRAPH = '00000003-0000-0000-c000-000000000000';

/** The sign-in after a click on Approve brings a token of Entra's, rightly signed, that says something else. */
const signature = (
  name: string,
  code: string,
  about: string,
  lie: (world: ApproveWorld) => Readonly<Record<string, unknown>>,
): Attack =>
  attackOn({
    class: CLASS,
    name: `brings a signature ${name}`,
    code,
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about,
    async prepare(world) {
      await world.register(about);
      return world.look(world.browserOf(ABEL), about);
    },
    attack: async (world, shown) => codeOn(await saying(world, lie(world), () => shown.click('Approve'))),
    twin: (world) => signedAndGiven(world, about, [ABEL]),
  });

/** Calls with a token that the tenant did issue; the twin calls with the bot's. */
const caller = (
  name: string,
  code: string,
  about: string,
  tokenOf: (world: ApproveWorld, honest: JWTPayload) => Promise<string>,
): Attack => ({
  class: CLASS,
  name: `calls with a token ${name}`,
  code,
  journal: 'none',
  refusedAt: 'end',
  wishes: CHAT,
  async attack(world) {
    const token = await tokenOf(world, decodeJwt(await botToken(world)));
    const headers = { authorization: `Bearer ${token}` };
    return codeOf(await world.call('DELETE', `/grants/${about}?reason=withdraw`, undefined, headers));
  },
  twin: (world) => given(world, about),
});

export async function botToken({ microsoft: { tenant, loginUrl } }: ApproveWorld, clientId = BOT_APP.clientId): Promise<string> {
  const credential = new ClientSecretCredential(TENANT_ID, clientId, tenant.clientSecretOf(clientId), {
    authorityHost: loginUrl,
    disableInstanceDiscovery: true,
  });
  return (await credential.getToken(`${PERIMETER_AUDIENCE}/.default`)).token;
}

/** Tokens of Entra's, for somebody or something else. */
export const tokens: readonly Attack[] = [
  signature('for Microsoft Graph', 'id-token.audience', 'token0000001', () => ({ aud: GRAPH })),
  signature('for the bot', 'id-token.audience', 'token0000002', () => ({ aud: BOT_CLIENT_ID })),
  signature('for two, the page among them', 'id-token.audience', 'token0000003', (world) => ({
    aud: [world.idp.begun.at(-1)?.['client_id'] ?? '', BOT_CLIENT_ID],
  })),
  signature('of another tenant, by its issuer', 'id-token.issuer', 'token0000004', ({ idp }) => ({
    iss: idp.issuer.replace(TENANT_ID, OTHER_TENANT),
  })),
  signature('of another tenant, by its tenant', 'id-token.tenant', 'token0000005', () => ({ tid: OTHER_TENANT })),
  signature('of another approver than the one who clicked', 'id-token.person', 'token0000006', () => ({ oid: ANNA.objectId })),
  signature('of somebody who is no approver', 'id-token.person', 'token0000007', () => ({ oid: GINA.objectId })),
  signature('of a guest with the same object id', 'id-token.guest', 'token0000008', () => ({ acct: 1 })),
  signature('of an application', 'id-token.app', 'token0000009', () => ({ idtyp: 'app' })),
  caller('of its own, for Microsoft Graph', 'caller.unauthenticated', 'caller000001', ({ microsoft }, honest) =>
    microsoft.tokens.sign({ ...honest, aud: GRAPH_RESOURCE }),
  ),
  caller("of the perimeter's own application, for the perimeter", 'caller.forbidden', 'caller000002', (world) =>
    botToken(world, PERIMETER_APP.clientId),
  ),
  caller('of another application that has the role too', 'caller.forbidden', 'caller000003', ({ microsoft }, honest) =>
    microsoft.tokens.sign({ ...honest, appid: TEAMS_APP_ID, azp: TEAMS_APP_ID }),
  ),
  caller('of the bot in another tenant', 'caller.unauthenticated', 'caller000004', ({ microsoft }, honest) =>
    microsoft.tokens.sign({ ...honest, iss: String(honest.iss).replace(TENANT_ID, OTHER_TENANT), tid: OTHER_TENANT }),
  ),
  caller('of a person who is signed in to the bot', 'caller.forbidden', 'caller000005', ({ microsoft }, honest) =>
    microsoft.tokens.sign({ ...honest, idtyp: 'user', scp: 'Access.Give', oid: ABEL.objectId }),
  ),
  caller('of its own without the role', 'caller.forbidden', 'caller000006', ({ microsoft }, honest) =>
    microsoft.tokens.sign({ ...honest, roles: ['Access.Read'] }),
  ),
];
