import { codeOf } from '../access/core/app-error.ts';
import { personKey } from '../access/core/person.ts';
import { accessCase } from '../chat/access-case.ts';
import type { Desk } from '../chat/desk.ts';
import type { People } from '../chat/people.ts';
import type { Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import type { Surfaces } from './channels.ts';
import { createKeyedLock } from './keyed-lock.ts';

/** Beyond this the tabs are left to be drawn when they are opened: the platform would throttle us. */
const MOST_DUE = 500;

/**
 * Keeps the Home tab of a requester true after each change of a case of theirs, one tab at a time. Best effort: opening the tab
 * draws it afresh.
 * Returns how to stop.
 */
export function publishHomes(parts: {
  readonly runtime: Runtime;
  readonly surfaces: Surfaces;
  readonly people: People;
  readonly desk: Desk;
  readonly log: Log;
}): () => void {
  const { runtime, surfaces, people, desk, log } = parts;
  const lock = createKeyedLock();
  const due = new Set<string>();
  return runtime.onCommit(({ caseId, kind }) => {
    const request = kind === 'began' || kind === 'transition' ? accessCase(runtime.read(caseId)) : undefined;
    const publisher = [...surfaces.values()].find((surface) => 'publishHome' in surface);
    if (!request || !publisher) return;
    const { requester } = request.context.request;
    const address = people.addressesOf(requester).find(({ platform }) => platform === publisher.platform);
    if (!address || !('userId' in address)) return;
    const key = personKey(requester);
    // Several changes before it is this person's turn are one drawing.
    if (due.has(key) || due.size >= MOST_DUE) return;
    due.add(key);
    void lock('homes', async () => {
      due.delete(key);
      const view = await desk.home({ platform: address.platform, workspaceId: address.workspaceId, userId: address.userId });
      if (!('refusal' in view)) await publisher.publishHome?.(address.userId, view);
    }).catch((error: unknown) => log.info({ code: codeOf(error) }, 'a Home tab was not drawn afresh'));
  });
}
