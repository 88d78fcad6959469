import type { Outcome } from '../chat/views.ts';
import { below, instant, paragraph, run, verbatim, type CardJson } from './card-parts.ts';
import { clipped } from './plain-text.ts';

/** What happened, who did it, when, and whether it is confirmed. `zone`: the reader's, where it is known. */
export function outcomeLines(outcome: Outcome, zone?: string): CardJson[] {
  return [
    paragraph([run(clipped(outcome.sentence, 500), { weight: 'Bolder' })]),
    ...(outcome.at === undefined ? [] : [below(instant(outcome.at, zone))]),
    ...(outcome.note === undefined ? [] : [paragraph([run('“'), run(clipped(outcome.note, 500)), run('”')])]),
    ...(outcome.confirmedAt === undefined ? [] : [below(`Confirmed gone ${instant(outcome.confirmedAt, zone)}`)]),
    ...(outcome.overdue === undefined ? [] : overdueLines(outcome.overdue)),
    ...(outcome.unconfirmed === undefined ? [] : [unconfirmedLines(outcome.unconfirmed)]),
  ];
}

function overdueLines({ tries, code, byHand }: NonNullable<Outcome['overdue']>): CardJson[] {
  return [
    {
      type: 'Container',
      style: 'attention',
      items: [
        paragraph([
          run('Overdue: ', { weight: 'Bolder' }),
          run(`it should have ended and is still there. Hallpass has tried ${tries} times (`),
          verbatim(code),
          run(') and keeps trying.'),
        ]),
        paragraph([run('Remove by hand: ')]),
        paragraph([verbatim(clipped(byHand, 800), { fontType: 'Monospace' })]),
      ],
    },
  ];
}

function unconfirmedLines(sentence: string): CardJson {
  return {
    type: 'Container',
    style: 'attention',
    items: [paragraph([run('Not confirmed: ', { weight: 'Bolder' }), run(sentence)])],
  };
}
