import type { ApproveWorld } from '../../perimeter/approve/support/approve-world.ts';
import { ABEL } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import { asked, CHAT, given, isGiven, looks, tried } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { codeOf, refusalOf } from '../seen.ts';

const CLASS = 'odd and confusable Unicode bodies';

/** The bot's words reach whoever signs; `code` is what the page makes of what is not seen. The twin shows honest words, and is signed. */
const onThePage = (name: string, about: string, justification: string, code: string, never: RegExp): Attack => ({
  class: CLASS,
  name: `writes a justification ${name}`,
  code,
  journal: 'began → registered',
  noEntry: 'nothing is refused: the page shows it for what it is',
  about,
  async attack(world) {
    await world.register(about, { justification });
    const { html, text } = await looks(world, ABEL, about);
    return text.includes(code) && !never.test(html) ? code : undefined;
  },
  async twin(world) {
    const id = `${about.slice(0, -1)}x`;
    await world.register(id, { justification: 'Ticket 42: «größer» 日本語', entitlementId: 'security-reader' });
    const page = await looks(world, ABEL, id);
    if (!page.text.includes('Ticket 42: «größer» 日本語')) throw new Error(page.text);
    await page.click('Approve');
    await isGiven(world, id);
  },
});

/** Half of what the twin says whole. */
const halfCharacter = (
  name: string,
  refusedAt: 'register' | 'decide',
  about: string,
  saying: (character: string) => readonly [request: object, decision: object],
): Attack => {
  const said = async (world: ApproveWorld, requestId: string, character: string): Promise<string | undefined> => {
    const [request, decision] = saying('HERE');
    const send = (path: string, body: object) =>
      world.call('POST', path, JSON.stringify(body).replace('HERE', character), { 'content-type': 'application/json' });
    const registered = await send('/grants', { requestId, ...asked, ...request });
    return codeOf(registered) ?? codeOf(await send(`/grants/${requestId}/decisions`, { ...approval('d1'), ...decision }));
  };
  return {
    class: CLASS,
    name,
    code: 'request.malformed',
    journal: 'none',
    refusedAt,
    wishes: CHAT,
    attack: (world) => said(world, about, '\\ud83d'),
    async twin(world) {
      await world.call('DELETE', `/grants/${about}?reason=withdraw`);
      const code = await said(world, `${about.slice(0, -1)}x`, '\\ud83d\\ude00');
      if (code !== undefined) throw new Error(code);
      await isGiven(world, `${about.slice(0, -1)}x`);
    },
  };
};

export const unicode: readonly Attack[] = [
  {
    class: CLASS,
    name: 'names an entitlement with a letter of another alphabet that looks the same',
    code: 'guardrail.entitlement',
    journal: 'began → refused',
    about: 'unicode00001',
    wishes: CHAT,
    attack: (world) => tried(world, 'unicode00001', { entitlementId: 'globаl-reader' }),
    twin: (world) => given(world, 'unicode00002', { entitlementId: 'global-reader' }),
  },
  {
    class: CLASS,
    name: 'sends the same key twice, spelt with an escape the second time',
    code: 'guardrail.duration',
    journal: 'began → refused',
    about: 'unicode00003',
    wishes: CHAT,
    async attack(world) {
      const body = JSON.stringify({ requestId: 'unicode00003', ...asked }).replace('}', '}');
      const twice = `${body.slice(0, -1)},"duration\\u004dinutes":600}`;
      await world.call('POST', '/grants', twice, { 'content-type': 'application/json' });
      return refusalOf(world, 'unicode00003');
    },
    async twin(world) {
      const body = JSON.stringify({ requestId: 'unicode00004', ...asked });
      await world.call('POST', '/grants', body, { 'content-type': 'application/json' });
      await given(world, 'unicode00004');
    },
  },
  {
    class: CLASS,
    name: 'makes an id that two readers could take for different ones',
    code: 'request.malformed',
    journal: 'none',
    refusedAt: 'register',
    wishes: CHAT,
    attack: async (world) => codeOf(await world.call('POST', '/grants', { requestId: 'unicode\u200b00005', ...asked })),
    twin: (world) => given(world, 'unicode00005'),
  },
  onThePage('that is read from the right', 'unicode0101', 'ticket \u202e24 rof ytiruces\u202c', '[U+202E]', /\u202e/),
  onThePage('that isolates what follows it', 'unicode0201', 'ticket 42 \u2067 and more', '[U+2067]', /\u2067/),
  onThePage(
    'with a letter of another alphabet in a word',
    'unicode0301',
    'for раypal.example',
    '[mixed alphabets]',
    /раypal\.example<\/bdi>/,
  ),
  onThePage(
    'with words that are not seen',
    'unicode0401',
    'ticket\u200b\u2060\ufeff 42\u{e0041}',
    '[U+E0041]',
    /[\u200b\u2060\ufeff]|\u{e0041}/u,
  ),
  onThePage(
    'with a button of its own',
    'unicode0501',
    '</blockquote><form method="post" action="https://evil.test"><button>Approve</button></form>',
    '<form method="post"',
    /<form[^>]*evil|<button>Approve/,
  ),
  onThePage('that ends the text with a zero', 'unicode0601', 'ticket 42\u0000 and more', '[U+0000]', /\0/),
  halfCharacter(
    'writes a justification with half a character, which other words have the same digest as',
    'register',
    'unicode00701',
    (half) => [{ justification: `ticket ${half} 42` }, { decisionId: 'd1' }],
  ),
  halfCharacter(
    'names a decision with half a character, which no evidence could be made of',
    'decide',
    'unicode00801',
    (half) => [{}, { decisionId: `d${half}` }],
  ),
];
