import type { AlertView } from '../chat/views.ts';
import { below, button, card, instant, link, paragraph, run, verbatim, type Card, type CardJson } from './card-parts.ts';
import { clipped } from './plain-text.ts';

const SEVERITY: Readonly<Record<AlertView['severity'], { readonly word: string; readonly style: string }>> = {
  high: { word: 'High', style: 'attention' },
  medium: { word: 'Medium', style: 'warning' },
  low: { word: 'Low', style: 'emphasis' },
};
/** More than these would push the buttons off the screen; Details has everything. */
const LINES_MAX = 8;

/** A finding for the security channel: what is wrong, the facts, what to do now, and who has it in hand. */
export function alertCard(view: AlertView): Card {
  const over = view.status === 'resolved';
  const severity = over ? { word: 'Resolved', style: 'good' } : SEVERITY[view.severity];
  const body: CardJson[] = [
    {
      type: 'Container',
      style: severity.style,
      items: [paragraph([run(`${severity.word}: `), run(clipped(view.title, 200), { weight: 'Bolder', size: 'Medium' })])],
    },
    ...view.lines.slice(0, LINES_MAX).flatMap(lineOf),
    ...(over ? [] : todo(view)),
    ...handled(view),
  ];
  return card(
    `${severity.word}: ${view.title}. ${view.lines[0]?.text ?? ''}`,
    body,
    view.inert === true ? [] : alertButtons(view.caseId, view.status),
  );
}

export function alertButtons(caseId: string, status: AlertView['status'], details = true): readonly CardJson[] {
  if (status === 'resolved') return [];
  return [
    ...(status === 'acknowledged' ? [] : [button('acknowledge', 'Acknowledge', { caseId })]),
    button('snooze', 'Snooze', { caseId }),
    ...(details ? [button(status === 'acknowledged' ? 'detailsHandled' : 'details', 'Details', { caseId })] : []),
  ];
}

function lineOf({ text, at }: AlertView['lines'][number]): CardJson[] {
  const words = clipped(text, 400);
  return [paragraph([run(words)]), ...(at === undefined ? [] : [below(instant(at))])];
}

function todo(view: AlertView): CardJson[] {
  return [
    paragraph([run('What to do: ', { weight: 'Bolder' }), run(clipped(view.todo, 600))]),
    ...(view.command === undefined ? [] : [paragraph([verbatim(clipped(view.command, 800), { fontType: 'Monospace' })])]),
    ...(view.link === undefined ? [] : [link(view.link.label, view.link.url)]),
  ];
}

function handled(view: AlertView): CardJson[] {
  const by = view.handledBy === undefined ? '' : ` by ${view.handledBy.name}`;
  const said = (text: string, at: string | undefined, words = '') => [
    paragraph([run(text, { weight: 'Bolder' })]),
    ...(at === undefined ? [] : [below(`${words}${instant(at)}`)]),
  ];
  if (view.status === 'acknowledged') return said(`Acknowledged${by}`, view.handledAt);
  if (view.status === 'snoozed') return said(`Snoozed${by}`, view.snoozedUntilAt, 'until ');
  if (view.status === 'open') return [];
  return [
    ...(by === '' ? [] : said(`Was in hand${by}`, view.handledAt)),
    ...said('Resolved by itself: gone or replaced', view.resolvedAt, 'seen '),
  ];
}
