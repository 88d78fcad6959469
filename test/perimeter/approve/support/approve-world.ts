import type { Person } from '../../../../src/access/core/person.ts';
import { nodeFiles } from '../../../../src/durable/stores/lowdb/node-files.ts';
import { createRequestNames } from '../../../../src/entra/request-names.ts';
import { signingKeysAt } from '../../../../src/identity/id-token-signature.ts';
import { createLog } from '../../../../src/observe/log.ts';
import type { EvidenceStore } from '../../../../src/perimeter/evidence/evidence-store.ts';
import { createFolderEvidence } from '../../../../src/perimeter/evidence/folder-evidence.ts';
import type { ApproveSetting } from '../../../../src/perimeter/perimeter-config.ts';
import { freePort } from '../../../../src/playground/free-port.ts';
import { type Browser, createBrowser, type Page } from '../../../support/browserless.ts';
import { localIdentity } from '../../../support/https-server.ts';
import { ABEL, APPROVERS, type ConfigWishes, TENANT_ID } from '../../support/perimeter-config.ts';
import { startWorld, type World } from '../../support/world.ts';
import { APPROVE_CLIENT_ID, ASSERTION, type LocalIdp, startLocalIdp } from './local-idp.ts';

/** The perimeter with its page, over a local directory, and a sign-in service whose tokens a test decides. */
export interface ApproveWorld extends World {
  readonly idp: LocalIdp;
  readonly origin: string;
  readonly evidence: () => EvidenceStore;
  /** A browser of its own, as whose owner the sign-in service knows this person from now on. */
  browserOf(person: Person): Browser;
  /** Opens the request in it and signs in. */
  look(browser: Browser, requestId: string): Promise<Page>;
}

export interface ApproveWishes extends ConfigWishes {
  readonly stepUp?: ApproveSetting['stepUp'];
  readonly limits?: Partial<ApproveSetting['limits']>;
  readonly behindProxy?: boolean;
  /** Seals the page's cookies, so that they outlive a restart. */
  readonly cookieKey?: Uint8Array;
}

export async function startApproveWorld(wishes: ApproveWishes = {}): Promise<ApproveWorld> {
  const { cert } = await localIdentity();
  const idp = await startLocalIdp(TENANT_ID, ABEL);
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const approve: ApproveSetting = {
    listen: { host: '127.0.0.1', port, behindProxy: wishes.behindProxy ?? false },
    publicUrl: origin,
    clientId: APPROVE_CLIENT_ID,
    managedIdentity: { clientId: APPROVE_CLIENT_ID },
    stepUp: wishes.stepUp ?? { authenticationContext: 'c1' },
    limits: { addressPerMinute: 100_000, personPerMinute: 100_000, atOnce: 32, ...wishes.limits },
  };
  let kept: EvidenceStore | undefined;
  const world = await startWorld(
    {
      ...wishes,
      more: { assurance: 'signed', approvers: { groups: [APPROVERS], people: [] }, ...wishes.more },
      file: { approve, ...wishes.file },
    },
    (parts, graph) => {
      const { tenant, store } = parts.config;
      const cloud = typeof tenant.cloud === 'string' ? tenant.cloud : { ...tenant.cloud, login: idp.url };
      kept ??= createFolderEvidence(nodeFiles, 'folder' in store ? store.folder : '');
      return {
        ...parts,
        config: { ...parts.config, tenant: { ...tenant, cloud } },
        approve: {
          assertion: () => Promise.resolve(ASSERTION),
          keys: signingKeysAt(idp.keysUrl),
          names: createRequestNames(graph, () => Promise.reject(new Error('no Azure here')), createLog('perimeter', 'silent')),
          evidence: kept,
          ...(wishes.cookieKey === undefined ? {} : { cookieKey: wishes.cookieKey }),
        },
      };
    },
  );
  return {
    ...world,
    idp,
    origin,
    evidence: () => kept ?? fail(),
    browserOf(person) {
      idp.signedIn = person;
      return createBrowser({ ca: cert });
    },
    async look(browser, requestId) {
      const first = await browser.open(`${origin}/approve/${requestId}`);
      return first.click('Sign in');
    },
    async close() {
      await world.close();
      await idp.close();
    },
  };
}

function fail(): never {
  throw new Error('the perimeter was never started');
}
