import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';

/**
 * Registrable domains of their own, so that SameSite, framing and openers are judged as they are between real services. `.test` is no public
 * suffix: what stands before it is the site.
 */
export const SITES = {
  slack: 'https://slack.chat.test',
  /** Where people sign in to Slack. */
  slackLogin: 'https://signin.chat.test',
  teams: 'https://teams.cards.test',
  login: 'https://login.entra.test',
  approve: 'https://approve.hallpass.test',
  /** The bot's pages: another origin of the same site. */
  console: 'https://bot.hallpass.test',
  foreign: 'https://www.elsewhere.test',
} as const;
export type Site = keyof typeof SITES;

export const hostOf = (site: Site): string => new URL(SITES[site]).hostname;
export const HOST_NAMES: readonly string[] = Object.values(SITES).map((origin) => new URL(origin).hostname);

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium with the sites at these ports of this machine, and with trust in the one key of this certificate beyond its own. */
export function launchChromium(ports: Readonly<Partial<Record<Site, number>>>, certFile: string): Promise<Browser> {
  const rules = Object.entries(ports).map(([site, port]) => `MAP ${new URL(SITES[site as Site]).host}:443 127.0.0.1:${port}`);
  const spki = new X509Certificate(readFileSync(certFile)).publicKey.export({ type: 'spki', format: 'der' });
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      ...FLAGS,
      `--host-resolver-rules=${rules.join(', ')}`,
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(spki).digest('base64')}`,
    ],
  });
}

/** What stands in a window of somebody else: Slack, Teams, or a page that means no good. */
export interface ForeignPages {
  readonly port: number;
  /** Puts a page there. */
  show(site: 'slack' | 'teams' | 'foreign', path: string, body: string): string;
  close(): Promise<void>;
}

export async function startForeignPages(tls: { readonly certFile: string; readonly keyFile: string }): Promise<ForeignPages> {
  const pages = new Map<string, string>();
  const options = { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
  const server = createServer(options, (request, response) => {
    const body = pages.get(`https://${request.headers.host ?? ''}${request.url ?? ''}`);
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      `<!doctype html><html lang="en"><title>A page of somebody else</title><link rel="icon" href="data:,">${body ?? ''}</html>`,
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    show(site, path, body) {
      const url = `${SITES[site]}${path}`;
      pages.set(url, body);
      return url;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As Slack's and Teams' web clients write the link of a button: a window of its own, without a way back to theirs. */
export const newWindowLink = (url: string, text = 'Review and sign'): string =>
  `<a target="_blank" rel="noopener noreferrer" href="${url}">${text}</a>`;

/** As a chat shows a bare address, or a mail does. */
export const sameWindowLink = (url: string, text = 'Review and sign'): string => `<a href="${url}">${text}</a>`;

/** Teams shows apps and cards in frames that may do little; windows that they open are free of that. */
export const sandboxed = (url: string): string =>
  `<iframe title="Card" sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" src="${url}"></iframe>`;
