import type { Clock } from '../../access/core/clock.ts';
import { personKey } from '../../access/core/person.ts';
import type { Runtime } from '../../durable/port.ts';
import { issuersOf, signingKeysUrl } from '../../identity/cloud.ts';
import type { ClientAssertion } from '../../identity/client-assertion.ts';
import { byAssertion } from '../../identity/client-proof.ts';
import { createIdTokenVerifier } from '../../identity/id-token.ts';
import type { SigningKeys } from '../../identity/id-token-signature.ts';
import { createOidcClient } from '../../identity/oidc-client.ts';
import type { Log } from '../../observe/log.ts';
import { networkBehind } from '../../web/caller-address.ts';
import { createPageLimits } from '../../web/page-limits.ts';
import type { Routes } from '../assemble.ts';
import type { EvidenceStore } from '../evidence/evidence-store.ts';
import type { FreezeDesk } from '../freeze/freeze-desk.ts';
import { guardrailsDigest } from '../guardrails.ts';
import type { Judge } from '../guardrails/judge.ts';
import type { Gate } from '../ledger/gate.ts';
import type { ApproveSetting, PerimeterConfig } from '../perimeter-config.ts';
import type { RefusalBook } from '../refusals.ts';
import type { Registrar } from '../registrar.ts';
import { audiencesOf } from '../rules/named-people.ts';
import { createRecordSignedAct } from '../signed-acts.ts';
import { createApproveApp } from './approve-app.ts';
import { findFreezeSubject } from './freeze-subject.ts';
import { findGrantSubject } from './grant-subject.ts';
import type { Names } from './names.ts';
import type { FindSubject } from './subject.ts';
import { createVisits } from './visits.ts';

/** What the page needs of the outside. */
export interface ApproveAdapters {
  readonly assertion: ClientAssertion;
  /** Of the tenant. */
  readonly keys: SigningKeys;
  readonly names: Names;
  readonly evidence: EvidenceStore;
  /** 32 bytes; see `approve.cookieKey`. */
  readonly cookieKey?: Uint8Array;
}

export interface ApprovePageParts {
  readonly config: PerimeterConfig;
  readonly setting: ApproveSetting;
  readonly adapters: ApproveAdapters;
  readonly runtime: Runtime;
  readonly registrar: Registrar;
  readonly judge: Judge;
  readonly notGiving: Gate['reasons'];
  readonly freezes: FreezeDesk;
  readonly refusals: RefusalBook;
  readonly clock: Clock;
  readonly transportClock: Clock;
  readonly log: Log;
}

/** The approve page as perimeter.yaml describes it. */
export function createApprovePage(parts: ApprovePageParts): Routes {
  const { config, setting, adapters, transportClock, log } = parts;
  const { cloud } = config.tenant;
  const tenantId = config.tenant.tenantId.toLowerCase();
  const clientId = setting.clientId.toLowerCase();
  const issuer = issuersOf(cloud, tenantId).v2;
  const { origin } = new URL(setting.publicUrl);
  const named = namedPeople(config);
  const digest = guardrailsDigest(config);
  const record = createRecordSignedAct({ ...parts, evidence: adapters.evidence, guardrailsDigest: digest });
  const { names, evidence } = adapters;
  const finders = [
    // First: its id is no grant's.
    findFreezeSubject({ ...parts, names, evidence, guardrailsDigest: digest }),
    findGrantSubject({ ...parts, names, record }),
  ];
  const app = createApproveApp({
    origin,
    tenantId,
    guardrailsDigest: digest,
    stepUp: setting.stepUp,
    find: firstOf(finders),
    client: createOidcClient({
      issuer,
      clientId,
      redirectUri: `${origin}/approve/callback`,
      proof: byAssertion(adapters.assertion),
    }),
    verify: createIdTokenVerifier(
      { issuer, clientId, tenantId, isNamedGuest: (person) => named.has(personKey(person)) },
      adapters.keys,
      transportClock,
    ),
    tokenSource: { issuer, keysUrl: signingKeysUrl(cloud, tenantId) },
    visits: createVisits(transportClock, adapters.cookieKey),
    limits: createPageLimits(setting.limits),
    addressOf: (c) => networkBehind(c, setting.listen.behindProxy),
    transportClock,
    refusals: parts.refusals,
    log,
  });
  return app.fetch;
}

function firstOf(finders: readonly FindSubject[]): FindSubject {
  return async (id) => {
    for (const find of finders) {
      const subject = await find(id);
      if (subject !== undefined) return subject;
    }
    return undefined;
  };
}

/** Everybody whom the file names in person: only they may be guests. What each of them may do is judged by the guardrails. */
function namedPeople(config: PerimeterConfig): ReadonlySet<string> {
  return new Set(audiencesOf(config).flatMap(({ audience }) => audience.people.map(personKey)));
}
