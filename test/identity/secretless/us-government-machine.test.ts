import { describeChain } from './chain.ts';

describeChain('AzureUSGovernment', 'a virtual machine');
