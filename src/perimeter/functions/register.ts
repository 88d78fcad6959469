import { app } from '@azure/functions';
import type { HostedPerimeter } from './hosted-perimeter.ts';
import { functionsResponse, standardRequest } from './http.ts';

/**
 * Registers what Azure Functions calls. `anonymous`: who calls is proved by the token, which the perimeter verifies itself and the
 * platform's authentication in front of it as well; the keys of Functions would be one more secret.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-reference-node
 */
export function registerFunctions(perimeter: HostedPerimeter): void {
  const authLevel = 'anonymous';
  app.http('approve', {
    route: 'approve/{*rest}',
    methods: ['GET', 'POST'],
    authLevel,
    handler: async (request) => functionsResponse(await perimeter.approve(standardRequest(request))),
  });
  app.http('api', {
    route: '{*path}',
    methods: ['GET', 'POST', 'DELETE'],
    authLevel,
    handler: async (request) => functionsResponse(await perimeter.api(standardRequest(request))),
  });
  // At start too: ends that were missed while nothing ran come before anybody can ask for more.
  app.timer('sweep', { schedule: '0 * * * * *', runOnStartup: true, handler: () => perimeter.sweepRound() });
  app.hook.appTerminate(() => perimeter.close());
}
