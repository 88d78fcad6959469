import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { sources } from '../tools/arrows.ts';
import { imageTree } from './support/image-tree.ts';

const trees: { remove(): void }[] = [];
afterAll(() => trees.forEach((tree) => tree.remove()));

function treeOf(dockerfile: string) {
  const tree = imageTree(dockerfile);
  trees.push(tree);
  return tree.folder;
}

function node(folder: string, ...args: readonly string[]) {
  const flags = ['--preserve-symlinks', '--preserve-symlinks-main', '--no-warnings'];
  const run = spawnSync(process.execPath, [...flags, ...args], { cwd: folder, encoding: 'utf8', env: { PATH: '/nowhere' } });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

const loading = (files: readonly string[]) => files.map((file) => `await import('./${file}');`).join('\n');

describe('what the images hold', () => {
  it('is enough to start the perimeter, with production dependencies alone', () => {
    const folder = treeOf('deploy/perimeter.Dockerfile');
    expect(existsSync(join(folder, 'node_modules/jest'))).toBe(false);
    const help = node(folder, 'src/main.ts', 'perimeter', '--help');
    expect([help.status, help.err]).toEqual([0, '']);
    expect(help.out).toContain('--config <file>');
    const own = sources('src/perimeter').filter((file) => !file.startsWith('src/perimeter/functions/'));
    const loaded = node(folder, '--input-type=module', '-e', loading(['src/cli/run-perimeter.ts', ...own]));
    expect([loaded.status, loaded.err]).toEqual([0, '']);
  });

  it('is enough for every command that the perimeter brings along, and holds no chat', () => {
    const folder = treeOf('deploy/perimeter.Dockerfile');
    for (const room of ['slack', 'teams', 'chat', 'bot', 'playground', 'posture'])
      expect(existsSync(join(folder, 'src', room))).toBe(false);
    const missing = node(folder, 'src/main.ts', 'perimeter', '--config', '/nowhere/perimeter.yaml');
    expect([missing.status, missing.err]).toEqual([2, expect.stringContaining('config.unreadable')]);
    const doctor = node(folder, 'src/main.ts', 'doctor', '--perimeter', '/nowhere/perimeter.yaml');
    expect([doctor.status, doctor.err]).toEqual([2, expect.stringContaining('config.unreadable')]);
  });

  it('is enough for Azure Functions to load', () => {
    const folder = treeOf('deploy/functions.Dockerfile');
    const loaded = node(
      folder,
      '--input-type=module',
      '-e',
      loading(['src/perimeter/functions/register.ts', 'src/cli/open-perimeter.ts']),
    );
    expect([loaded.status, loaded.err]).toEqual([0, '']);
    expect(existsSync(join(folder, 'host.json'))).toBe(true);
  });

  it('would not be enough with a development dependency: the trial notices one', () => {
    expect(
      node(treeOf('deploy/perimeter.Dockerfile'), '--input-type=module', '-e', "await import('fast-check')").status,
    ).not.toBe(0);
  });
});
