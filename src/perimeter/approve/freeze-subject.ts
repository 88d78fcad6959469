import { html } from 'hono/html';
import { digestOf } from '../../access/core/canonical.ts';
import { type Clock, instantOf } from '../../access/core/clock.ts';
import { type Person, samePerson } from '../../access/core/person.ts';
import { nonceOf } from '../../access/core/statement.ts';
import { refuse, type Verdict } from '../../access/core/verdict.ts';
import { createSerial } from '../../durable/serial.ts';
import type { SignedAct } from '../evidence/evidence-record.ts';
import type { EvidenceStore } from '../evidence/evidence-store.ts';
import type { FreezeDesk, OpenFreeze } from '../freeze/freeze-desk.ts';
import type { Judge } from '../guardrails/judge.ts';
import type { Names } from './names.ts';
import { safeText } from '../../web/safe-text.ts';
import type { Choice, FindSubject, Sight } from './subject.ts';
import { counted, instantWords } from '../../web/time-words.ts';

export interface FreezeSubjectParts {
  readonly freezes: Pick<FreezeDesk, 'openFreeze' | 'stillSigned' | 'sign'>;
  readonly judge: Pick<Judge, 'mayUnfreeze'>;
  readonly evidence: EvidenceStore;
  readonly guardrailsDigest: string;
  readonly names: Names;
  readonly clock: Clock;
}

const UNFREEZE: Choice = { label: 'Sign that it may give again', purpose: 'unfreeze', decision: 'sign' };
/** From the click: somebody who thinks about it for longer looks again. */
const HOLDS_MS = 15 * 60_000;

/** The freeze that is on, as those who may lift it see it. Two different ones of them have to sign. */
export function findFreezeSubject(parts: FreezeSubjectParts): FindSubject {
  const serial = createSerial();
  return async (id) => {
    const freeze = parts.freezes.openFreeze();
    if (freeze?.freezeId !== id) return undefined;
    return {
      seenBy: (viewer) => seenBy(viewer, freeze, parts),
      record: (act) => serial.run(id, () => record(act, freeze, parts)),
    };
  };
}

async function seenBy(viewer: Person, freeze: OpenFreeze, parts: FreezeSubjectParts): Promise<Sight | undefined> {
  const signedBy = await parts.freezes.stillSigned();
  const hasSigned = signedBy.some((person) => samePerson(person, viewer));
  if (!(await parts.judge.mayUnfreeze(viewer, hasSigned ? [] : signedBy)).permitted) return undefined;
  const missing = counted(2 - signedBy.length, 'signature');
  const reason = freeze.reason === undefined ? '' : html`<blockquote>${safeText(freeze.reason)}</blockquote>`;
  const body = html`<p>Frozen since ${instantWords(freeze.frozenAt)}: nothing is given, access is ended as ever. It takes ${missing} to go on.</p>
${reason}${hasSigned ? html`<p>You have signed. Thank you. Somebody else has to sign too.</p>` : ''}`;
  if (hasSigned) return { title: 'The perimeter is frozen', body };
  const terms = {
    requestId: freeze.freezeId,
    requestDigest: digestOfFreeze(freeze),
    stage: 0,
    notAfter: instantOf(parts.clock.now() + HOLDS_MS),
  };
  return { title: 'May the perimeter give access again?', body, offer: { terms, choices: [UNFREEZE] } };
}

async function record(act: Omit<SignedAct, 'names'>, freeze: OpenFreeze, parts: FreezeSubjectParts): Promise<Verdict> {
  const { statement, signer } = act;
  const { freezes, judge, evidence, names, clock } = parts;
  const isThis =
    statement.purpose === 'unfreeze' &&
    statement.requestDigest === digestOfFreeze(freeze) &&
    statement.guardrailsDigest === parts.guardrailsDigest &&
    clock.now() < Date.parse(statement.notAfter);
  if (!isThis) return OTHER;
  const nonce = nonceOf(statement);
  const kept = await evidence.list(freeze.freezeId);
  if (kept.some((each) => each.record.kind === 'signed' && nonceOf(each.record.statement) === nonce)) return REPLAYED;
  // Before anything is kept of somebody who may not; the desk asks again, with whoever signed meanwhile.
  const verdict = await judge.mayUnfreeze(signer, await freezes.stillSigned());
  if (!verdict.permitted) return verdict;
  const { name = '' } = await names.person(signer);
  const shown = { signer: name.slice(0, 300), requester: '', principal: '', target: `the freeze of ${freeze.frozenAt}` };
  const { digest } = await evidence.put(freeze.freezeId, { ...act, names: shown });
  return freezes.sign(freeze.freezeId, signer, digest);
}

function digestOfFreeze({ freezeId, frozenAt }: OpenFreeze): string {
  return digestOf({ v: 1, freezeId, frozenAt });
}

const OTHER = refuse(
  'approval.other-request',
  'What was signed is not this freeze.',
  'Open the page again, and look at it once more.',
);
const REPLAYED = refuse('approval.replayed', 'This signature was given before, and counts once.', 'There is nothing to do.');
