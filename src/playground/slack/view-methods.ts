import { BLOCK_KIT_LIMITS } from './block-kit-limits.ts';
import { type Call, echoOf, type Method, no, noBecause, type Result, TIER } from './method.ts';
import type { SlackView } from './slack-objects.ts';
import type { Wire } from '../wire.ts';
import { initialState } from './view-state.ts';
import { checkView } from './view-check.ts';
import { dressBlocks, type Workspace } from './workspace.ts';

interface Place {
  readonly rootViewId?: string | undefined;
  readonly previousViewId?: string | undefined;
  /** The view it takes the place of: same id, new hash. */
  readonly replaces?: SlackView | undefined;
}

/** The view as Slack stores and returns it. */
export function storedView(workspace: Workspace, view: Wire, place: Place = {}): SlackView {
  const { seed } = workspace;
  const id = place.replaces?.id ?? workspace.newId('V');
  const type = view['type'] === 'home' ? 'home' : 'modal';
  const blocks = dressBlocks(Array.isArray(view['blocks']) ? view['blocks'] : []);
  const words = (name: string) => (typeof view[name] === 'string' ? view[name] : '');
  return {
    id,
    team_id: seed.teamId,
    type,
    blocks,
    private_metadata: words('private_metadata'),
    callback_id: words('callback_id'),
    external_id: words('external_id'),
    state: { values: initialState(blocks, place.replaces?.state.values) },
    hash: `${Math.floor(Date.now() / 1000)}.${workspace.newId('').slice(0, 8)}`,
    title: view['title'] ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: view['clear_on_close'] === true,
    notify_on_close: view['notify_on_close'] === true,
    close: view['close'] ?? null,
    submit: view['submit'] ?? null,
    previous_view_id: place.replaces?.previous_view_id ?? place.previousViewId ?? null,
    root_view_id: place.replaces?.root_view_id ?? place.rootViewId ?? id,
    app_id: seed.appId,
    app_installed_team_id: seed.teamId,
    bot_id: seed.botId,
  };
}

/** The `view` argument, judged; `external_id` must be free in the team unless the view that has it is being replaced. */
function viewArgument(
  call: Call,
  type: 'modal' | 'home',
  replaces?: SlackView,
): { readonly view: Wire } | { readonly refusal: Result } {
  const given = call.args.json('view');
  if (given === 'absent')
    return { refusal: noBecause('invalid_arguments', [{ message: 'missing required field: view', pointer: '' }]) };
  if (given === 'unreadable')
    return { refusal: noBecause('invalid_arguments', [{ message: 'must provide an object', pointer: '/view' }]) };
  const verdict = checkView(given.value, type);
  if (!verdict.ok) {
    return { refusal: verdict.error === 'view_too_large' ? no(verdict.error) : noBecause(verdict.error, verdict.problems) };
  }
  const externalId = verdict.view['external_id'];
  if (typeof externalId === 'string' && externalId !== '') {
    const taken = call.workspace.findView((view) => view.external_id === externalId && view.id !== replaces?.id);
    if (taken) return { refusal: no('duplicate_external_id') };
  }
  return { view: verdict.view };
}

function open(call: Call): Result {
  const given = viewArgument(call, 'modal');
  if ('refusal' in given) return given.refusal;
  const trigger = call.triggers.use(call.args.text('trigger_id'));
  if (!trigger.ok) return no(trigger.error);
  const view = storedView(call.workspace, given.view);
  call.workspace.setModals(trigger.userId, [view]);
  return { ok: true, view: echoOf(view) };
}

function push(call: Call): Result {
  const given = viewArgument(call, 'modal');
  if ('refusal' in given) return given.refusal;
  const trigger = call.triggers.use(call.args.text('trigger_id'));
  if (!trigger.ok) return no(trigger.error);
  const stack = call.workspace.modalsOf(trigger.userId);
  const top = stack.at(-1);
  if (!top || trigger.viewId === undefined) return no('not_found');
  if (stack.length >= BLOCK_KIT_LIMITS.viewsInModal) return no('push_limit_reached');
  const view = storedView(call.workspace, given.view, { rootViewId: top.root_view_id, previousViewId: top.id });
  call.workspace.setModals(trigger.userId, [...stack, view]);
  return { ok: true, view: echoOf(view) };
}

function update(call: Call): Result {
  const id = call.args.text('view_id');
  const externalId = call.args.text('external_id');
  if (id === undefined && externalId === undefined) {
    return noBecause('invalid_arguments', [{ message: 'missing required field: view_id', pointer: '' }]);
  }
  const found = call.workspace.findView((view) => (id === undefined ? view.external_id === externalId : view.id === id));
  const given = viewArgument(call, found?.view.type ?? 'modal', found?.view);
  if ('refusal' in given) return given.refusal;
  if (!found) return no('not_found');
  const hash = call.args.text('hash');
  if (hash !== undefined && hash !== found.view.hash) return no('hash_conflict');
  const view = storedView(call.workspace, given.view, { replaces: found.view });
  call.workspace.replaceView(found.userId, view);
  return { ok: true, view: echoOf(view) };
}

function publish(call: Call): Result {
  const userId = call.args.text('user_id');
  const user = userId === undefined ? undefined : call.workspace.users.get(userId);
  if (!user || user.isBot) return noBecause('invalid_arguments', [{ message: 'invalid user_id', pointer: '/user_id' }]);
  if (!call.workspace.seed.app.homeTab) return no('not_enabled');
  const old = call.workspace.homeOf(user.id);
  const given = viewArgument(call, 'home', old);
  if ('refusal' in given) return given.refusal;
  const hash = call.args.text('hash');
  if (hash !== undefined && old !== undefined && hash !== old.hash) return no('hash_conflict');
  const view = storedView(call.workspace, given.view, { replaces: old });
  call.workspace.setHome(user.id, view);
  return { ok: true, view: echoOf(view) };
}

const none = () => [];

export const VIEW_METHODS: Readonly<Record<string, Method>> = {
  'views.open': { token: 'bot', scopes: none, perMinute: TIER.four, run: open },
  'views.push': { token: 'bot', scopes: none, perMinute: TIER.four, run: push },
  'views.update': { token: 'bot', scopes: none, perMinute: TIER.four, run: update },
  'views.publish': { token: 'bot', scopes: none, perMinute: TIER.four, run: publish },
};
