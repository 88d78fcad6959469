import type { Clock } from '../../access/core/clock.ts';
import type { CredentialsReader } from '../../entra/credentials-reader.ts';
import type { Log } from '../../observe/log.ts';
import { expiringCredentials } from '../checks/expiring-credential.ts';
import { blindOf } from '../could-not-check.ts';
import type { CredentialDetail } from '../finding-detail.ts';
import type { Blind, LookContext, Sighting, Watch } from '../sighting.ts';

export interface CredentialsWatchOptions {
  readonly reader: CredentialsReader;
  /** The domain clock: ends are instants of the domain. */
  readonly clock: Clock;
  readonly ladderDays: readonly number[];
  readonly log: Log;
}

/**
 * Secrets and certificates that end soon, of applications and of service principals. Read page by page and forgotten at once: only
 * what is a finding stays in memory. Owners are asked for findings only, and again when a finding gets worse.
 */
export function createCredentialsWatch({ reader, clock, ladderDays, log }: CredentialsWatchOptions): Watch {
  return {
    checkId: 'expiring-credential',
    async look(context) {
      const found: Sighting<CredentialDetail>[] = [];
      let blind: Blind | undefined;
      for (const kind of ['application', 'servicePrincipal'] as const) {
        try {
          for await (const holder of reader.holders(kind, context.signal)) {
            const sightings = expiringCredentials(holder, clock.now(), ladderDays);
            found.push(...sightings.filter(({ raise, subjectId }) => raise || context.previous(subjectId) !== undefined));
          }
        } catch (error) {
          const what = kind === 'application' ? 'applications' : 'service principals';
          blind ??= blindOf(error, `Secrets and certificates of ${what} could not be read to the end`);
        }
      }
      const sightings: Sighting[] = [];
      for (const sighting of found) sightings.push(await owned(sighting, reader, context, log));
      return { sightings, ...(blind === undefined ? {} : { blind }) };
    },
  };
}

async function owned(
  sighting: Sighting<CredentialDetail>,
  reader: CredentialsReader,
  context: LookContext,
  log: Log,
): Promise<Sighting> {
  const before = context.previous(sighting.subjectId);
  const known = before?.detail?.check === 'expiring-credential' ? before.detail.owners : null;
  if (known !== null && before?.rung === sighting.rung) return withOwners(sighting, known);
  const { kind, objectId } = sighting.detail.holder;
  try {
    return withOwners(sighting, (await reader.owners(kind, objectId, context.signal)).toSorted());
  } catch (error) {
    log.warn({ err: error }, 'posture: the owners of a credential could not be read');
    return withOwners(sighting, known);
  }
}

function withOwners(sighting: Sighting<CredentialDetail>, owners: readonly string[] | null): Sighting {
  return { ...sighting, detail: { ...sighting.detail, owners: owners === null ? null : [...owners] } };
}
