import type { Clock } from '../access/core/clock.ts';
import type { Directory } from '../access/directory.ts';
import type { EntitlementSetting, HallpassConfig } from '../config/hallpass-config.ts';
import type { Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import type { Names } from './names.ts';
import type { OpenRequests } from './open-requests.ts';
import type { People } from './people.ts';
import type { PostedMessage } from './surface.ts';
import type { DetailsView } from './views.ts';

export interface DeskDeps {
  readonly runtime: Runtime;
  readonly directory: Directory;
  readonly names: Names;
  readonly openRequests: OpenRequests;
  readonly people: People;
  readonly settings: ReadonlyMap<string, EntitlementSetting>;
  /** Origin of the perimeter's page, where people sign. */
  readonly approveUrl: string | undefined;
  readonly config: Pick<HallpassConfig, 'requests' | 'security' | 'slack' | 'teams'>;
  /** The domain clock. */
  readonly clock: Clock;
  readonly log: Log;
  readonly cards: {
    /** Keeps this message as a card of the case and brings it up to date; returns at once. */
    adopt(caseId: string, message: PostedMessage): void;
    /** Renders the case's cards again soon. */
    refreshSoon(caseId: string): void;
  };
  readonly findings: {
    /** Everything about one finding, for the security channel. */
    details(caseId: string): Promise<DetailsView | undefined>;
  };
}
