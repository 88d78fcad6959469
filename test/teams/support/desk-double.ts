import type { Desk } from '../../../src/chat/desk.ts';

const unexpected = (): never => {
  throw new Error('the desk was not to be asked');
};

/** A desk that fails loudly for whatever a test did not expect. */
export function deskOf(desk: Partial<Desk>): Desk {
  return {
    options: unexpected,
    submit: unexpected,
    decide: unexpected,
    withdraw: unexpected,
    release: unexpected,
    home: unexpected,
    stranger: unexpected,
    linked: unexpected,
    unlink: unexpected,
    doctor: unexpected,
    acknowledge: unexpected,
    snooze: unexpected,
    details: unexpected,
    ...desk,
  };
}
