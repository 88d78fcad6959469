import { ATTACK_CLASSES, type Attack } from './attack.ts';
import { chatWords } from './rows/chat-words.ts';
import { receivers } from './rows/receivers.ts';

const all: readonly Attack[] = [...receivers, ...chatWords];

/** In the order of the classes. */
export const attacksByClass: readonly Attack[] = ATTACK_CLASSES.flatMap((one) => all.filter((attack) => attack.class === one));
