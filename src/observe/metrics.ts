import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { gaugesOn } from './gauges-on.ts';

/**
 * Metrics of the bot, in Prometheus text on `GET /metrics` of its ops listener. Names and labels are part of the public interface (design.md
 * section 6) and do not change silently. No label carries an id of a person or a case.
 */
export interface BotMetrics {
  /** `hallpass_clicks_total{verb,platform,code}`: what people pressed and typed; code `done`, or why it was refused. */
  readonly clicks: Counter<'verb' | 'platform' | 'code'>;
  /** `hallpass_click_seconds{verb}`: until the answer was durable. */
  readonly clickSeconds: Histogram<'verb'>;
  /** `hallpass_perimeter_events_total{type}`: facts of the perimeter that were applied. */
  readonly perimeterEvents: Counter<'type'>;
  /** `hallpass_slack_previous_secret_total`: requests that Slack signed by `slack.previousSigningSecret`. */
  readonly slackPreviousSecret: Counter;
  /** `hallpass_http_requests_total{route,status}` */
  readonly httpRequests: Counter<'route' | 'status'>;
  /** Prometheus text and its media type. */
  render(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Read when somebody asks. */
export interface BotGauges {
  /** `hallpass_open_cases{flow}` */
  openCases(): Readonly<Record<string, number>>;
  /** `hallpass_perimeter_ledger_seq{tenant}`: newest sequence of the journal of that tenant's perimeter that was seen. */
  ledgerSeqs(): readonly { readonly tenant: string; readonly seq: number }[];
  /** `hallpass_operator_alerts`: what operators must mend now. */
  operatorAlerts(): number;
  /** `hallpass_unfit_channels` */
  unfitChannels(): number;
  /** `hallpass_journal_seq`: newest line of the bot's own journal. */
  journalSeq(): number;
}

export function createBotMetrics(gauges: BotGauges): BotMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = gaugesOn(registry);
  gauge('hallpass_operator_alerts', 'Things that operators must mend now.', () => gauges.operatorAlerts());
  gauge('hallpass_unfit_channels', 'Channels that get no messages because of who can read them.', () => gauges.unfitChannels());
  gauge('hallpass_journal_seq', 'Newest line of the bot’s own journal.', () => gauges.journalSeq());
  const openCases = new Gauge({
    name: 'hallpass_open_cases',
    help: 'Cases that are not over, by flow.',
    labelNames: ['flow'],
    registers,
    collect() {
      for (const [flow, count] of Object.entries(gauges.openCases())) this.set({ flow }, count);
    },
  });
  openCases.reset();
  new Gauge({
    name: 'hallpass_perimeter_ledger_seq',
    help: 'Newest sequence of the perimeter’s journal that was seen, by tenant.',
    labelNames: ['tenant'],
    registers,
    collect() {
      for (const { tenant, seq } of gauges.ledgerSeqs()) this.set({ tenant }, seq);
    },
  }).reset();
  return {
    clicks: new Counter({
      name: 'hallpass_clicks_total',
      help: 'What people pressed and typed, by answer.',
      labelNames: ['verb', 'platform', 'code'],
      registers,
    }),
    clickSeconds: new Histogram({
      name: 'hallpass_click_seconds',
      help: 'Time until a click was durable and answered.',
      labelNames: ['verb'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
      registers,
    }),
    perimeterEvents: new Counter({
      name: 'hallpass_perimeter_events_total',
      help: 'Facts of the perimeter that were applied.',
      labelNames: ['type'],
      registers,
    }),
    slackPreviousSecret: new Counter({
      name: 'hallpass_slack_previous_secret_total',
      help: 'Requests that Slack signed by the signing secret before.',
      registers,
    }),
    httpRequests: new Counter({
      name: 'hallpass_http_requests_total',
      help: 'Requests to the bot’s own server.',
      labelNames: ['route', 'status'],
      registers,
    }),
    render: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
