import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkBlocks } from '../../src/playground/slack/block-kit-check.ts';
import { checkView } from '../../src/playground/slack/view-check.ts';
import { checkCard } from '../../src/playground/teams/card-check.ts';
import { bytesOf, CARD_MAX_BYTES } from '../../src/teams/card-parts.ts';
import { cardLines } from './cards.ts';

const SOURCE = join(import.meta.dirname, '../../src');
const DRAWING = /(?:-card|-modal|home-view|render-message)\.ts$/;
/** What draws is named for what it draws. */
const EXPORTED = /export function (\w+(?:Card|Modal|Blocks|Message|Home)|homeView)\(/g;

describe('the collection of cards and views', () => {
  it('holds every one that Slack or Teams can get from us', () => {
    const collected = readFileSync(join(import.meta.dirname, 'cards.ts'), 'utf8');
    const drawing = ['slack', 'teams'].flatMap((room) =>
      readdirSync(join(SOURCE, room))
        .filter((file) => DRAWING.test(file))
        .flatMap((file) =>
          [...readFileSync(join(SOURCE, room, file), 'utf8').matchAll(EXPORTED)].map(([, name]) => ({
            file: `${room}/${file}`,
            name,
          })),
        ),
    );
    expect(drawing.length).toBeGreaterThan(15);
    const missing = drawing.filter(
      ({ file, name }) => !new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '../../src/${file}'`).test(collected),
    );
    expect(missing).toEqual([]);
  });

  it.each(cardLines().filter(({ kind }) => !kind.endsWith('Manifest')))('passes where it is shown: $label', ({ kind, body }) => {
    if (kind === 'slackBlocks') expect(checkBlocks(body, 'message')).toEqual([]);
    else if (kind === 'slackView') expect(checkView(body, isHome(body) ? 'home' : 'modal')).toMatchObject({ ok: true });
    else {
      expect(checkCard(JSON.parse(JSON.stringify(body)))).toEqual([]);
      expect(bytesOf(body)).toBeLessThanOrEqual(CARD_MAX_BYTES);
    }
  });
});

const isHome = (body: unknown) => typeof body === 'object' && body !== null && Reflect.get(body, 'type') === 'home';
