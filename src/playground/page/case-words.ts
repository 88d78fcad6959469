import type { TenantModel } from '../microsoft/tenant/tenant-model.ts';
import { nameOf } from '../microsoft/tenant/tenant-model.ts';
import { ENTITLEMENTS } from '../entitlements.ts';
import type { StampedEvent } from '../../durable/port.ts';
import type { CaseState } from './page-state.ts';

type Entry = CaseState['timeline'][number];
type Words = Pick<Entry, 'text' | 'tone'>;
const plain = (text: string): Words => ({ text, tone: 'plain' });
const good = (text: string): Words => ({ text, tone: 'good' });
const bad = (text: string): Words => ({ text, tone: 'bad' });

/** A value somewhere inside a parsed journal line; undefined when it is not there or no text. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  let found = value;
  for (const key of path) found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined;
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined;
}

export function entitlementName(id: string | undefined): string {
  return ENTITLEMENTS.find((one) => one.id === id)?.name ?? id ?? 'something';
}

export function minutesWords(minutes: number): string {
  if (minutes % 60 === 0) return `${minutes / 60} h`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function personName(tenant: TenantModel, objectId: string | undefined): string {
  return objectId === undefined ? 'somebody' : nameOf(objectId, tenant.directory, tenant.applications);
}

const clockOf = (iso: string | undefined) => (iso === undefined ? '' : `${iso.slice(11, 16)} UTC`);

/** The bot's side of a request, in words; undefined for what the perimeter's own journal tells better. */
export function requestWords(event: StampedEvent, tenant: TenantModel): Words | undefined {
  const by = () => personName(tenant, textAt(event, 'approver', 'objectId'));
  switch (event.type) {
    case 'perimeter.registered':
      return plain('The perimeter wrote the request down; approvers are asked');
    case 'decided':
      return textAt(event, 'decision') === 'approve' ? good(`${by()} approved`) : bad(`${by()} denied`);
    case 'withdrawn':
      return plain('Taken back by the requester');
    case 'released':
      return plain('Given back early by the requester');
    case 'perimeter.refused':
      return bad(`Refused (${textAt(event, 'code') ?? 'unknown'})`);
    case 'perimeter.ended':
      return endWords(textAt(event, 'how'), textAt(event, 'confirmedAt'));
    case 'perimeter.overdue':
      return bad(`Overdue after ${textAt(event, 'tries') ?? 'many'} tries`);
    default:
      if (event.type.startsWith('xstate.after.reminder')) return plain('Nobody has decided yet: approvers are reminded');
      if (event.type.startsWith('xstate.after.unanswered'))
        return bad('The perimeter has not said what came of the decision: operators and the requester are told');
      if (event.type.startsWith('xstate.after.unconfirmed'))
        return bad('The perimeter has not confirmed the end: operators and the requester are told');
      return event.type.startsWith('xstate.after.approvalWindow') ? plain('Nobody decided in time') : undefined;
  }
}

function endWords(how: string | undefined, confirmedAt: string | undefined): Words {
  const gone = confirmedAt === undefined ? '' : `, confirmed gone ${confirmedAt.slice(11, 19)} UTC`;
  const words: Readonly<Record<string, string>> = {
    denied: 'Over: denied',
    lapsed: 'Over: lapsed',
    withdrawn: 'Over: withdrawn',
    released: 'Over: given back',
    expired: 'Over: its end came',
    gone: 'Over: somebody else had taken it away',
    left: 'Over: somebody else had given the same, and it stays',
  };
  return good(`${words[how ?? ''] ?? 'Over'}${gone}`);
}

/** The perimeter's side: what it asked Entra and what Entra said. */
export function grantWords(event: StampedEvent, endsAt: string | undefined): Words | undefined {
  switch (event.type) {
    case 'directory.absent':
      return plain('Entra was asked first: not held yet');
    case 'directory.held':
      return bad('Held already: nothing is given');
    case 'directory.gave':
      return good(`Entra gave it, until ${clockOf(endsAt)}`);
    case 'directory.giveRefused':
      return bad('Entra refused to give it');
    case 'directory.gone':
      return plain('Read back from Entra: it is gone');
    case 'directory.notOurs':
      return plain('Entra says that somebody else gave it: it stays');
    case 'endsDue':
      return plain('Its end came');
    case 'endRequested':
      return plain('The perimeter takes it away');
    case 'overdueReported':
      return bad('It should be gone and is still there: the alarm sounds');
    default:
      return event.type.startsWith('xstate.after.untilEnd') ? plain('Its end came') : undefined;
  }
}

export function findingWords(event: StampedEvent, tenant: TenantModel): Words | undefined {
  const by = () => personName(tenant, textAt(event, 'by', 'objectId'));
  switch (event.type) {
    case 'acknowledged':
      return good(`${by()} has it in hand`);
    case 'snoozed':
      return plain(`${by()} snoozed it until ${textAt(event, 'untilAt')?.slice(0, 10) ?? 'later'}`);
    case 'gone':
      return good('No longer there');
    case 'seenAgain':
      return undefined;
    default:
      return event.type.startsWith('xstate.after.') ? plain('Its rest is over') : undefined;
  }
}
