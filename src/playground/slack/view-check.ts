import { plainText } from './block-elements.ts';
import { checkBlocks } from './block-kit-check.ts';
import { BLOCK_KIT_LIMITS as L } from './block-kit-limits.ts';
import { flag, may, need, object, oneOf, type Problem, text } from '../shape.ts';
import { isWire, type Wire } from '../wire.ts';

const blocks = need(() => undefined);
const common = {
  blocks,
  private_metadata: may(text({ max: L.privateMetadataChars })),
  callback_id: may(text({ max: L.callbackIdChars })),
  external_id: may(text({ max: L.externalIdChars })),
};

const MODAL = object({
  type: need(oneOf('modal')),
  title: need(plainText(L.viewTitleChars)),
  close: may(plainText(L.viewTitleChars)),
  submit: may(plainText(L.viewTitleChars)),
  clear_on_close: may(flag),
  notify_on_close: may(flag),
  ...common,
});

const HOME = object({ type: need(oneOf('home')), ...common });

export type ViewVerdict =
  | { readonly ok: true; readonly view: Wire }
  | { readonly ok: false; readonly error: 'view_too_large' }
  | { readonly ok: false; readonly error: 'invalid_arguments'; readonly problems: readonly Problem[] };

/** Judges a view as `views.open`, `views.update`, `views.push` (modal) or `views.publish` (home) would. */
export function checkView(view: unknown, type: 'modal' | 'home'): ViewVerdict {
  if (!isWire(view))
    return { ok: false, error: 'invalid_arguments', problems: [{ message: 'must provide an object', pointer: '/view' }] };
  if (Buffer.byteLength(JSON.stringify(view)) > L.viewBytes) return { ok: false, error: 'view_too_large' };
  const problems: Problem[] = [];
  (type === 'modal' ? MODAL : HOME)(view, '/view', problems);
  problems.push(...checkBlocks(view['blocks'], type, '/view/blocks'));
  const hasInput = Array.isArray(view['blocks']) && view['blocks'].some((block) => isWire(block) && block['type'] === 'input');
  if (type === 'modal' && hasInput && view['submit'] === undefined) {
    problems.push({ message: 'missing required field: submit', pointer: '/view' });
  }
  return problems.length > 0 ? { ok: false, error: 'invalid_arguments', problems } : { ok: true, view };
}
