import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ApproveWorld } from '../../perimeter/approve/support/approve-world.ts';
import { ABEL, ANNA, APPROVERS } from '../../perimeter/support/perimeter-config.ts';
import { begins, codeOn, isGiven, looks, saying, signedAndGiven, signs } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';

const CLASS = 'statement of another request, decision, stage, salt';
const BY_GROUP = { approvers: { groups: [APPROVERS], people: [] }, approvalsNeeded: 1 };
const STAGES = { approvers: undefined, stages: [BY_GROUP, BY_GROUP] };

type Button = 'Approve' | 'Deny';

/** Entra signs one statement, and the token is brought as the answer for another one: what it signs is what its nonce says. */
const otherStatement = (name: string, about: string, signed: Button, again: Button): Attack =>
  attackOn({
    class: CLASS,
    name,
    code: 'id-token.nonce',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about,
    async prepare(world) {
      await world.register(about);
      return begins(world, ABEL, about, signed);
    },
    attack: async (world, begun) => codeOn(await saying(world, { nonce: begun.nonce }, () => begun.shown.click(again))),
    twin: (world) => signedAndGiven(world, about, [ABEL]),
  });

/** Begun, and then the perimeter was started again: its cookies are still good. */
const overRestart = (
  row: Pick<Attack, 'name' | 'code' | 'journal'> & { readonly about: string },
  meanwhile: (world: ApproveWorld, id: string) => Promise<void>,
): Attack => {
  const id = row.about;
  return attackOn({
    class: CLASS,
    ...row,
    refusedAt: 'sign-in',
    wishes: { cookieKey: randomBytes(32) },
    async prepare(world) {
      await world.register(id);
      const begun = await begins(world, ABEL, id);
      await world.stop();
      await meanwhile(world, id);
      return begun;
    },
    attack: async (_world, begun) => codeOn(await begun.goOn()),
    twin: (world) => signedAndGiven(world, id, [ABEL]),
  });
};

export const statements: readonly Attack[] = [
  attackOn({
    class: CLASS,
    name: 'answers a click on Approve with what the same approver signed for another request',
    code: 'id-token.nonce',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about: 'statement001',
    async prepare(world) {
      await world.register('statement001');
      await world.register('statement002', { entitlementId: 'security-reader' });
      const { nonce } = await begins(world, ABEL, 'statement002');
      return { nonce, shown: await looks(world, ABEL, 'statement001') };
    },
    attack: async (world, { nonce, shown }) => codeOn(await saying(world, { nonce }, () => shown.click('Approve'))),
    twin: (world) => signedAndGiven(world, 'statement001', [ABEL]),
  }),
  otherStatement('answers a click on Deny with a signature under Approve', 'statement003', 'Approve', 'Deny'),
  otherStatement('answers a click on Approve with a signature under Deny', 'statement004', 'Deny', 'Approve'),
  otherStatement(
    'answers a click on Approve with the signature of an earlier click, which has another salt',
    'statement005',
    'Approve',
    'Approve',
  ),
  attackOn({
    class: CLASS,
    name: 'brings what was signed for the first round when the second has begun',
    code: 'approval.other-stage',
    journal: 'transition decided → registered',
    refusedAt: 'sign-in',
    about: 'statement006',
    wishes: { more: STAGES },
    async prepare(world) {
      await world.register('statement006');
      const begun = await begins(world, ABEL, 'statement006');
      await signs(world, ANNA, 'statement006');
      return begun;
    },
    attack: async (_world, begun) => codeOn(await begun.goOn()),
    async twin(world) {
      await signs(world, ABEL, 'statement006');
      await isGiven(world, 'statement006');
    },
  }),
  overRestart(
    {
      name: 'brings what was signed under guardrails that have changed since',
      code: 'approval.guardrails-changed',
      journal: 'began → registered',
      about: 'statement007',
    },
    (world) => world.start({ more: { approvers: { groups: [APPROVERS], people: [] }, assurance: 'signed', atMostLive: 9 } }),
  ),
  overRestart(
    {
      name: 'brings what was signed for another request that had the same id, in a ledger that is gone',
      code: 'approval.other-request',
      journal: 'began → registered',
      about: 'statement008',
    },
    async (world, id) => {
      rmSync(join(world.ledger), { recursive: true });
      await world.start();
      await world.register(id, { durationMinutes: 60 });
    },
  ),
];
