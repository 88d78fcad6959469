import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { AppError } from '../../../access/core/app-error.ts';
import type { Secret } from '../../../access/core/secret.ts';
import type { PostgresSetting } from '../../../config/parts.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl: ConnectionOptions | false;
}

const DEFAULT_PORT = 5432;
const LOOPBACK = /^(localhost|127\.0\.0\.1|::1)$/;
/** What others ask for in the address is less than what is done anyway, so it may stand there. */
const WEAKER_THAN_OURS = new Set(['require', 'verify-ca', 'verify-full']);

/**
 * Reads `postgresql://user:password@host:5432/database`. The driver's own reader would let the address switch TLS off.
 * @throws {AppError} `store.address`, `store.insecure`; neither says what the address is, since it holds a password
 */
export function addressOf(connection: Secret, ssl: PostgresSetting['ssl']): Address {
  const url = parsed(connection.reveal());
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  if (!user || !database || host === '') throw unreadable('it needs a user, a host and a database');
  for (const [name, value] of url.searchParams)
    if (name !== 'sslmode' || !WEAKER_THAN_OURS.has(value)) throw unreadable(`"${name}" is not for the address`);
  if (ssl === 'off-on-loopback' && !LOOPBACK.test(host))
    throw new AppError('store.insecure', 'the database is on another machine, and store.postgres.ssl says off-on-loopback', {
      hint: 'Leave store.postgres.ssl out, or name the authority of its certificate: { caFile: /path }.',
    });
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    user,
    password: password ?? '',
    database,
    ssl: ssl === 'off-on-loopback' ? false : { rejectUnauthorized: true, ...authority(ssl) },
  };
}

function parsed(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'postgresql:' && url?.protocol !== 'postgres:') throw unreadable('it does not begin with postgresql://');
  return url;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw unreadable('a percent sign in it is not followed by two digits');
  }
}

function authority(ssl: PostgresSetting['ssl']): { readonly ca?: string } {
  if (typeof ssl === 'string') return {};
  try {
    return { ca: readFileSync(ssl.caFile, 'utf8') };
  } catch (cause) {
    throw new AppError('store.address', `${ssl.caFile} cannot be read`, { cause, hint: 'Look at store.postgres.ssl.caFile.' });
  }
}

function unreadable(why: string): AppError {
  return new AppError('store.address', `the address behind store.postgres.connection cannot be used: ${why}`, {
    hint: 'It reads postgresql://user:password@host:5432/database, with special characters percent-encoded.',
  });
}
