import type { Option } from '@slack/types';
import { actorOf, type Counter } from './counter.ts';
import { SUBMIT_PATIENCE_MS, within } from './patience.ts';
import type { BlockSuggestion } from './payloads.ts';
import { entitlementOption, SELECT_MAX_OPTIONS } from './request-modal.ts';

/** What matches the words typed so far into the form's search field; nothing when the desk is late. */
export async function onSearch(counter: Counter, { user, value }: BlockSuggestion): Promise<Option[]> {
  const actor = actorOf(counter, user);
  const looked = counter.desk.options(actor, value).catch((error: unknown) => {
    counter.sorry(error, 'search entitlements');
    return { options: [] };
  });
  const found = await within(SUBMIT_PATIENCE_MS, looked);
  if (found === undefined || 'refusal' in found.value) return [];
  return found.value.options.slice(0, SELECT_MAX_OPTIONS).map(entitlementOption);
}
