import { randomBytes } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { guardrailsSchema } from '../../../src/access/core/perimeter-api.ts';
import type { ApproveWorld } from '../../perimeter/approve/support/approve-world.ts';
import { ABEL, ANNA, APPROVERS } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import { asked, begins, CHAT, codeOn, ended, given, givenBySignature, isGiven, signs } from '../acts.ts';
import { type Attack, attackOn } from '../attack.ts';

const CLASS = 'replay after restart and after restore';
const TWO = { more: { approvers: { groups: [APPROVERS], people: [] }, approvalsNeeded: 2 } };
const KEY = { cookieKey: randomBytes(32) };

/** Brings the same answer of the sign-in again, in a browser with the cookies of before; `entraRepeats`: and Entra gives the same token. */
type Replay = (how?: { readonly entraRepeats: true }) => Promise<string | undefined>;

/** An approver signs, and somebody listens. */
async function overheard(world: ApproveWorld, id: string): Promise<Replay> {
  const begun = await begins(world, ABEL, id);
  const cookie = begun.browser.cookies.all.map(({ name, value }) => `${name}=${value}`).join('; ');
  await begun.goOn();
  const [kept] = await world.evidence().list(id);
  if (kept?.record.kind !== 'signed') throw new Error('nothing was signed');
  const { idToken } = kept.record;
  return async (how) => {
    const body = { token_type: 'Bearer', expires_in: 3599, access_token: 'opaque', id_token: idToken };
    world.idp.tokenAnswer = how === undefined ? undefined : { status: 200, body };
    const answer = await fetch(begun.callback, { headers: { cookie }, redirect: 'manual' });
    world.idp.tokenAnswer = undefined;
    return /Code: ([\w.-]+)/.exec(await answer.text())?.[1];
  };
}

const copyOf = ({ ledger }: ApproveWorld, name: string) => join(ledger, '..', name);

/** Of everything that the perimeter keeps. */
async function copied(world: ApproveWorld, name: string): Promise<void> {
  await world.stop();
  cpSync(world.ledger, copyOf(world, name), { recursive: true });
  await world.start();
}

async function putBack(world: ApproveWorld, name: string, keep?: 'evidence'): Promise<void> {
  await world.stop();
  const evidence = join(world.ledger, 'evidence');
  if (keep !== undefined) cpSync(evidence, copyOf(world, keep), { recursive: true });
  rmSync(world.ledger, { recursive: true });
  cpSync(copyOf(world, name), world.ledger, { recursive: true });
  if (keep !== undefined) cpSync(copyOf(world, keep), evidence, { recursive: true });
  await world.start();
}

/** Why nothing is given, once the ledger has been compared with Microsoft's records; undefined: it gives. */
async function notGiving(world: ApproveWorld): Promise<string | undefined> {
  for (;;) {
    const [code] = guardrailsSchema.parse((await world.call('GET', '/guardrails')).body).notGiving;
    if (code !== 'ledger.unchecked') return code;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const replays: readonly Attack[] = [
  attackOn({
    class: CLASS,
    name: 'opens the address again with which an approver came back from the sign-in',
    code: 'sign-in.begin-again',
    journal: 'transition decided → registered',
    refusedAt: 'sign-in',
    about: 'replay000001',
    wishes: TWO,
    async prepare(world) {
      await world.register('replay000001');
      const begun = await begins(world, ABEL, 'replay000001');
      await begun.goOn();
      return begun;
    },
    attack: async (_world, { browser, callback }) => codeOn(await browser.open(callback)),
    async twin(world) {
      await signs(world, ANNA, 'replay000001');
      await isGiven(world, 'replay000001');
    },
  }),
  attackOn({
    class: CLASS,
    name: 'opens it again with the cookies of before, which it has overheard',
    code: 'sign-in.code-refused',
    journal: 'transition decided → registered',
    refusedAt: 'sign-in',
    about: 'replay000002',
    wishes: TWO,
    async prepare(world) {
      await world.register('replay000002');
      return overheard(world, 'replay000002');
    },
    attack: (_world, replay) => replay(),
    async twin(world) {
      await signs(world, ANNA, 'replay000002');
      await isGiven(world, 'replay000002');
    },
  }),
  attackOn({
    class: CLASS,
    name: 'brings the same signature twice over a restart, and Entra hands out the token twice',
    code: 'approval.replayed',
    journal: 'transition decided → registered',
    refusedAt: 'sign-in',
    about: 'replay000003',
    wishes: { ...TWO, ...KEY },
    async prepare(world) {
      await world.register('replay000003');
      const replay = await overheard(world, 'replay000003');
      await world.stop();
      await world.start();
      return replay;
    },
    attack: (_world, replay) => replay({ entraRepeats: true }),
    async twin(world) {
      await signs(world, ANNA, 'replay000003');
      await isGiven(world, 'replay000003');
    },
  }),
  attackOn({
    class: CLASS,
    name: 'brings a signature again after the journal was set back to before it; the evidence lies beside it',
    code: 'approval.replayed',
    journal: 'began → registered',
    refusedAt: 'sign-in',
    about: 'replay000004',
    wishes: { ...TWO, ...KEY },
    async prepare(world) {
      await world.register('replay000004');
      await copied(world, 'before');
      const replay = await overheard(world, 'replay000004');
      await putBack(world, 'before', 'evidence');
      return replay;
    },
    attack: (_world, replay) => replay({ entraRepeats: true }),
    async twin(world) {
      await signs(world, ABEL, 'replay000004');
      await signs(world, ANNA, 'replay000004');
      await isGiven(world, 'replay000004');
    },
  }),
  attackOn({
    class: CLASS,
    name: 'brings a signature again on which it was given before, after everything was set back',
    code: 'ledger.doubtful',
    journal: 'began → doubtful',
    about: 'doubt',
    wishes: KEY,
    async prepare(world) {
      await world.register('replay000005');
      await copied(world, 'before');
      const replay = await overheard(world, 'replay000005');
      await isGiven(world, 'replay000005');
      await ended(world, 'replay000005');
      await copied(world, 'after');
      await putBack(world, 'before');
      return replay;
    },
    async attack(world, replay) {
      await replay({ entraRepeats: true });
      return notGiving(world);
    },
    async twin(world) {
      await putBack(world, 'after');
      await givenBySignature(world, 'replay000006', [ABEL]);
    },
  }),
  {
    class: CLASS,
    name: 'says again that an approver agreed in chat, after everything was set back to before it was given',
    code: 'ledger.doubtful',
    journal: 'began → doubtful',
    about: 'doubt',
    wishes: CHAT,
    async prepare(world) {
      await world.register('replay000007');
      await copied(world, 'before');
      await world.approve('replay000007');
      await isGiven(world, 'replay000007');
      await ended(world, 'replay000007');
      await copied(world, 'after');
      await putBack(world, 'before');
    },
    async attack(world) {
      await world.approve('replay000007');
      return notGiving(world);
    },
    async twin(world) {
      await putBack(world, 'after');
      await given(world, 'replay000008');
    },
  },
  {
    class: CLASS,
    name: 'sends a request and its approval again that are long over, after a restart',
    code: 'released',
    journal: 'transition directory.gone → ended',
    about: 'replay000009',
    wishes: CHAT,
    async prepare(world) {
      await given(world, 'replay000009');
      await ended(world, 'replay000009');
      await world.stop();
      await world.start();
    },
    async attack(world) {
      await world.call('POST', '/grants', { requestId: 'replay000009', ...asked });
      await world.call('POST', '/grants/replay000009/decisions', approval('replay000009-2'));
      const facts = await world.factsUntil('replay000009', 'ended');
      return facts.flatMap((fact) => (fact.type === 'ended' ? [fact.how] : [])).at(-1);
    },
    twin: (world) => given(world, 'replay000010'),
  },
];
