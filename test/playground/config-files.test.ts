import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hallpassConfigSchema } from '../../src/config/hallpass-config.ts';
import { hallpassRules } from '../../src/config/hallpass-rules.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { loadPerimeterConfig } from '../../src/perimeter/load-perimeter-config.ts';
import { writeConfigFiles } from '../../src/playground/config-files.ts';

const secrets = {
  botClientSecret: 'bot-client-secret-1',
  perimeterClientSecret: 'perimeter-client-secret-1',
  teamsClientSecret: 'teams-client-secret-1',
  slackBotToken: 'xoxb-1-secret',
  slackSigningSecret: 'signing-secret-1',
  slackAppToken: 'xapp-1-secret',
  slackClientSecret: 'the-client-secret',
};

function written(mode: 'http' | 'socket') {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-config-'));
  const files = writeConfigFiles({
    folder,
    microsoft: { loginUrl: 'https://localhost:1', graphUrl: 'https://localhost:2', armUrl: 'https://localhost:3' },
    tls: { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') },
    botPort: 4,
    perimeterPort: 5,
    opsPorts: { bot: 9, perimeter: 10 },
    approve: { url: 'http://localhost:4446', port: 4446 },
    perimeterUrl: 'https://localhost:5',
    consoleUrl: 'http://localhost:4',
    alarmUrl: 'https://localhost:6/alarm',
    offsetFile: join(folder, 'clock.json'),
    slack: { mode, apiUrl: 'http://127.0.0.1:7/api/', issuer: 'http://127.0.0.1:7' },
    teams: {
      serviceUrl: 'http://127.0.0.1:8/teams/',
      openIdMetadata: 'http://127.0.0.1:8/v1/.well-known/openidconfiguration',
      login: 'https://localhost:1',
    },
    secrets,
  });
  return { folder, files };
}

describe('the configuration that the playground writes', () => {
  it.each(['http', 'socket'] as const)('is one that the real programs accept, with Slack in mode %s', (mode) => {
    const { files } = written(mode);
    const bot = readConfig(files.hallpass, hallpassConfigSchema, hallpassRules);
    const perimeter = loadPerimeterConfig(files.perimeter);
    expect(bot.slack?.mode).toBe(mode);
    expect(perimeter.entitlements.map(({ id }) => id)).toEqual(bot.entitlements.map(({ id }) => id));
  });

  it('names where secrets lie, and says none of them', () => {
    const { files } = written('http');
    const text = readFileSync(files.hallpass, 'utf8') + readFileSync(files.perimeter, 'utf8');
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
  });

  it('lets nobody else on this machine read them', () => {
    const { folder, files } = written('http');
    const own = readdirSync(join(folder, 'secrets')).map((name) => join(folder, 'secrets', name));
    expect(own.length).toBeGreaterThan(3);
    for (const file of [...own, files.hallpass, files.perimeter]) expect(statSync(file).mode & 0o077).toBe(0);
  });
});
