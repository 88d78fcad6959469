import type { DetailsView } from '../chat/views.ts';
import { below, card, fitting, instant, paragraph, run, small, verbatim, type Card, type CardJson } from './card-parts.ts';
import { clipped } from './plain-text.ts';

/** Facts that people copy, and that Hallpass wrote. */
const COPIED: ReadonlySet<string> = new Set(['Command', 'Code', 'Finding', 'Request']);

/**
 * Everything about one case, for the one who asked: Teams shows it to them in place of the shared card until that changes, so the
 * buttons that stood there stay.
 */
export function detailsCard(view: DetailsView, buttons: readonly CardJson[] = []): Card {
  return fitting((count) => detailsOf(view, buttons, count), view.facts.length);
}

function detailsOf(view: DetailsView, buttons: readonly CardJson[], count: number): Card {
  const left = view.facts.length - count;
  const body: CardJson[] = [
    paragraph([run(clipped(view.title, 200), { weight: 'Bolder', size: 'Medium' })]),
    ...view.facts
      .slice(0, count)
      .flatMap(({ label, text, at }) => [
        paragraph([
          run(`${label}: `, { weight: 'Bolder' }),
          COPIED.has(label) ? verbatim(clipped(text, 800)) : run(clipped(text, 600)),
        ]),
        ...(at === undefined ? [] : [below(instant(at))]),
      ]),
    ...(left > 0 ? [small(`${left} more facts do not fit here.`)] : []),
    small('Only you see this.'),
  ];
  return card(view.title, body, buttons);
}
