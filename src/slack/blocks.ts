import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  MrkdwnElement,
  PlainTextElement,
  SectionBlock,
} from '@slack/types';
import type { ActionId } from './action-ids.ts';
import { clip, plain } from './mrkdwn.ts';

/**
 * Limits in characters, as Slack counts them, after escaping.
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
export const LIMITS = {
  sectionText: 3_000,
  headerText: 150,
  buttonText: 75,
  optionText: 75,
  viewTitle: 24,
  viewBlocks: 100,
  messageBlocks: 50,
} as const;

/** What a card shows of somebody's text in one block of its own. */
export const FREE_TEXT_MAX_CHARS = 2_500;

export function plainText(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: plain(text, max), emoji: false };
}

function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** A sentence of ours. What people wrote must have passed `inMrkdwn`; a text over the limit is a mistake of ours, cut all the same. */
export function section(text: string): SectionBlock {
  return { type: 'section', text: mrkdwn(clip(text, LIMITS.sectionText)) };
}

/** Lines of ours, in as many blocks as they need: none is ever cut in the middle of a token. */
export function sections(lines: readonly string[]): SectionBlock[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= LIMITS.sectionText) texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map(section);
}

/** Free text of a person, in quotation marks, where no markup is read. */
export function quote(text: string): SectionBlock {
  return { type: 'section', text: plainText(`“${plain(text, FREE_TEXT_MAX_CHARS)}”`, LIMITS.sectionText) };
}

export function plainSection(text: string): SectionBlock {
  return { type: 'section', text: plainText(text, LIMITS.sectionText) };
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plainText(text, LIMITS.headerText) };
}

export function context(...lines: readonly string[]): ContextBlock {
  return { type: 'context', elements: lines.slice(0, 10).map((line) => mrkdwn(clip(line, LIMITS.sectionText))) };
}

/** The value is the opaque id of the case and nothing else: facts are read again at the click. */
export function button(
  actionId: ActionId,
  label: string,
  caseId: string,
  extra: { readonly style?: 'primary' | 'danger'; readonly says?: string; readonly confirm?: ConfirmationDialog } = {},
): Button {
  return {
    type: 'button',
    action_id: actionId,
    text: plainText(label, LIMITS.buttonText),
    value: caseId,
    ...(extra.style === undefined ? {} : { style: extra.style }),
    ...(extra.confirm === undefined ? {} : { confirm: extra.confirm }),
    ...(extra.says === undefined ? {} : { accessibility_label: plain(extra.says, LIMITS.buttonText) }),
  };
}

/** Slack asks before it tells us of the press. Limits: title 100, text 300, buttons 30. */
export function confirmation(title: string, text: string, yes: string, no: string): ConfirmationDialog {
  return {
    title: plainText(title, 100),
    text: plainText(text, 300),
    confirm: plainText(yes, 30),
    deny: plainText(no, 30),
    style: 'danger',
  };
}

/** Opens a page; the press is told to us too, and means nothing. */
export function linkButton(actionId: ActionId, label: string, url: string, says: string): Button {
  return {
    type: 'button',
    action_id: actionId,
    text: plainText(label, LIMITS.buttonText),
    url,
    accessibility_label: plain(says, LIMITS.buttonText),
  };
}

/** A row of buttons, or nothing when none of them could matter. */
export function buttons(...elements: readonly (Button | false)[]): ActionsBlock[] {
  const shown = elements.filter((element) => element !== false);
  return shown.length === 0 ? [] : [{ type: 'actions', elements: shown }];
}
