import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeConfigFiles, type ConfigFiles } from '../../src/playground/config-files.ts';

/** Both configuration files, valid and with nobody behind their addresses. */
export function twoConfigs(opsPort = 0): ConfigFiles {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-cli-'));
  writeFileSync(join(folder, 'none.pem'), '');
  return writeConfigFiles({
    folder,
    microsoft: { loginUrl: 'https://localhost:1', graphUrl: 'https://localhost:1', armUrl: 'https://localhost:1' },
    tls: { certFile: join(folder, 'none.pem'), keyFile: join(folder, 'none.pem') },
    botPort: 0,
    perimeterPort: 0,
    opsPorts: { bot: opsPort, perimeter: opsPort },
    approve: { url: 'http://localhost:4446', port: 4446 },
    perimeterUrl: 'https://localhost:1',
    consoleUrl: 'http://localhost:4',
    alarmUrl: 'https://localhost:1/alarm',
    offsetFile: join(folder, 'clock.json'),
    slack: { mode: 'http', apiUrl: 'http://127.0.0.1:1/api/', issuer: 'http://127.0.0.1:1' },
    teams: { serviceUrl: 'http://127.0.0.1:1/', openIdMetadata: 'http://127.0.0.1:1/', login: 'https://localhost:1' },
    secrets: {
      botClientSecret: 'a',
      perimeterClientSecret: 'b',
      teamsClientSecret: 'c',
      slackBotToken: 'xoxb-d',
      slackSigningSecret: 'e',
      slackAppToken: 'xapp-f',
      slackClientSecret: 'g',
    },
  });
}
