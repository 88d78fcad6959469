import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/** Adds a certificate authority to those that this process trusts. */
export function trust(caFile: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(caFile, 'utf8')]);
}
