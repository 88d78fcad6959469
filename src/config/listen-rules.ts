import type { z } from 'zod';
import { isLoopback } from './domain-clock.ts';
import type { listenSchema } from './parts.ts';
import type { ConfigRule } from './read-config.ts';

export type ListenSetting = z.infer<typeof listenSchema>;

/** Both listeners of a process: neither speaks plain HTTP to a network, and the public one is never the one of operators. */
export const listenRules: ConfigRule<{ readonly listen: ListenSetting; readonly ops: ListenSetting }> = ({ listen, ops }) => [
  ...(['listen', 'ops'] as const).flatMap((key) => {
    const { host, tls, behindProxy } = key === 'listen' ? listen : ops;
    return isLoopback(host) || tls || behindProxy
      ? []
      : [
          {
            path: [key, 'host'],
            message: `is no loopback address: add ${key}.tls, or ${key}.behindProxy when a proxy in front ends TLS`,
          },
        ];
  }),
  ...(listen.port === ops.port && ops.port !== 0
    ? [{ path: ['ops', 'port'], message: 'is the port of listen: /readyz and /metrics need one of their own' }]
    : []),
];
