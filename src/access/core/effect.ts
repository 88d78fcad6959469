/** A named effect: the flow only says that it happens. The runtime stores it as a command, and a handler carries it out. */
export const effect = (): void => undefined;
