/** Settings: how the account reads numbers and times, what it lets through, and the way out. */
import { api, loadSession, may, session, signOut } from '../../api';
import { Button, Copy, PageHead, Shown, toast, toastProblem, useForm, useLoad } from '../../parts';
import { mayLeave } from '../../router';
import { AccountForm } from './account/AccountForm';
import { bodyOf, valuesOf, type Account } from './account/values';
import { SettingsTabs } from './tabs';

export default function AccountPage() {
  const id = session.value!.accountId;
  const account = useLoad((signal) => api.get('/api/v1/accounts/{id}', { params: { id }, signal }), [id]);
  const leave = async (): Promise<void> => {
    if (!(await mayLeave())) return;
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

function Edit({ account, onSaved }: { account: Account; onSaved(saved: Account): void }) {
  const form = useForm<string>(valuesOf(account));
  const save = (): void => {
    const body = bodyOf(form.values, account);
    form.send(
      () => api.patch('/api/v1/accounts/{id}', { params: { id: account.id }, body: body as never }),
      (saved) => {
        toast('The account is saved.');
        onSaved(saved);
        void loadSession();
      },
    );
  };
  return <AccountForm of={form} account={account} onSubmit={save} mayChange={may('manage')} />;
}

/** Where else to look: the engine behind it, and the API. */
function Elsewhere() {
  const deployment = useLoad((signal) => api.get('/api/v1/deployment', { signal }), []);
  const { temporalUiUrl: temporal, publicUrl, version } = deployment.data ?? {};
  return (
    <section class="stack" aria-label="Elsewhere">
      <h2>Elsewhere</h2>
      <ul class="evidence">
        <li>
          {temporal === null || temporal === undefined ? (
            <span class="soft">Temporal UI: its address is not set (TEMPORAL_UI_URL).</span>
          ) : (
            <a href={temporal} target="_blank" rel="noreferrer">
              Temporal UI: the workflows behind messages and campaigns
            </a>
          )}
        </li>
        {publicUrl !== undefined && (
          <li>
            CleverTap and providers reach Heliograph {version} at <Copy value={publicUrl} label="Public URL" />
          </li>
        )}
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
