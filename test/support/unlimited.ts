import type { ConfigDraft } from '../../src/playground/config-files.ts';

const MOST = 1_000_000;

/** Takes the budgets out of the way of a test that asks more in an hour than people do in a year. `endsOnlyByHallpass`: for a tenant without PIM. */
export function unlimited({ perimeter }: ConfigDraft, endsOnlyByHallpass = false): void {
  perimeter.callerLimits = {
    registerPerMinute: MOST,
    decidePerMinute: MOST,
    endPerMinute: MOST,
    readPerMinute: MOST,
    feedPerMinute: MOST,
  };
  for (const entitlement of perimeter.entitlements) {
    entitlement.atMostLive = 10_000;
    entitlement.atMostPerPrincipalPerDay = 1_000;
    // What is protected needs an end that Entra enforces.
    if (endsOnlyByHallpass) entitlement.endsOnlyByHallpass = entitlement.protected !== true;
  }
}
