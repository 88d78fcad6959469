import type { Clock } from '../access/core/clock.ts';
import type { DirectoryOf } from '../access/directory.ts';
import type { EntitlementSetting, HallpassConfig } from '../config/hallpass-config.ts';
import type { Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import type { DoctorReport } from './doctor-report.ts';
import type { Names } from './names.ts';
import type { ApproveUrlOf } from './request-facts.ts';
import type { ChatLinks } from './link-account.ts';
import type { OpenRequests } from './open-requests.ts';
import type { People } from './people.ts';
import type { PostedMessage } from './surface.ts';
import type { DetailsView } from './views.ts';

export interface DeskDeps {
  readonly runtime: Runtime;
  readonly directoryOf: DirectoryOf;
  readonly names: Names;
  readonly openRequests: OpenRequests;
  readonly people: People;
  readonly links: ChatLinks;
  readonly settings: ReadonlyMap<string, EntitlementSetting>;
  readonly approveUrlOf: ApproveUrlOf;
  readonly config: Pick<HallpassConfig, 'requests' | 'security' | 'slack' | 'teams' | 'roles'>;
  /** The domain clock. */
  readonly clock: Clock;
  readonly log: Log;
  readonly cards: {
    /** Keeps this message as a card of the case and brings it up to date; returns at once. */
    adopt(caseId: string, message: PostedMessage): void;
    /** Renders the case's cards again soon. */
    refreshSoon(caseId: string): void;
  };
  /** Looks at everything that Hallpass needs around it. */
  readonly examine: () => Promise<DoctorReport>;
  readonly findings: {
    /** Everything about one finding, for the security channel. */
    details(caseId: string): Promise<DetailsView | undefined>;
  };
}
