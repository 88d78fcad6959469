import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { gaugesOn } from './gauges-on.ts';

/** Metrics of the perimeter on its ops listener; names are part of the public interface (design.md section 6). Read when somebody asks. */
export interface PerimeterGauges {
  /** `hallpass_open_grants{state}`: records that are not over. */
  openGrants(): Readonly<Record<string, number>>;
  /** `hallpass_overdue_grants`: access that should be gone and is not known to be. */
  overdueGrants(): number;
  /** `hallpass_journal_seq`: newest line of the ledger. */
  journalSeq(): number;
  /** `hallpass_store_full`: 1 while nothing new is given for want of room. */
  storeFull(): boolean;
  /** `hallpass_not_giving`: 1 while nothing is given: frozen, a ledger in doubt, or a clock that is off. */
  notGiving(): boolean;
  /** `hallpass_drifted_grants`: live, and not there as they were given. */
  drifted(): number;
  /** `hallpass_drift_unchecked_grants`: could not be looked at in the newest round. */
  driftUnchecked(): number;
}

/** Prometheus text and its media type. */
export type RenderMetrics = () => Promise<{ readonly type: string; readonly text: string }>;

export function createPerimeterMetrics(gauges: PerimeterGauges): RenderMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = gaugesOn(registry);
  gauge('hallpass_overdue_grants', 'Access that should be gone and is not known to be.', () => gauges.overdueGrants());
  gauge('hallpass_journal_seq', 'Newest line of the ledger.', () => gauges.journalSeq());
  gauge('hallpass_store_full', '1 while nothing new is given because the disk is full.', () => Number(gauges.storeFull()));
  gauge('hallpass_not_giving', '1 while nothing is given, whatever the guardrails say.', () => Number(gauges.notGiving()));
  gauge('hallpass_drifted_grants', 'Live grants that are not there as they were given.', () => gauges.drifted());
  gauge('hallpass_drift_unchecked_grants', 'Grants that the newest look for drift could not ask about.', () =>
    gauges.driftUnchecked(),
  );
  const openGrants = new Gauge({
    name: 'hallpass_open_grants',
    help: 'Grants that are not over, by state.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      for (const [state, count] of Object.entries(gauges.openGrants())) this.set({ state }, count);
    },
  });
  openGrants.reset();
  return async () => ({ type: registry.contentType, text: await registry.metrics() });
}
