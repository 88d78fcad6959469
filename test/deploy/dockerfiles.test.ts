import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../tools/arrows.ts';
import { copiesOf, instructionsOf, reachesBuild, stagesOf } from './support/dockerfile.ts';

const IMAGES = ['deploy/perimeter.Dockerfile', 'deploy/functions.Dockerfile'];
const KNOWN = ['ARG', 'FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'];

describe.each([...IMAGES, 'deploy/guardrails.Dockerfile'])('%s', (file) => {
  const instructions = instructionsOf(file);

  it('is understood line by line', () => {
    expect(instructions.map(({ name }) => name).filter((name) => !KNOWN.includes(name))).toEqual([]);
    expect(instructions.length).toBeGreaterThan(2);
  });

  it('takes no secret while it is built, and fetches nothing by address', () => {
    const settings = instructions.filter(({ name }) => name === 'ARG' || name === 'ENV').map(({ args }) => args);
    expect(settings.filter((args) => /secret|password|token|credential|_key\b/i.test(args))).toEqual([]);
    expect(instructions.filter(({ args }) => /https?:\/\/(?!127\.0\.0\.1|\+)/.test(args))).toEqual([]);
    expect(instructions.filter(({ args }) => /\b(curl|wget|git clone)\b/.test(args))).toEqual([]);
  });
});

describe.each(IMAGES)('%s', (file) => {
  const instructions = instructionsOf(file);
  const stages = stagesOf(instructions);
  const final = stages.at(-1) ?? [];
  const last = (name: string) => final.findLast((one) => one.name === name)?.args;

  it('runs as a user by number, who is not root, whom Kubernetes can check', () => {
    expect(last('USER')).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    expect(final.findLastIndex(({ name }) => name === 'USER')).toBeGreaterThan(final.findLastIndex(({ name }) => name === 'RUN'));
  });

  it('needs no shell: it starts, and is asked how it is, without one', () => {
    for (const name of ['ENTRYPOINT', 'CMD']) expect(JSON.parse(last(name) ?? '[]')).toEqual(expect.any(Array));
    const [, asked = 'null'] = /CMD (\[.*\])$/.exec(last('HEALTHCHECK') ?? '') ?? [];
    expect(JSON.parse(asked)).toEqual(['node', '-e', expect.stringContaining('fetch(')]);
    const [address] = /http:\/\/127\.0\.0\.1:\d+\/\w+/.exec(final.map(({ args }) => args).join('\n')) ?? [];
    expect(address).toMatch(/\/healthz$/);
    expect(final.filter(({ name }) => name === 'RUN')).toEqual([]);
  });

  it('has no development dependencies and runs no install scripts', () => {
    const installs = instructions.filter(({ name, args }) => name === 'RUN' && /\bnpm\b/.test(args)).map(({ args }) => args);
    expect(installs).toEqual([expect.stringMatching(/^npm ci .*--omit=dev .*--ignore-scripts/)]);
  });

  it('leaves what it runs to root, and gives the user folders for state alone', () => {
    const given = final.filter(({ name, args }) => name === 'COPY' && args.includes('--chown'));
    expect(given.length).toBeGreaterThan(0);
    expect(given.flatMap((one) => copiesOf([one])).filter(({ sources }) => sources.join() !== '/state')).toEqual([]);
  });

  it('copies files that exist and that .dockerignore lets through', () => {
    const copied = stages.flatMap(copiesOf).filter(({ from }) => from === undefined);
    const paths = copied.flatMap(({ sources }) => sources);
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)) || !reachesBuild(path))).toEqual([]);
  });

  it('names a base of one version, that can be pinned by digest', () => {
    const bases = instructions.filter(({ name, args }) => name === 'ARG' && args.includes('/node:') === args.includes('mcr.'));
    for (const { args } of bases) expect(args).toMatch(/^\w+=(node:\d+\.\d+\.\d+-[\w-]+|mcr\.microsoft\.com\/[\w/-]+:4-node24)$/);
    expect(stages.map(([from]) => from?.args)).toEqual([
      expect.stringMatching(/^\$\{\w+\} AS build$/),
      expect.stringMatching(/^\$\{\w+\}$/),
    ]);
  });
});

describe('.dockerignore', () => {
  it.each(['.git', 'node_modules', 'test', 'docs', 'src/playground/cast.ts', 'src/slack', 'perimeter.yaml', '.env'])(
    'keeps %s out of every image',
    (path) => {
      expect(reachesBuild(path)).toBe(false);
    },
  );
});
