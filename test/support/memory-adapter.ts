interface Payload {
  readonly uid?: string;
  readonly grantId?: string;
  readonly [name: string]: unknown;
}

/** Where oidc-provider keeps what it made. Its own, of the same kind, warns at every start that it is not for production. */
export function memoryAdapter(): (model: string) => object {
  const all = new Map<string, Payload>();
  return (model) => {
    const keyOf = (id: string) => `${model} ${id}`;
    const where = (matches: (payload: Payload) => boolean) => [...all].filter(([, payload]) => matches(payload));
    return {
      upsert: async (id: string, payload: Payload) => void all.set(keyOf(id), payload),
      find: async (id: string) => all.get(keyOf(id)),
      findByUid: async (uid: string) => where((payload) => payload.uid === uid).find(([key]) => key.startsWith(`${model} `))?.[1],
      findByUserCode: async () => undefined,
      consume: async (id: string) => void all.set(keyOf(id), { ...all.get(keyOf(id)), consumed: Math.floor(Date.now() / 1_000) }),
      destroy: async (id: string) => void all.delete(keyOf(id)),
      async revokeByGrantId(grantId: string) {
        for (const [key] of where((payload) => payload.grantId === grantId)) all.delete(key);
      },
    };
  };
}
