import { randomBytes } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { z } from 'zod';
import type { Clock } from '../access/core/clock.ts';

/** A cookie that only we can read and make: a JWE under a key that lives as long as the process. */
export interface SealedCookie<T> {
  /** The `Set-Cookie` line. */
  seal(value: T): Promise<string>;
  /** The value; undefined when there is none, it is too old, changed, or sealed by another process. */
  open(cookieHeader: string | undefined): Promise<T | undefined>;
  /** The `Set-Cookie` line that takes it away. */
  readonly gone: string;
}

/** Bound to this very host, whole site, never readable by a script, not sent along when another site posts or embeds. */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

export function newCookieKey(): Uint8Array {
  return randomBytes(32);
}

/** `name` without its prefix `__Host-`. Each cookie is good for its own name only. */
export function sealedCookie<T extends Record<string, unknown>>(
  name: string,
  seconds: number,
  schema: z.ZodType<T>,
  key: Uint8Array,
  transportClock: Clock,
): SealedCookie<T> {
  const full = `__Host-${name}`;
  return {
    gone: `${full}=; Max-Age=0; ${ATTRIBUTES}`,
    async seal(value) {
      const now = Math.floor(transportClock.now() / 1000);
      const jwe = await new EncryptJWT({ value })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setAudience(full)
        .setExpirationTime(now + seconds)
        .encrypt(key);
      return `${full}=${jwe}; Max-Age=${seconds}; ${ATTRIBUTES}`;
    },
    async open(cookieHeader = '') {
      const jwe = cookieHeader
        .split('; ')
        .find((each) => each.startsWith(`${full}=`))
        ?.slice(full.length + 1);
      if (jwe === undefined || jwe === '') return undefined;
      try {
        const { payload } = await jwtDecrypt(jwe, key, {
          audience: full,
          requiredClaims: ['exp'],
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          currentDate: new Date(transportClock.now()),
        });
        return schema.safeParse(payload['value']).data;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
