import { checkBlocks } from './block-kit-check.ts';
import { BLOCK_KIT_LIMITS as L } from './block-kit-limits.ts';
import { type Arguments, no, noBecause, type Result } from './method.ts';
import { list, may, object, type Problem, text } from '../shape.ts';
import type { SlackBlock } from './slack-objects.ts';
import { isWire, type Wire } from '../wire.ts';
import { dressBlocks } from './workspace.ts';

export interface MessageContent {
  readonly text?: string;
  readonly blocks?: readonly SlackBlock[];
  readonly attachments?: readonly Wire[];
}

type Composed = { readonly ok: true; readonly content: MessageContent } | { readonly ok: false; readonly refusal: Result };

/** Only the parts of the legacy attachment that carry a coloured bar around blocks. */
const ATTACHMENTS = list(
  object({
    color: may(text({ pattern: /^(#[0-9a-fA-F]{6}|good|warning|danger)$/ })),
    fallback: may(text()),
    blocks: may(() => undefined),
  }),
  { min: 0, max: L.attachments },
);

/** Text, blocks and attachments of a message as Slack takes, cuts or refuses them. `maxChars`: a hard limit instead of the cut. */
export function composeMessage(args: Arguments, limits: { readonly maxChars: number | undefined }): Composed {
  const refused = (refusal: Result): Composed => ({ ok: false, refusal });
  const blocks = args.json('blocks');
  const attachments = args.json('attachments');
  if (blocks === 'unreadable') return refused(no('invalid_blocks_format'));
  if (attachments === 'unreadable') return refused(no('invalid_attachments'));
  const words = args.text('text');
  if (limits.maxChars !== undefined && words !== undefined && words.length > limits.maxChars) return refused(no('msg_too_long'));
  if (blocks !== 'absent') {
    if (!Array.isArray(blocks.value)) return refused(no('invalid_blocks_format'));
    const problems = checkBlocks(blocks.value, 'message');
    if (problems.length > 0) return refused(noBecause('invalid_blocks', problems));
  }
  if (attachments !== 'absent') {
    const problems = checkAttachments(attachments.value);
    if (problems.length > 0) return refused(noBecause('invalid_attachments', problems));
  }
  const shownBlocks = blocks !== 'absent' && Array.isArray(blocks.value) ? dressBlocks(blocks.value) : undefined;
  const shownAttachments =
    attachments !== 'absent' && Array.isArray(attachments.value) ? attachments.value.filter(isWire) : undefined;
  if (!words && !shownBlocks?.length && !shownAttachments?.length) return refused(no('no_text'));
  return {
    ok: true,
    content: {
      ...(words === undefined ? {} : { text: words.slice(0, L.messageTextCutChars) }),
      ...(shownBlocks === undefined ? {} : { blocks: shownBlocks }),
      ...(shownAttachments === undefined
        ? {}
        : {
            attachments: shownAttachments.map((attachment) =>
              Array.isArray(attachment['blocks']) ? { ...attachment, blocks: dressBlocks(attachment['blocks']) } : attachment,
            ),
          }),
    },
  };
}

function checkAttachments(attachments: unknown): Problem[] {
  const problems: Problem[] = [];
  ATTACHMENTS(attachments, '/attachments', problems);
  if (Array.isArray(attachments)) {
    attachments.forEach((attachment: unknown, index) => {
      if (isWire(attachment) && attachment['blocks'] !== undefined) {
        problems.push(...checkBlocks(attachment['blocks'], 'message', `/attachments/${index}/blocks`));
      }
    });
  }
  return problems;
}
