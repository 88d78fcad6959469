import type { ChatActor } from '../chat/surface.ts';
import type { Counter } from './counter.ts';
import { homeView, refusedHome } from './home-view.ts';

/** Draws the Home tab of one person afresh. */
export async function drawHome(counter: Counter, actor: ChatActor): Promise<void> {
  const [home, zone] = await Promise.all([
    counter.desk.home(actor).catch((error: unknown) => ({ refusal: counter.sorry(error, 'draw a Home tab') })),
    counter.zones.soon(actor.userId),
  ]);
  const view = 'refusal' in home ? refusedHome(home.refusal) : homeView(home, zone);
  await counter.client.call('publish a Home tab', (web) => web.views.publish({ user_id: actor.userId, view }));
}
