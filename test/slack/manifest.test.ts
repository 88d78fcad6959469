import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SLACK_CALLBACK } from '../../src/console/linking.ts';

interface Manifest {
  readonly _metadata: { readonly major_version: number };
  readonly display_information: { readonly name: string; readonly description: string; readonly long_description: string };
  readonly features: {
    readonly bot_user: { readonly display_name: string };
    readonly slash_commands: readonly { readonly command: string; readonly url?: string; readonly description: string }[];
  };
  readonly oauth_config: {
    readonly redirect_urls?: readonly string[];
    readonly pkce_enabled?: boolean;
    readonly scopes: { readonly bot: readonly string[]; readonly user: readonly string[] };
  };
  readonly settings: { readonly socket_mode_enabled: boolean; readonly org_deploy_enabled: boolean };
}

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../../manifest', name), 'utf8')) as Manifest;
const overHttp = read('slack.json');
const overSocket = read('slack-socket.json');

describe('the Slack manifest', () => {
  it('asks for what is used and nothing more', () => {
    expect([...overHttp.oauth_config.scopes.bot].toSorted()).toEqual([
      'channels:read',
      'chat:write',
      'commands',
      'groups:read',
      'im:write',
      'users:read',
    ]);
  });

  it.each([overHttp, overSocket])(
    'never asks for e-mail addresses, nor to read messages, nor for a whole organisation',
    (manifest) => {
      expect(JSON.stringify(manifest)).not.toMatch(/email|history|lookupByEmail/i);
      expect(manifest.settings.org_deploy_enabled).toBe(false);
    },
  );

  it('lets people sign in with Slack by their id alone, back to the page that links accounts, as a confidential client', () => {
    for (const { oauth_config } of [overHttp, overSocket]) {
      expect(oauth_config.scopes.user).toEqual(['openid']);
      // Switching it on makes the app a public client for good.
      expect(oauth_config.pkce_enabled ?? false).toBe(false);
    }
    expect(overHttp.oauth_config.redirect_urls).toEqual([`https://hallpass.example.com${SLACK_CALLBACK}`]);
  });

  it('explains every scope', () => {
    const page = readFileSync(join(import.meta.dirname, '../../manifest/slack.md'), 'utf8');
    const { bot, user } = overHttp.oauth_config.scopes;
    for (const scope of [...bot, ...user]) expect(page).toContain(`\`${scope}\``);
  });

  it('is the same app over a socket, without an address', () => {
    expect(overSocket.settings.socket_mode_enabled).toBe(true);
    expect(JSON.stringify(overSocket)).not.toContain('https://');
    const bare = (manifest: Manifest) =>
      JSON.stringify(manifest, (key, value: unknown) =>
        ['url', 'request_url', 'message_menu_options_url', 'redirect_urls', 'socket_mode_enabled'].includes(key)
          ? undefined
          : value,
      );
    expect(bare(overSocket)).toBe(bare(overHttp));
  });

  /** Limits of https://docs.slack.dev/reference/app-manifest. */
  it('stays within Slack’s lengths', () => {
    const { display_information: shown, features } = overHttp;
    expect(shown.name.length).toBeLessThanOrEqual(35);
    expect(shown.description.length).toBeLessThanOrEqual(140);
    expect(shown.long_description.length).toBeGreaterThanOrEqual(175);
    expect(shown.long_description.length).toBeLessThanOrEqual(4_000);
    expect(features.bot_user.display_name.length).toBeLessThanOrEqual(80);
    for (const { command, description } of features.slash_commands) {
      expect(command.length).toBeLessThanOrEqual(32);
      expect(description.length).toBeLessThanOrEqual(2_000);
    }
  });
});
