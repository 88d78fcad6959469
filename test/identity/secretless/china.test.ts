import { describeChain } from './chain.ts';

describeChain('AzureChina', 'App Service');
