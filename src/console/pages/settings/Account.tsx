/** Settings: how the account reads numbers and times, what it lets through, and the way out. */
import { api, loadSession, may, session, signOut, type Schemas } from '../../api';
import { Button, PageHead, Shown, toast, toastProblem, useForm, useLoad } from '../../parts';
import { AccountForm, type AccountField } from './AccountForm';
import { SettingsTabs } from './tabs';

type Account = Schemas['Account'];

export default function AccountPage() {
  const id = session.value!.accountId;
  const account = useLoad((signal) => api.get('/api/v1/accounts/{id}', { params: { id }, signal }), [id]);
  const leave = async (): Promise<void> => {
    const result = await signOut();
    if (!result.ok) toastProblem(result.problem);
  };
  const { accountName, keyName, scopes } = session.value!;
  return (
    <>
      <PageHead title="Settings" sentence={`You act for ${accountName}, with the key “${keyName}” (${scopes.join(', ')}).`}>
        <Button onClick={leave}>Sign out</Button>
      </PageHead>
      <SettingsTabs />
      <Shown of={account} what="the account" lines={8}>
        {(found) => <Edit key={found.id} account={found} onSaved={account.set} />}
      </Shown>
      <Elsewhere />
    </>
  ); // prettier-ignore
}

const flag = (isOn: boolean): string => (isOn ? 'true' : '');

function Edit({ account, onSaved }: { account: Account; onSaved(saved: Account): void }) {
  const form = useForm<AccountField>({
    name: account.name,
    timezone: account.timezone,
    defaultCountry: account.defaultCountry,
    defaultService: account.defaultService,
    callbackHosts: account.callbackHosts.join(', '),
    retentionDays: String(account.retentionDays ?? ''),
    duplicateWindowMinutes: String(account.duplicateWindowMinutes),
    unsupportedOptions: account.unsupportedOptions,
    clickTracking: account.clickTracking,
    promotionalOutsideWindow: account.promotionalOutsideWindow,
    requireApprovedSenders: flag(account.requireApprovedSenders),
    indiaStrict: flag(account.indiaStrict),
    smartEncoding: flag(account.smartEncoding),
    optOutScope: account.optOut.scope,
    optOutClasses: account.optOut.classes,
    optOutWords: account.optOut.words.join(', '),
  });
  const save = (): void => {
    const body = bodyOf(form.values, account);
    form.send(
      () => api.patch('/api/v1/accounts/{id}', { params: { id: account.id }, body }),
      (saved) => {
        toast('The account is saved.');
        onSaved(saved);
        void loadSession();
      },
    );
  };
  return <AccountForm of={form} account={account} onSubmit={save} mayChange={may('manage')} />;
}

const list = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** Only what was changed is sent: what an admin has fixed would be refused, also unchanged. */
function bodyOf(values: Record<AccountField, string>, account: Account): Partial<Account> {
  const wanted: Partial<Account> = {
    name: values.name.trim(),
    timezone: values.timezone.trim(),
    defaultCountry: values.defaultCountry.trim().toUpperCase(),
    defaultService: values.defaultService.trim(),
    callbackHosts: list(values.callbackHosts),
    retentionDays: values.retentionDays === '' ? null : Number(values.retentionDays),
    duplicateWindowMinutes: Number(values.duplicateWindowMinutes),
    unsupportedOptions: values.unsupportedOptions as Account['unsupportedOptions'],
    clickTracking: values.clickTracking as Account['clickTracking'],
    promotionalOutsideWindow: values.promotionalOutsideWindow as Account['promotionalOutsideWindow'],
    requireApprovedSenders: values.requireApprovedSenders === 'true',
    indiaStrict: values.indiaStrict === 'true',
    smartEncoding: values.smartEncoding === 'true',
    optOut: {
      ...account.optOut,
      scope: values.optOutScope as Account['optOut']['scope'],
      classes: values.optOutClasses as Account['optOut']['classes'],
      words: list(values.optOutWords),
    },
  };
  const isChanged = ([name, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(account[name as keyof Account]);
  return Object.fromEntries(Object.entries(wanted).filter(isChanged));
}

/** Where else to look: the engine behind it, and the API. */
function Elsewhere() {
  const newest = useLoad((signal) => api.get('/api/v1/messages', { query: { limit: 1 }, signal }), []);
  const url = newest.data?.items[0]?.workflowUrl;
  const temporal =
    url === undefined ? undefined : url.replace(/\/namespaces\/([^/]+)\/.*$/, '/namespaces/$1/workflows');
  return (
    <section class="stack" aria-label="Elsewhere">
      <h2>Elsewhere</h2>
      <ul class="evidence">
        <li>
          {temporal === undefined ? (
            <span class="soft">Temporal UI: its address is known once a message was sent and TEMPORAL_UI_URL is set.</span>
          ) : (
            <a href={temporal} target="_blank" rel="noreferrer">
              Temporal UI: the workflows behind messages and campaigns
            </a>
          )}
        </li>
        <li>
          <a href="/docs" target="_blank" rel="noreferrer">
            Documentation
          </a>
          ,{' '}
          <a href="/docs/api" target="_blank" rel="noreferrer">
            the API
          </a>
          ,{' '}
          <a href="/docs/errors" target="_blank" rel="noreferrer">
            errors
          </a>
        </li>
      </ul>
    </section>
  ); // prettier-ignore
}
