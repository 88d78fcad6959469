import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificates {
  /** The authority to trust: `NODE_EXTRA_CA_CERTS` of a child process. */
  readonly caFile: string;
  /** Server certificate for localhost and the loopback addresses, signed by that authority. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const DAYS = 24 * 60 * 60_000;

/** Makes a certificate authority that lives as long as this playground, and one server certificate, also for `hostNames`. Its own key is not kept. */
export async function makeCertificates(folder: string, now: number, hostNames: readonly string[] = []): Promise<Certificates> {
  const validity = { notBeforeDate: new Date(now - DAYS), notAfterDate: new Date(now + 30 * DAYS) };
  const curve = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
  // A name of its own: a process that trusts two authorities of one name finds only one of them.
  const commonName = `Hallpass playground authority ${randomBytes(4).toString('hex')}`;
  const authority = await generate([{ name: 'commonName', value: commonName }], {
    ...validity,
    ...curve,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...validity,
    ...curve,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          ...hostNames.map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    chmodSync(path, 0o600);
    return path;
  };
  return {
    caFile: file('ca.pem', authority.cert),
    certFile: file('server.pem', server.cert),
    keyFile: file('server.key', server.private),
    ca: authority.cert,
    cert: server.cert,
    key: server.private,
  };
}
