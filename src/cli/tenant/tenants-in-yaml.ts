import { isMap, isPair, isScalar, isSeq, parseDocument, type YAMLMap, YAMLSeq } from 'yaml';
import { AppError } from '../../access/core/app-error.ts';
import { sameTenant } from '../../access/core/person.ts';
import type { CredentialSetting, CloudSetting } from '../../config/parts.ts';
import type { PerimeterAddress } from '../../config/bot-tenants.ts';

/** Long lines stay long. */
const AS_IT_WAS = { lineWidth: 0 } as const;

export interface TenantEntry {
  readonly name: string;
  readonly tenantId: string;
  readonly cloud: CloudSetting;
  readonly clientId: string;
  readonly credential: CredentialSetting;
  readonly perimeter: PerimeterAddress;
}

/** The text of hallpass.yaml with one tenant more; comments stay where they are. `homeName`: how the one is called that had no name. */
export function withTenant(text: string, entry: TenantEntry, homeName: string): string {
  const document = parseDocument(text);
  const root = rootOf(document.contents);
  const node = document.createNode(entry) as YAMLMap;
  const tenants = root.get('tenants');
  if (isSeq(tenants)) {
    tenants.items.push(node);
    return document.toString(AS_IT_WAS);
  }
  const [tenant, perimeter] = ['tenant', 'perimeter'].map((key) => pairOf(root, key));
  if (!tenant || !isMap(tenant.value) || !perimeter) throw unreadable();
  const first = document.createNode({ name: homeName }) as YAMLMap;
  first.items.push(...tenant.value.items, perimeter);
  const list = new YAMLSeq();
  list.items.push(first, node);
  list.commentBefore = tenant.value.commentBefore ?? null;
  // The pair itself stays, with the comment above it.
  if (!isScalar(tenant.key)) throw unreadable();
  tenant.key.value = 'tenants';
  tenant.value = list;
  root.items = root.items.filter((pair) => pair !== perimeter);
  for (const entitlement of mapsIn(root, 'entitlements')) entitlement.set('tenant', homeName);
  return document.toString(AS_IT_WAS);
}

/** The text without a tenant, and without everything that names it; with what went, in words. */
export function withoutTenant(
  text: string,
  name: string,
  tenantId: string,
): { readonly text: string; readonly gone: readonly string[] } {
  const document = parseDocument(text);
  const root = rootOf(document.contents);
  const gone: string[] = [`tenants: ${name}`];
  const drop = (key: string, isOf: (item: YAMLMap) => boolean, wordsOf: (item: YAMLMap) => string) => {
    const list = root.get(key);
    if (!isSeq(list)) return;
    list.items = list.items.filter((item) => {
      if (!isMap(item) || !isOf(item)) return true;
      if (key !== 'tenants') gone.push(`${key}: ${wordsOf(item)}`);
      return false;
    });
  };
  const isThere = (id: unknown) => typeof id === 'string' && sameTenant(id, tenantId);
  drop(
    'tenants',
    (item) => item.get('name') === name,
    () => name,
  );
  drop(
    'entitlements',
    (item) => item.get('tenant') === name,
    (item) => String(item.get('id')),
  );
  drop(
    'people',
    (item) => isThere(item.getIn(['person', 'tenantId'])),
    (item) => String(item.getIn(['person', 'objectId'])),
  );
  const roles = root.get('roles');
  for (const role of ['viewer', 'auditor', 'operator']) {
    const people: unknown = isMap(roles) ? roles.getIn([role, 'people']) : undefined;
    if (isSeq(people))
      people.items = people.items.filter((item) => {
        if (!isMap(item) || !isThere(item.get('tenantId'))) return true;
        gone.push(`roles.${role}: ${String(item.get('objectId'))}`);
        return false;
      });
  }
  return { text: document.toString(AS_IT_WAS), gone };
}

function mapsIn(root: YAMLMap, key: string): readonly YAMLMap[] {
  const list = root.get(key);
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

function pairOf(root: YAMLMap, key: string) {
  return root.items.find((pair) => isPair(pair) && isScalar(pair.key) && pair.key.value === key);
}

function rootOf(contents: unknown): YAMLMap {
  if (isMap(contents)) return contents;
  throw unreadable();
}

const unreadable = () =>
  new AppError('config.invalid', 'the file does not hold what it should', { hint: 'Run "hallpass doctor".' });
