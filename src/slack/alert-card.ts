import type { KnownBlock } from '@slack/types';
import type { AlertView } from '../chat/views.ts';
import { button, buttons, header, section, sections } from './blocks.ts';
import { localTime } from './instants.ts';
import { codeBlock, inMrkdwn, link } from './mrkdwn.ts';

const SEVERITY: Readonly<Record<AlertView['severity'], string>> = { high: '🚨 High', medium: '⚠️ Medium', low: 'ℹ️ Low' };

/** A finding for the security channel: what it is, the facts, what to do; who has it in hand, or that it is over. */
export function alertCard(view: AlertView): KnownBlock[] {
  const lines = view.lines
    .slice(0, 12)
    .map((line) => `${inMrkdwn(line.text)}${line.at === undefined ? '' : ` ${localTime(line.at)}`}`);
  return [
    header(view.title),
    ...sections([`*${SEVERITY[view.severity]}* · ${STANDING[view.status](view)}`, ...lines]),
    ...(view.status === 'resolved' ? [] : todo(view)),
    ...(view.status === 'resolved' || view.inert ? [] : handling(view)),
  ];
}

export function alertText(view: AlertView): string {
  return `${view.status === 'resolved' ? 'Resolved: ' : ''}${inMrkdwn(view.title)}`;
}

const STANDING: Readonly<Record<AlertView['status'], (view: AlertView) => string>> = {
  open: () => 'open',
  acknowledged: (view) => `👤 acknowledged${by(view)}${at(view.handledAt)}`,
  snoozed: (view) =>
    `💤 snoozed${by(view)}${view.snoozedUntilAt === undefined ? '' : ` until ${localTime(view.snoozedUntilAt)}`}`,
  resolved: (view) =>
    `✅ *resolved*${at(view.resolvedAt)}${view.handledBy === undefined ? '' : ` · had been handled${by(view)}`}`,
};

function by({ handledBy }: AlertView): string {
  return handledBy === undefined ? '' : ` by ${inMrkdwn(handledBy.name, 150)}`;
}

function at(instant: string | undefined): string {
  return instant === undefined ? '' : ` · ${localTime(instant)}`;
}

function todo(view: AlertView): KnownBlock[] {
  const where = view.link === undefined ? '' : `\n${link(view.link.url, view.link.label)}`;
  return [
    section(`*What to do:* ${inMrkdwn(view.todo, 600)}${where}`),
    ...(view.command === undefined ? [] : [section(codeBlock(view.command))]),
  ];
}

function handling(view: AlertView): KnownBlock[] {
  return buttons(
    view.status !== 'acknowledged' && button('acknowledge', 'Acknowledge', view.caseId, { says: `Acknowledge: ${view.title}` }),
    view.status !== 'snoozed' && button('snooze', 'Snooze', view.caseId, { says: `Snooze: ${view.title}` }),
    button('details', 'Details', view.caseId),
  );
}
