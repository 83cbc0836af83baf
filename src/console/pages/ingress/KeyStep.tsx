/** The key that CleverTap shows: made here, and filled into the form's values while the page is open. */
import { api, may } from '../../api';
import { Button, ShownOnce, toast, toastProblem } from '../../parts';
import { href } from '../../router';
import { KEY_PLACE } from './set-ups';

export interface KeyStepProps {
  /** What stands for the key: the key itself once one was made. */
  value: string;
  isKept: boolean;
  onMade(key: string): void;
  onKept(): void;
}

export function KeyStep({ value, isKept, onMade, onKept }: KeyStepProps) {
  const make = async (): Promise<void> => {
    const result = await api.post('/api/v1/api-keys', { body: { name: 'CleverTap', scopes: ['send'] } });
    if (!result.ok) return toastProblem(result.problem);
    toast('The key “CleverTap” is made; it can send, and nothing else.');
    onMade(result.data.key);
  };
  return (
    <section class="stack" aria-label="A key for CleverTap">
      <h2>1. A key for CleverTap</h2>
      {value !== KEY_PLACE && !isKept && (
        <ShownOnce
          title="The new key “CleverTap”"
          text="It stands in the values below as long as this page is open."
          values={[['Key', value]]}
          onKept={onKept}
        />
      )}
      {value === KEY_PLACE && (
        <>
          <p>
            CleverTap needs a key with the scope “send”. Keys are shown once, so one that is there can’t be filled in:
            put it in place of <code>{KEY_PLACE.replace(' ', '\u00a0')}</code>, or make another.
          </p>
          <p class="actions">
            {may('manage') ? (
              <Button onClick={make}>Make a key for CleverTap</Button>
            ) : (
              <span class="soft">Making one needs the scope “manage”.</span>
            )}
            <a href={href('/settings/keys')}>All keys</a>
          </p>
        </>
      )}
      {value !== KEY_PLACE && isKept && <p>The key “CleverTap” stands in the values below.</p>}
    </section>
  );
}
