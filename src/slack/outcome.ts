import type { KnownBlock } from '@slack/types';
import type { Outcome } from '../chat/views.ts';
import { quote, section } from './blocks.ts';
import { localTime } from './instants.ts';
import { codeBlock, inMrkdwn } from './mrkdwn.ts';

/** What happened to a request: who ended or decided it and when, its note, its end, and what is overdue. `zone`: the reader's, where known. */
export function outcomeBlocks(outcome: Outcome | undefined, zone?: string): KnownBlock[] {
  if (outcome === undefined) return [];
  const lines = [
    `*${inMrkdwn(outcome.sentence)}*${outcome.at === undefined ? '' : ` · ${localTime(outcome.at, zone)}`}`,
    outcome.endsAt !== undefined && outcome.confirmedAt === undefined ? `Ends ${localTime(outcome.endsAt, zone)}` : '',
    outcome.confirmedAt === undefined ? '' : `Confirmed gone ${localTime(outcome.confirmedAt, zone, 'second')}`,
  ];
  return [
    section(lines.filter((line) => line !== '').join('\n')),
    ...(outcome.note === undefined ? [] : [quote(outcome.note)]),
    ...overdueBlocks(outcome, zone),
    ...(outcome.unconfirmed === undefined ? [] : [section(`🚨 *Not confirmed.* ${inMrkdwn(outcome.unconfirmed)}`)]),
  ];
}

export function overdueBlocks({ overdue, endsAt }: Outcome, zone?: string): KnownBlock[] {
  if (overdue === undefined) return [];
  const since = endsAt === undefined ? 'Should have ended' : `Should have ended ${localTime(endsAt, zone)}`;
  return [
    section(
      `🚨 *Overdue.* ${since} and is still there. Hallpass has tried ${overdue.tries} times: ${inMrkdwn(overdue.code, 150)}. Hallpass keeps trying. Remove by hand:`,
    ),
    section(codeBlock(overdue.byHand)),
  ];
}
