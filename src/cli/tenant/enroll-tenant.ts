import { stringify } from 'yaml';
import { AppError } from '../../access/core/app-error.ts';
import { instantOf, transportClock } from '../../access/core/clock.ts';
import { sameTenant } from '../../access/core/person.ts';
import type { BotTenant } from '../../config/bot-tenants.ts';
import { readHallpassConfig } from '../../config/read-hallpass-config.ts';
import { grantedWords, judged } from './granted-words.ts';
import { refuseUnlessAccepted, refuseUnlessOurs } from './consent-answer.ts';
import { listenForAnswer } from './consent-listener.ts';
import { consentRequest, refuseUnlessOneTenant } from './consent-request.ts';
import { pendingConsent, rememberConsent, useUpConsent } from './pending-file.ts';
import { proveTenant, tenantIdOf } from './prove-tenant.ts';
import { type TenantEntry, withTenant } from './tenants-in-yaml.ts';
import { textOf, writeConfig } from './write-config.ts';

export interface EnrollOptions {
  readonly config: string;
  /** Id or domain. */
  readonly tenant: string;
  readonly name: string;
  /** Whose cloud, application and credential it gets, where the file has several tenants. */
  readonly like?: string;
  readonly redirectUri: string;
  /** The address at which the browser ended, of an earlier run. */
  readonly answer?: string;
  readonly listen: boolean;
  /** The perimeter that gives there; needed for `write`. */
  readonly perimeterUrl?: string;
  readonly perimeterAudience?: string;
  readonly approveUrl?: string;
  readonly write: boolean;
  /** How the one tenant of the file is called from now on, where it had no name. */
  readonly homeName: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** Between two tries to prove the tenant, in milliseconds. */
  readonly waitMs?: number;
}

/** `begun`: the address was said, and the answer is waited for elsewhere. `lacking`: it works, and permissions are missing. */
export type Enrolled = 'begun' | 'whole' | 'lacking';

/**
 * Brings one more tenant in: asks for an administrator's consent, takes the answer for nothing but a sign that it is time to look, and proves by a
 * token of that tenant that our application is known there, and with what.
 * @throws {AppError} `usage.*`, `config.*`, `consent.*`, `identity.*`
 */
export async function enrollTenant(options: EnrollOptions): Promise<Enrolled> {
  const { config: file, say } = options;
  const config = readHallpassConfig(file);
  const model = modelIn(config.tenants, options.like);
  refuseUnlessOneTenant(options.tenant);
  const tenantId = await tenantIdOf(options.tenant, model);
  if (config.tenants.some((one) => sameTenant(one.tenantId, tenantId) || one.name === options.name))
    throw new AppError('usage.tenant', `${options.name} (${tenantId}) is in the file already`, {
      hint: 'See: hallpass tenant list.',
    });
  const answer = options.answer ?? (await askedNow(options, model));
  if (answer === undefined) return 'begun';
  accept(options, answer, model);
  const entry = entryOf(options, model, tenantId);
  const granted = await proveTenant(entry, options.waitMs);
  say(`Proven: application ${entry.clientId} has a token of tenant ${tenantId}.`);
  const judgement = judged(granted);
  for (const line of grantedWords(judgement)) say(line);
  const text = withTenant(textOf(file), entry, options.homeName);
  if (options.write) {
    writeConfig(file, text);
    say(`${file}: tenant ${options.name} was added. Add entitlements that name it, and start the bot again.`);
  } else {
    say('Add this under "tenants:" in the file (or run again with --write), then entitlements that name it:');
    for (const line of yamlOf(entry)) say(line);
  }
  return judgement.lacking.length === 0 ? 'whole' : 'lacking';
}

function modelIn(tenants: readonly BotTenant[], like: string | undefined): BotTenant {
  const found = like === undefined ? tenants[0] : tenants.find(({ name }) => name === like);
  if (!found) throw new AppError('usage.tenant', `the file has no tenant ${like ?? ''}`);
  if ('managedIdentity' in found.credential)
    throw new AppError('usage.credential', 'a managed identity has tokens of the tenant where it lives, and of no other', {
      hint: 'Let the bot work as an app registration that trusts the managed identity: credential: { federated: { managedIdentity: { clientId } } }.',
    });
  return found;
}

async function askedNow(options: EnrollOptions, model: BotTenant): Promise<string | undefined> {
  const { config: file, redirectUri, say } = options;
  const { url, pending } = consentRequest(model, options.tenant, redirectUri, instantOf(transportClock.now()));
  rememberConsent(file, pending);
  say(`The app registration ${model.clientId} has to be multitenant, with ${redirectUri} among its redirect addresses (web).`);
  say(`Let a Global Administrator or Privileged Role Administrator of ${options.tenant} open this and accept:`);
  say('');
  say(url);
  say('');
  const again = 'run this again with --answer and the whole address at which the browser ended (it need not load).';
  if (!options.listen) {
    say(`Then ${again}`);
    return undefined;
  }
  say(`Waiting for the browser to come back to ${redirectUri}. If it does so on another machine, stop here and ${again}`);
  const isOurs = (answer: string) => {
    try {
      refuseUnlessOurs(answer, pending, transportClock.now());
      return true;
    } catch {
      return false;
    }
  };
  return listenForAnswer(redirectUri, isOurs, options.signal);
}

/** The answer counts once, and only for the tenant and the application that were asked about. */
function accept({ config: file, tenant }: EnrollOptions, answer: string, model: BotTenant): void {
  const pending = pendingConsent(file);
  refuseUnlessOurs(answer, pending, transportClock.now());
  if (pending.asked.toLowerCase() !== tenant.toLowerCase() || pending.clientId.toLowerCase() !== model.clientId.toLowerCase())
    throw new AppError('consent.not-ours', `the consent was asked for tenant ${pending.asked}`, {
      hint: 'Name the same tenant again.',
    });
  useUpConsent(file);
  refuseUnlessAccepted(answer);
}

function entryOf(options: EnrollOptions, { cloud, clientId, credential }: BotTenant, tenantId: string): TenantEntry {
  const { name, perimeterUrl, perimeterAudience, approveUrl, write } = options;
  if (write && (perimeterUrl === undefined || perimeterAudience === undefined))
    throw new AppError('usage.perimeter', 'the perimeter of the new tenant is not named', {
      hint: 'Add --perimeter-url and --perimeter-audience: each tenant has a perimeter of its own.',
    });
  const perimeter = {
    url: perimeterUrl ?? 'https://perimeter.of-this-tenant.example',
    audience: perimeterAudience ?? 'api://perimeter-of-this-tenant',
    ...(approveUrl === undefined ? {} : { approveUrl }),
  };
  return { name, tenantId, cloud, clientId, credential, perimeter };
}

function yamlOf(entry: TenantEntry): readonly string[] {
  return [
    '',
    ...stringify([entry])
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '',
  ];
}
