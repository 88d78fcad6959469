import { describeChain } from './chain.ts';

describeChain('AzureCloud', 'a virtual machine');
