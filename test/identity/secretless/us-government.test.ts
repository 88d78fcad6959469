import { describeChain } from './chain.ts';

describeChain('AzureUSGovernment', 'App Service');
