import { connect, type Socket } from 'node:net';

/** Posts a form whose body never comes; resolves once the server has begun to answer. The socket is closed by whoever asked. */
export async function slowForm(address: string): Promise<Socket> {
  const { hostname, port, host, pathname } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const begun = new Promise<void>((resolve) => {
    socket.once('data', () => resolve());
  });
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/x-www-form-urlencoded',
    'transfer-encoding: chunked',
    // Answered when the request is handed on.
    'expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n1\r\na\r\n`);
  await begun;
  return socket;
}
