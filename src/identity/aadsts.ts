/** What one of Entra's numbers means for us, and what to do about it. */
export interface Meaning {
  /** One sentence, for operators. */
  readonly says: string;
  /** The next step, in one sentence. */
  readonly next: string;
  /** It passes by itself. */
  readonly passes?: true;
}

export const MEANINGS: Readonly<Record<number, Meaning>> = {
  70021: {
    says: 'No federated credential of the app registration fits the managed identity’s token.',
    next: 'A new one takes some minutes to be known everywhere; if it stays, compare issuer, subject and audience letter by letter.',
    passes: true,
  },
};
