import { describeChain } from './chain.ts';

describeChain('AzureCloud', 'App Service');
