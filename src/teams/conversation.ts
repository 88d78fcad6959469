import { randomBytes } from 'node:crypto';
import type { Answer, Desk } from '../chat/desk.ts';
import type { ChatActor, PostedMessage } from '../chat/surface.ts';
import type { DetailsView } from '../chat/views.ts';
import { alertButtons } from './alert-card.ts';
import type { Card, CardJson } from './card-parts.ts';
import { detailsCard } from './details-card.ts';
import type { Pressed } from './incoming.ts';
import { mineCard } from './mine-card.ts';
import { helpCard, noticeCard } from './notice-card.ts';
import { decisionButtons, NOTE_MAX_CHARS } from './request-card.ts';
import { JUSTIFICATION_MAX_CHARS, requestFormCard, type FormFilled, type FormProblem } from './request-form-card.ts';
import type { Verb } from './verbs.ts';

/** What the one who wrote or pressed gets to see. `code` marks a refusal. */
export type Reply = { readonly card: Card; readonly code?: string } | { readonly sentence: string; readonly code?: string };

/** Who wrote or pressed, and the desk that answers them. */
export interface Caller {
  readonly desk: Desk;
  readonly actor: ChatActor;
  /** The zone that their client named: shown, and never judged by. */
  readonly zone: string | undefined;
}

interface Refused {
  readonly code: string;
  readonly reason: string;
  readonly hint: string;
}

/** What a person writes in their own chat with the bot. */
export async function answerText(caller: Caller, said: string): Promise<Card> {
  const [word = '', ...rest] = said
    .replaceAll(/<at>[^<]*<\/at>/g, ' ')
    .trim()
    .split(/\s+/);
  switch (word.toLowerCase()) {
    case 'request':
      return asCard(await form(caller, rest.join(' ').slice(0, 200)));
    case 'mine':
      return asCard(await mine(caller));
    case 'doctor':
      return asCard(await examined(caller));
    default:
      return helpCard();
  }
}

/** What a person presses, wherever the card stands. The desk decides anew whether they may. */
export async function answerPress(
  caller: Caller,
  verb: Verb,
  pressed: Pressed,
  message: PostedMessage | undefined,
): Promise<Reply> {
  if (verb === 'form') return form(caller, '');
  if (verb === 'mine') return mine(caller);
  if (verb === 'submit') return submit(caller, pressed);
  if (pressed.caseId === undefined) return refusal(UNREADABLE);
  return ON_A_CASE[verb]({ ...caller, caseId: pressed.caseId, note: pressed.note ?? '', message });
}

interface Press extends Caller {
  readonly caseId: string;
  readonly note: string;
  readonly message: PostedMessage | undefined;
}

const ON_A_CASE: Readonly<Record<Exclude<Verb, 'form' | 'mine' | 'submit'>, (press: Press) => Promise<Reply>>> = {
  approve: async ({ desk, actor, caseId, message }) => sentence(await desk.decide(actor, caseId, 'approve', undefined, message)),
  deny,
  why: (press) => details(press, ({ sign }) => decisionButtons(press.caseId, 'without-why', sign)),
  details: (press) => details(press, () => alertButtons(press.caseId, 'open', false)),
  detailsHandled: (press) => details(press, () => alertButtons(press.caseId, 'acknowledged', false)),
  withdraw: async ({ desk, actor, caseId }) => sentence(await desk.withdraw(actor, caseId)),
  release: async ({ desk, actor, caseId }) => sentence(await desk.release(actor, caseId)),
  withdrawMine: async (press) => mine(press, await press.desk.withdraw(press.actor, press.caseId)),
  releaseMine: async (press) => mine(press, await press.desk.release(press.actor, press.caseId)),
  acknowledge: async ({ desk, actor, caseId, message }) => sentence(await desk.acknowledge(actor, caseId, message)),
  snooze: async ({ desk, actor, caseId, message }) => sentence(await desk.snooze(actor, caseId, message)),
};

/** What is said of a button whose data we did not write. */
export const UNREADABLE: Refused = {
  code: 'teams.unreadable',
  reason: 'This button does not say what it belongs to.',
  hint: 'Use the newest card, or write “mine”.',
};

export function refusal({ code, reason, hint }: Refused): Reply {
  return { sentence: `${reason} ${hint}`, code };
}

function sentence(answer: Answer): Reply {
  return answer.done ? { sentence: answer.sentence } : refusal(answer);
}

export function asCard(reply: Reply): Card {
  return 'card' in reply ? reply.card : noticeCard(reply.sentence, reply.code);
}

async function form({ desk, actor }: Caller, search: string, filled?: FormFilled, problem?: FormProblem): Promise<Reply> {
  const found = await desk.options(actor, search);
  if ('refusal' in found) return refusal(found.refusal);
  if (found.options.length === 0) return refusal(nothingToAskFor(search));
  return { card: requestFormCard(randomBytes(10).toString('hex'), found.options, filled, problem) };
}

function nothingToAskFor(search: string): Refused {
  if (search === '') {
    return {
      code: 'request.nothing-offered',
      reason: 'There is nothing you may ask for.',
      hint: 'Ask whoever runs Hallpass to add you.',
    };
  }
  return {
    code: 'request.not-found',
    reason: 'Nothing that you may ask for has this name.',
    hint: 'Write “request” alone to see everything.',
  };
}

async function submit(caller: Caller, pressed: Pressed): Promise<Reply> {
  const { desk, actor, zone } = caller;
  if (pressed.formId === undefined) return refusal(UNREADABLE);
  const filled = filledIn(pressed);
  const problem = problemOf(filled);
  if (problem !== undefined) return form(caller, '', filled, problem);
  const answer = await desk.submit(actor, {
    entitlementId: filled.entitlementId ?? '',
    durationMinutes: filled.durationMinutes ?? 0,
    justification: filled.justification ?? '',
    // Named after the form, not the activity: two clicks are two activities, and one request.
    submissionId: `teams-${actor.userId}-${pressed.formId}`,
    ...(zone === undefined ? {} : { zone }),
  });
  if (answer.done) return { card: noticeCard(answer.sentence) };
  // What was filled in is kept: a refusal may pass, and nobody writes a justification twice.
  const again = await form(caller, '', filled, { text: `${answer.reason} ${answer.hint}`, code: answer.code });
  return { ...again, code: answer.code };
}

function filledIn(pressed: Pressed): FormFilled {
  const minutes = Number(pressed.duration);
  return {
    ...(pressed.entitlement === undefined || pressed.entitlement === '' ? {} : { entitlementId: pressed.entitlement }),
    ...(Number.isSafeInteger(minutes) && minutes > 0 ? { durationMinutes: minutes } : {}),
    ...(pressed.justification === undefined ? {} : { justification: pressed.justification.trim() }),
  };
}

function problemOf({ entitlementId, durationMinutes, justification }: FormFilled): FormProblem | undefined {
  if (entitlementId === undefined) return { text: 'Pick what you need.' };
  if (durationMinutes === undefined) return { text: 'Pick how long you need it.' };
  if (justification === undefined || justification === '') {
    return { text: 'Say why you need it, so that approvers can decide.' };
  }
  if (justification.length > JUSTIFICATION_MAX_CHARS) {
    return { text: `Say it in at most ${JUSTIFICATION_MAX_CHARS} characters.` };
  }
  return undefined;
}

async function deny({ desk, actor, caseId, note: raw, message }: Press): Promise<Reply> {
  const note = raw.trim();
  if (note === '' || note.length > NOTE_MAX_CHARS) {
    return refusal({
      code: 'decision.note-needed',
      reason: note === '' ? 'Denying needs a note.' : 'The note is too long.',
      hint: `Write at most ${NOTE_MAX_CHARS} characters, so that the requester knows what to do.`,
    });
  }
  return sentence(await desk.decide(actor, caseId, 'deny', note, message));
}

async function details(
  { desk, actor, caseId, message }: Press,
  buttons: (view: DetailsView) => readonly CardJson[],
): Promise<Reply> {
  const view = await desk.details(actor, caseId, message);
  return 'refusal' in view ? refusal(view.refusal) : { card: detailsCard(view, buttons(view)) };
}

async function examined({ desk, actor }: Caller): Promise<Reply> {
  const view = await desk.doctor(actor);
  return 'refusal' in view ? refusal(view.refusal) : { card: detailsCard(view) };
}

async function mine({ desk, actor, zone }: Caller, answer?: Answer): Promise<Reply> {
  const home = await desk.home(actor);
  if ('refusal' in home) return refusal(home.refusal);
  return { card: mineCard(home, { answer, zone }) };
}
