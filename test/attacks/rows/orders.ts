import { SignJWT } from 'jose';
import { claimsFor, newKey } from '../../perimeter/approve/support/local-idp.ts';
import { ABEL, ANNA, APPROVERS, GINA, GLOBAL_READER, RITA, TENANT_ID } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import { alone, begins, CHAT, codeOn, given, isGiven, signedAndGiven, signs, tried } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';
import { codeOf, refusalOf, settled } from '../seen.ts';

/** The right calls in the wrong order, or all at once. */
export const orders: readonly Attack[] = [
  {
    class: 'DELETE before POST',
    name: 'withdraws a request before it arrives, and then lets it be approved',
    code: 'withdrawn',
    journal: 'began → ended',
    about: 'deleted00001',
    wishes: CHAT,
    async attack(world) {
      await world.end('deleted00001', 'withdraw');
      await world.register('deleted00001');
      await world.approve('deleted00001');
      const facts = await world.factsUntil('deleted00001', 'ended');
      return facts.flatMap((fact) => (fact.type === 'ended' ? [fact.how] : [])).at(-1);
    },
    twin: (world) => given(world, 'deleted00002'),
  },
  {
    class: 'DELETE before POST',
    name: 'gives a reason that the perimeter does not know, so that the end is lost',
    code: 'request.malformed',
    journal: 'began → registered',
    refusedAt: 'end',
    about: 'deleted00003',
    wishes: CHAT,
    async attack(world) {
      await world.register('deleted00003');
      return codeOf(await world.call('DELETE', '/grants/deleted00003?reason=because'));
    },
    async twin(world) {
      await world.end('deleted00003', 'withdraw');
      if ((await settled(world, 'deleted00003')) !== 'ended') throw new Error('not ended');
    },
  },
  {
    class: 'concurrent duplicates',
    name: 'registers the same for the same person ten times at once, and approves each',
    code: 'grant.already-live',
    journal: 'began → refused',
    about: /^twice00000\d$/,
    wishes: CHAT,
    async attack(world) {
      const ids = Array.from({ length: 10 }, (_, at) => `twice00000${at}`);
      await Promise.all(ids.map((requestId) => world.register(requestId)));
      const codes = await Promise.all(ids.map((requestId) => refusalOf(world, requestId)));
      return codes.filter((code) => code === 'grant.already-live').length === 9 ? 'grant.already-live' : undefined;
    },
    async twin(world) {
      const ids = Array.from({ length: 10 }, (_, at) => `twice00000${at}`);
      const states = await Promise.all(ids.map((requestId) => settled(world, requestId)));
      const one = ids[states.indexOf('registered')];
      if (one === undefined || states.filter((state) => state === 'registered').length !== 1) throw new Error(states.join());
      await world.approve(one);
      await world.factsUntil(one, 'given');
    },
  },
  {
    class: 'concurrent duplicates',
    name: 'sends one decision id with two meanings at once',
    code: 'decision.conflict',
    journal: 'none',
    refusedAt: 'decide',
    wishes: { more: { assurance: 'chat', approvers: undefined, mayReceive: { groups: [], people: [RITA] } } },
    async attack(world) {
      await world.register('twice000011');
      const one = { ...approval('twice000011-1'), decision: 'deny' };
      await world.call('POST', '/grants/twice000011/decisions', one);
      return codeOf(await world.call('POST', '/grants/twice000011/decisions', { ...one, approver: GINA }));
    },
    twin: (world) => given(world, 'twice000012'),
  },
  attackOn({
    class: 'DELETE before POST',
    name: 'withdraws a request while an approver signs it, and what was signed arrives all the same',
    code: 'approval.closed',
    journal: 'transition endRequested → ended',
    refusedAt: 'sign-in',
    about: 'deleted00004',
    async prepare(world) {
      await world.register('deleted00004');
      const begun = await begins(world, ABEL, 'deleted00004');
      await world.end('deleted00004', 'withdraw');
      return begun;
    },
    attack: async (_world, begun) => codeOn(await begun.goOn()),
    async twin(world) {
      await world.register('deleted00005');
      await signedAndGiven(world, 'deleted00005', [ABEL]);
    },
  }),
  attackOn({
    class: 'expired, unsigned, alg and key confusion',
    name: 'keeps the perimeter from giving until what was signed holds no longer, and lets go then',
    code: 'approval.expired',
    journal: 'transition directory.giveRefused → refused',
    about: 'deleted00006',
    async prepare(world) {
      await world.register('deleted00006', { approvalWindowMinutes: 30, durationMinutes: 60 });
      world.skewClock(61_500);
      await signs(world, ABEL, 'deleted00006');
    },
    async attack(world) {
      world.advance(31);
      world.skewClock(0);
      return refusalOf(world, 'deleted00006');
    },
    async twin(world) {
      await world.register('deleted00007', { approvalWindowMinutes: 30, durationMinutes: 60 });
      await signedAndGiven(world, 'deleted00007', [ABEL]);
    },
  }),
  attackOn({
    class: 'concurrent duplicates',
    name: 'brings one signature ten times at once, where two people have to sign',
    code: 'approval.replayed',
    journal: 'transition decided → registered',
    refusedAt: 'sign-in',
    about: 'twice000013',
    wishes: { more: { approvers: { groups: [APPROVERS], people: [] }, approvalsNeeded: 2 } },
    async prepare(world) {
      // A second key of Entra's, so that the token is here before its code is redeemed.
      const { privateKey, jwk } = await newKey();
      world.idp.keys.publish(jwk);
      await world.register('twice000013');
      const { browser, callback } = await begins(world, ABEL, 'twice000013');
      const claims = claimsFor(world.idp.begun.at(-1) ?? {}, world.idp.issuer, ABEL.objectId, TENANT_ID);
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: jwk.kid }).sign(privateKey);
      return { cookie: browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; '), callback, token };
    },
    async attack(world, { cookie, callback, token }) {
      const body = { token_type: 'Bearer', expires_in: 3599, access_token: 'opaque', id_token: token };
      world.idp.tokenAnswer = { status: 200, body };
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => fetch(callback, { headers: { cookie }, redirect: 'manual' }).then((one) => one.text())),
      );
      world.idp.tokenAnswer = undefined;
      const codes = answers.map((html) => /Code: ([\w.-]+)/.exec(html)?.[1]);
      return codes.filter((code) => code === 'approval.replayed').length === 9 ? 'approval.replayed' : codes.join();
    },
    async twin(world) {
      await signs(world, ANNA, 'twice000013');
      await isGiven(world, 'twice000013');
    },
  }),
  {
    class: 'concurrent duplicates',
    name: 'asks for what somebody holds from elsewhere already, so that the end takes theirs away',
    code: 'grant.already-held',
    journal: 'transition directory.held → refused',
    about: 'twice000014',
    wishes: CHAT,
    prepare: async ({ microsoft }) =>
      void microsoft.tenant.grantRole({ principalId: RITA.objectId, roleDefinitionId: GLOBAL_READER }),
    attack: (world) => tried(world, 'twice000014'),
    twin: (world) => given(world, 'twice000015', alone(ANNA)),
  },
];
