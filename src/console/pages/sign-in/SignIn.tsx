/** Sign in with an API key. The key goes to the server once; what the browser keeps is a cookie that no script can read. */
import { useState } from 'preact/hooks';
import { signedOutBecause, signIn, type Problem } from '../../api';
import { errorOf, Field, Mark, useBusy } from '../../parts';

export function SignIn() {
  const [key, setKey] = useState('');
  const [account, setAccount] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [busy, run] = useBusy();
  const submit = (event: Event): void => {
    event.preventDefault();
    run(async () => {
      const result = await signIn(key.trim(), account.trim() || undefined);
      setProblem(result.ok ? undefined : result.problem);
    });
  };
  return (
    <main class="alone">
      <h1>
        <Mark /> Heliograph
      </h1>
      {signedOutBecause.value !== null && <p role="status">{signedOutBecause.value}</p>}
      <form onSubmit={submit} class="panel">
        <Field
          label="API key"
          help="Any key with the scope “read”. On your own machine npm start prints one."
          type="password"
          name="key"
          required
          autofocus
          value={key}
          onValue={setKey}
          error={problem === undefined ? undefined : (errorOf(problem, 'key') ?? problem.detail)}
        />
        <details>
          <summary>Act for another account</summary>
          <Field
            label="Account id"
            help="Of an admin’s key only; else it is the key’s own account."
            name="account"
            value={account}
            onValue={setAccount}
          />
        </details>
        <p class="actions">
          <button type="submit" class="main" disabled={busy || key.trim() === ''}>
            Sign in
          </button>
        </p>
      </form>
      <p class="soft small">The key is not kept here. You are signed in for 12 hours, or until the key is revoked.</p>
    </main>
  );
}
