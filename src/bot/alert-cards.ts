import type { FindingContext } from '../../flows/finding.ts';
import type { Names } from '../chat/names.ts';
import type { KnownPeople } from '../chat/projections/words.ts';
import type { FindingCase, FindingWords } from '../chat/finding-words.ts';
import { FINDING } from '../chat/handle-finding.ts';
import type { AlertView, DetailsView } from '../chat/views.ts';
import type { CaseView, Runtime } from '../durable/port.ts';
import { keyOfAddress } from './card-link.ts';
import type { Project } from './case-cards.ts';
import type { Channels } from './channels.ts';

export { FINDING };

export interface FindingSources {
  readonly runtime: Runtime;
  readonly names: Names;
  readonly words: FindingWords;
}

const STATUSES: Readonly<Record<string, AlertView['status']>> = {
  open: 'open',
  acknowledged: 'acknowledged',
  snoozed: 'snoozed',
  resolved: 'resolved',
};

export function findingCase(runtime: Runtime, view: CaseView | undefined): FindingCase | undefined {
  if (view?.flow !== FINDING || typeof view.state !== 'string') return undefined;
  const status = STATUSES[view.state];
  // The store holds what our own machine returned; its shape is the flow's.
  const context = view.context as FindingContext;
  return status && { caseId: view.caseId, status, context, detail: runtime.text(view.caseId, context.seen.detail) };
}

/** The one message of a finding on each platform's security channel. */
export function alertCards({ runtime, names, channels, words }: FindingSources & { readonly channels: Channels }): Project {
  return async (view) => {
    const found = findingCase(runtime, view);
    if (!found) return undefined;
    const message = { kind: 'alert' as const, view: words.alert(found, await handlersOf(found, names)) };
    const isOver = found.status === 'resolved';
    return channels.security().map((address) => ({
      key: keyOfAddress(address),
      role: 'alert' as const,
      message,
      postTo: isOver ? [] : [address],
      mayRepost: !isOver,
    }));
  };
}

export function createFindingDetails({ runtime, names, words }: FindingSources) {
  return async (caseId: string): Promise<DetailsView | undefined> => {
    const found = findingCase(runtime, runtime.read(caseId));
    return found && words.details(found, await handlersOf(found, names));
  };
}

async function handlersOf({ context }: FindingCase, names: Names): Promise<KnownPeople> {
  return context.handledBy ? names.known([context.handledBy]) : new Map();
}
