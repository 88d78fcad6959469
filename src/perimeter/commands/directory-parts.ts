import type { Clock } from '../../access/core/clock.ts';
import type { CommandContext, Runtime } from '../../durable/port.ts';
import type { Log } from '../../observe/log.ts';
import type { AccessWriters, Order } from '../access-writer.ts';
import { contextOf, orderOf } from '../grant-flow.ts';
import type { InFlight } from '../in-flight.ts';
import type { PerimeterConfig } from '../perimeter-config.ts';

/** What the commands that speak to the directory need. */
export interface DirectoryParts {
  readonly config: PerimeterConfig;
  readonly runtime: Runtime;
  readonly writers: AccessWriters;
  /** Domain time: ends. */
  readonly clock: Clock;
  /** Real time: how long a request may still be on its way. */
  readonly transportClock: Clock;
  readonly inFlight: InFlight;
  readonly log: Log;
}

/** The order of a case as it stands now, with the requester's words from beside the ledger. */
export function currentOrder(runtime: Runtime, context: CommandContext): Order | undefined {
  const view = context.view();
  const { opening } = contextOf(view);
  if (opening.kind !== 'open' && opening.kind !== 'adopted') return undefined;
  return orderOf(view, runtime.text(view.caseId, opening.registration.justification) ?? '');
}
