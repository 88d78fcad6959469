import { BLOCK_KIT_LIMITS } from './block-kit-limits.ts';
import type { Delivered } from './delivery.ts';
import type { SlackView } from './slack-objects.ts';
import { isWire, type Wire } from '../wire.ts';
import { checkView } from './view-check.ts';
import { storedView } from './view-methods.ts';
import type { Workspace } from './workspace.ts';

const TROUBLE = 'We had some trouble connecting. Try again?';

/**
 * Does to the person's screen what the app answered to `view_submission`: nothing closes this view, `response_action` keeps,
 * changes, stacks or clears. An answer that Slack cannot use leaves the modal open with a word of its own.
 * @see https://docs.slack.dev/surfaces/modals#response_actions
 */
export function applySubmissionAnswer(workspace: Workspace, userId: string, view: SlackView, delivered: Delivered): Delivered {
  if (delivered.outcome === 'failed') {
    workspace.notice(userId, TROUBLE);
    return delivered;
  }
  const stack = workspace.modalsOf(userId);
  const answer = delivered.body;
  const unusable = (): Delivered => {
    workspace.notice(userId, TROUBLE);
    return { outcome: 'failed', shown: 'dispatch_failed', status: delivered.status, ms: delivered.ms, noRetry: false };
  };
  if (answer === undefined) {
    workspace.setModals(
      userId,
      stack.filter((open) => open.id !== view.id),
    );
    return delivered;
  }
  if (!isWire(answer)) return unusable();
  switch (answer['response_action']) {
    case undefined:
      if (Object.keys(answer).length > 0) return unusable();
      workspace.setModals(
        userId,
        stack.filter((open) => open.id !== view.id),
      );
      return delivered;
    case 'clear':
      workspace.setModals(userId, []);
      return delivered;
    case 'errors':
      return showErrors(workspace, view, answer['errors']) ? delivered : unusable();
    case 'update':
    case 'push':
      return showView(workspace, userId, view, answer) ? delivered : unusable();
    default:
      return unusable();
  }
}

/** Errors must name input blocks of the view that was sent. */
function showErrors(workspace: Workspace, view: SlackView, errors: unknown): boolean {
  if (!isWire(errors) || Object.keys(errors).length === 0) return false;
  const inputs = view.blocks.filter((block) => block['type'] === 'input').map((block) => block.block_id);
  const shown: Record<string, string> = {};
  for (const [blockId, text] of Object.entries(errors)) {
    if (!inputs.includes(blockId) || typeof text !== 'string' || text === '') return false;
    shown[blockId] = text;
  }
  workspace.setFieldErrors(view.id, shown);
  return true;
}

function showView(workspace: Workspace, userId: string, view: SlackView, answer: Wire): boolean {
  const verdict = checkView(answer['view'], 'modal');
  if (!verdict.ok) return false;
  const stack = workspace.modalsOf(userId);
  if (answer['response_action'] === 'update') {
    workspace.replaceView(userId, storedView(workspace, verdict.view, { replaces: view }));
    return true;
  }
  if (stack.length >= BLOCK_KIT_LIMITS.viewsInModal) return false;
  const place = { rootViewId: view.root_view_id, previousViewId: view.id };
  workspace.setModals(userId, [...stack, storedView(workspace, verdict.view, place)]);
  return true;
}
