import { elementsOf } from './block-kit-check.ts';
import type { Standing } from './payloads.ts';
import type { SlackBlock, SlackView } from './slack-objects.ts';
import { isWire, type Wire, wordOf } from '../wire.ts';
import { clientObjection, type Entered, entryFor, optionsOf, type Written } from './view-state.ts';
import type { Workspace } from './workspace.ts';

/** Typed values: by block id, and by action id below it where a block holds several; whole state entries are read too. */
export type FormValues = Readonly<Record<string, Entered | Readonly<Record<string, unknown>>>>;

const standingId = (where: Standing) => ('view' in where ? where.view.id : where.message.ts);

/** The inputs of forms as the Slack client handles them: only what an element offers can be chosen. */
export function createFormFilling(workspace: Workspace) {
  const offered = new Map<string, readonly Wire[]>();
  const keyOf = (where: Standing, blockId: string, actionId: unknown) => `${standingId(where)}/${blockId}/${wordOf(actionId)}`;

  function optionsFor(where: Standing, block: SlackBlock, element: Wire): readonly Wire[] {
    if (element['type'] !== 'external_select') return optionsOf(element);
    const found = offered.get(keyOf(where, block.block_id, element['action_id'])) ?? [];
    const initial = element['initial_option'];
    return [...found, ...(isWire(initial) ? [initial] : [])];
  }

  return {
    /** Remembers what the app offered for an `external_select`; earlier offers can still be chosen. */
    offer(where: Standing, blockId: string, actionId: string, options: readonly Wire[]): void {
      const key = keyOf(where, blockId, actionId);
      offered.set(key, [...(offered.get(key) ?? []), ...options]);
    },

    /** What is chosen in an element by pressing it; a button has nothing to choose. */
    choose(where: Standing, block: SlackBlock, element: Wire, choice: Entered | undefined): Written {
      const available = optionsFor(where, block, element);
      if (element['type'] === 'button') return { ok: true, entry: {} };
      if (element['type'] !== 'overflow') return entryFor(element, choice ?? null, available);
      const option = available.find((candidate) => candidate['value'] === choice);
      return option ? { ok: true, entry: { selected_option: option } } : { ok: false, why: 'not among the options' };
    },

    /** Writes what was entered into the view's state; what the client would not take is returned by block id. */
    fill(userId: string, view: SlackView, values: FormValues) {
      const errors: Record<string, string> = {};
      const state: Record<string, Wire> = { ...(view.state.values as Record<string, Wire>) };
      for (const [blockId, given] of Object.entries(values)) {
        const block = view.blocks.find((candidate) => candidate.block_id === blockId);
        if (!block) errors[blockId] = 'there is no such field';
        for (const element of block ? elementsOf(block) : []) {
          const actionId = wordOf(element['action_id']);
          const entered = enteredFor(given, actionId);
          if (!block || entered === undefined) continue;
          const written = entryFor(element, entered, optionsFor({ view }, block, element));
          if (written.ok) state[blockId] = { ...state[blockId], [actionId]: written.entry };
          else errors[blockId] = written.why;
        }
      }
      const filled: SlackView = { ...view, state: { values: state } };
      workspace.replaceView(userId, filled);
      return { view: filled, errors };
    },

    /** What the client says beside its fields before it lets a form go, by block id. */
    objections(view: SlackView): Record<string, string> {
      const errors: Record<string, string> = {};
      for (const block of view.blocks.filter((candidate) => candidate['type'] === 'input')) {
        const element = elementsOf(block)[0] ?? {};
        const entries = view.state.values[block.block_id];
        const entry = isWire(entries) ? entries[wordOf(element['action_id'])] : undefined;
        const objection = clientObjection(block, element, isWire(entry) ? entry : undefined);
        if (objection !== undefined) errors[block.block_id] = objection;
      }
      return errors;
    },
  };
}

/** A state entry or a bare value, for the one element of this action id. */
function enteredFor(given: FormValues[string], actionId: string): Entered | undefined {
  if (given === null || typeof given === 'string') return given;
  if (Array.isArray(given)) return given.map(wordOf);
  const own = (given as Wire)[actionId];
  if (own === undefined || own === null || typeof own === 'string') return own;
  if (!isWire(own)) return Array.isArray(own) ? own.map(wordOf) : wordOf(own);
  const value = Object.entries(own).find(([name]) => name !== 'type')?.[1];
  if (Array.isArray(value)) return value.map((item: unknown) => wordOf(isWire(item) ? item['value'] : item));
  if (isWire(value)) return wordOf(value['value']);
  return value === null || value === undefined ? null : wordOf(value);
}
