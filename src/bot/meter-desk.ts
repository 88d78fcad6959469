import type { Desk } from '../chat/desk.ts';
import type { ChatActor } from '../chat/surface.ts';
import type { BotMetrics } from '../observe/metrics.ts';

/** The same desk, counted and timed. */
export function meterDesk(desk: Desk, { clicks, clickSeconds }: BotMetrics): Desk {
  async function meter<T extends object>(verb: string, actor: ChatActor, act: () => Promise<T>): Promise<T> {
    const stop = clickSeconds.startTimer({ verb });
    const answer = await act();
    stop();
    clicks.inc({ verb, platform: actor.platform, code: codeOfAnswer(answer) });
    return answer;
  }
  return {
    options: (actor, search) => meter('options', actor, () => desk.options(actor, search)),
    submit: (actor, form) => meter('submit', actor, () => desk.submit(actor, form)),
    decide: (actor, caseId, decision, note, message) =>
      meter(decision, actor, () => desk.decide(actor, caseId, decision, note, message)),
    withdraw: (actor, caseId) => meter('withdraw', actor, () => desk.withdraw(actor, caseId)),
    release: (actor, caseId) => meter('release', actor, () => desk.release(actor, caseId)),
    home: (actor) => meter('home', actor, () => desk.home(actor)),
    stranger: (actor) => desk.stranger(actor),
    linked: (actor) => meter('linked', actor, () => desk.linked(actor)),
    unlink: (actor) => meter('unlink', actor, () => desk.unlink(actor)),
    doctor: (actor) => meter('doctor', actor, () => desk.doctor(actor)),
    acknowledge: (actor, caseId, message) => meter('acknowledge', actor, () => desk.acknowledge(actor, caseId, message)),
    snooze: (actor, caseId, message) => meter('snooze', actor, () => desk.snooze(actor, caseId, message)),
    details: (actor, caseId, message) => meter('details', actor, () => desk.details(actor, caseId, message)),
  };
}

function codeOfAnswer(answer: object): string {
  if ('code' in answer && typeof answer.code === 'string') return answer.code;
  if ('refusal' in answer && typeof answer.refusal === 'object' && answer.refusal !== null) return codeOfAnswer(answer.refusal);
  return 'done';
}
