import { describe, expect, it } from '@jest/globals';
import { checkCard } from '../../../src/playground/teams/card-check.ts';
import { adaptiveCardAgreement } from './adaptive-cards.ts';
import { type Agreement, judgeAgreement } from './agreement.ts';
import { blockKitAgreement } from './block-kit.ts';
import { teamsManifestAgreement } from './teams-manifest.ts';

const text = (maxLength: number) => ({ properties: { text: { maxLength } } });
const blockKit = (headerChars: number) =>
  blockKitAgreement({ definitions: { HeaderBlock: { properties: { text: { allOf: [text(headerChars)] } } } } }).differences;

describe('our line and the published one', () => {
  it('agree where both are drawn at the same number', () => {
    expect(blockKit(150)).toEqual([]);
  });

  it('differ when theirs is one further, and when it is one nearer', () => {
    expect(blockKit(151)).toEqual(['HeaderBlock.text.text maxLength 151: 151 is refused']);
    expect(blockKit(149)).toEqual(['HeaderBlock.text.text maxLength 149: 150 is taken']);
  });

  it('are not compared where the playground takes nothing of the kind, which is said', () => {
    const type = { const: 'video' };
    const { compared, apart } = blockKitAgreement({
      definitions: { VideoBlock: { properties: { type, block_id: { maxLength: 255 } } } },
    });
    expect({ compared, apart }).toEqual({
      compared: 0,
      apart: '1 more are of types that the playground refuses whole: VideoBlock',
    });
  });

  it('are not passed over where nothing is known of the type', () => {
    const { differences } = blockKitAgreement({ definitions: { NewBlock: { properties: { title: { maxLength: 9 } } } } });
    expect(differences).toEqual(['NewBlock.title maxLength 9: nothing of it is known here']);
  });
});

describe('the judgement of cards and the published one', () => {
  const schema = {
    definitions: { TextBlock: { properties: { type: {}, size: { enum: ['small', 'huge'] }, wrap: { type: 'boolean' } } } },
  };
  const judge = (card: unknown) => (/huge|"wrap":"qqq"|"size":"qqq"|notAProperty/.test(JSON.stringify(card)) ? ['wrong'] : []);

  it('differ for each value that only one of them takes', () => {
    const strict = adaptiveCardAgreement(schema, judge).differences;
    expect(strict).toEqual(['TextBlock.size "huge": both refuse it']);
    const lenient = adaptiveCardAgreement(schema, () => []).differences.filter((difference) =>
      difference.startsWith('TextBlock'),
    );
    expect(lenient).toEqual([
      'TextBlock.size "huge": refused here, taken by the schema',
      'TextBlock.size "qqq": refused here, taken by the schema',
      'TextBlock.wrap "qqq": refused here, taken by the schema',
      'TextBlock.notAProperty "x": refused here, taken by the schema',
    ]);
  });
});

describe('the inputs that belong to a button', () => {
  it.each([
    ['auto', true],
    ['None', true],
    ['qqq', false],
  ])('are all or none, which the renderer does not judge: %s', (associatedInputs, taken) => {
    const action = { type: 'Action.Execute', title: 'x', verb: 'x', associatedInputs };
    const body = [{ type: 'TextBlock', text: 'x' }];
    expect(checkCard({ type: 'AdaptiveCard', version: '1.5', body, actions: [action] }).length === 0).toBe(taken);
  });
});

describe('two schemas of a manifest', () => {
  it('are compared keyword by keyword, wherever it stands, but not a property that is named like one', () => {
    const npm = { properties: { name: { maxLength: 30 }, required: { type: 'string', description: 'a' } }, required: ['name'] };
    const theirs = {
      properties: { name: { maxLength: 31 }, required: { type: 'string', description: 'b' } },
      required: ['name'],
    };
    expect(teamsManifestAgreement('m', npm, theirs)).toMatchObject({
      compared: 3,
      differences: ['/properties/name/maxLength: 30 in the package, 31 published'],
    });
  });
});

describe('a difference', () => {
  const found: Agreement = { what: 'Cards', of: 'limits', compared: 3, differences: ['a: 1', 'b: 2'] };
  const known = (difference: string) => ({ what: 'Cards', difference, reason: 'because' });

  it.each([
    ['without a reason is wrong', [known('a')], false],
    ['with one is right', [known('a'), known('b: 2')], true],
    ['that is listed and does not occur is wrong too', [known('a'), known('b'), known('c')], false],
    ['of something else explains nothing', [known('a'), { ...known('b'), what: 'Blocks' }], false],
  ])('%s', (_, list, agreed) => {
    expect(judgeAgreement([found], list).agreed).toBe(agreed);
  });
});
