import { join } from 'node:path';
import { CAST, TENANT_ID } from '../../src/playground/cast.ts';
import type { ImposedFault } from '../../src/playground/microsoft/faults.ts';
import type { Licence } from '../../src/playground/microsoft/tenant/tenant-model.ts';
import { startWorld, type World, type WorldOptions } from '../../src/playground/world.ts';
import { unlimited } from '../support/unlimited.ts';

/** The share of Microsoft's calls that fail. */
export const FAILING_RATE = 0.3;

/** A world in which everybody may ask for everything; without P2 nobody but Hallpass ends what it gave. */
export async function openWorld(folder: string, licence: Licence, more: Partial<WorldOptions> = {}): Promise<World> {
  const everybody = CAST.map(({ objectId }) => ({ tenantId: TENANT_ID, objectId }));
  const world = await startWorld({
    folder: join(folder, 'world'),
    slackMode: 'http',
    limits: 'off',
    ...more,
    adjust(draft) {
      for (const entitlement of draft.hallpass.entitlements) entitlement.mayRequest = { people: everybody };
      unlimited(draft, licence !== 'P2');
      for (const entitlement of draft.perimeter.entitlements) entitlement.mayReceive = { people: everybody };
    },
  });
  if (licence !== 'P2') world.microsoft.tenant.setLicence(licence);
  return world;
}

/** What Microsoft's published limits impose from now on, in the words of the record of faults; five reports in ten seconds are soon spent. */
export function followLimits({ microsoft: { limits } }: World): readonly ImposedFault[] {
  const imposed: ImposedFault[] = [];
  const spend = limits.graph.bind(limits);
  limits.graph = (appId, method, cost, url) => {
    const spent = spend(appId, method, cost, url);
    const delayMs = Number(spent.headers['retry-after'] ?? 0) * 1_000;
    const at = new Date().toISOString();
    if (spent.answer === 429)
      imposed.push({ at, farEnd: 'graph', method, path: `${url.pathname}${url.search}`, kind: 'throttled', delayMs });
    return spent;
  };
  return imposed;
}

/** Sign-in, Graph and ARM fail in every way they know, in an order that the seed decides. */
export function letMicrosoftFail({ microsoft }: World, seed: number): void {
  microsoft.faults.seed(seed);
  microsoft.faults.add({ farEnds: ['login', 'graph', 'arm'], rate: FAILING_RATE });
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
