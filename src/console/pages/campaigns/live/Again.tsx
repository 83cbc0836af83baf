/** Send again to those that failed: a draft over them, which is looked at before it is launched. */
import { useState } from 'preact/hooks';
import { Button, Checkbox, count, Dialog, Field, Loading, plural, toast, toastProblem, useLoad } from '../../../parts';
import { go, href } from '../../../router';
import { getLedger, sendAgain, type AgainBody, type Campaign } from '../api';
import { meaningOf } from './codes';

const STATES = ['failed', 'expired'];
type Code = NonNullable<AgainBody['codes']>[number];
/** What a ledger tells is one of the API's own. */
const isCode = (code: string): code is Code => code !== '';

export function Again({ campaign }: { campaign: Campaign }) {
  const [open, setOpen] = useState(false);
  const failed = campaign.counts.failed + campaign.counts.expired;
  if (failed === 0) return null;
  return (
    <>
      <Button kind="main" onClick={() => setOpen(true)}>
        Send again to {plural(failed, 'that failed', 'that failed')}
      </Button>
      {open && <AgainDialog campaign={campaign} close={() => setOpen(false)} />}
    </>
  );
}

function AgainDialog({ campaign, close }: { campaign: Campaign; close(): void }) {
  const ledger = useLoad((signal) => getLedger(campaign.id, signal), [campaign.id]);
  const [without, setWithout] = useState<readonly string[]>([]);
  const [name, setName] = useState(`${campaign.name.slice(0, 190)} again`);
  const failures = (ledger.data?.byCode ?? []).filter(({ state }) => STATES.includes(state));
  const codes = [...new Set(failures.map(({ code }) => code ?? ''))];
  const chosen = codes.filter((code) => !without.includes(code));
  const sumOf = (code: string): number =>
    failures.filter((each) => (each.code ?? '') === code).reduce((sum, { messages }) => sum + messages, 0);
  const total = chosen.reduce((sum, code) => sum + sumOf(code), 0);
  const make = async (): Promise<void> => {
    // Without a choice also those without a code are meant.
    const body = chosen.length === codes.length ? { name } : { name, codes: chosen.filter(isCode) };
    const result = await sendAgain(campaign.id, body);
    if (!result.ok) return toastProblem(result.problem);
    toast('This is the draft. Nothing is sent until you launch it.');
    go(href(`/campaigns/${result.data.id}/edit?step=review`));
  };
  return (
    <Dialog title="Send again to those that failed" onClose={close}>
      {ledger.data === undefined ? (
        <Loading what="the failures" lines={3} />
      ) : (
        <div class="stack">
          <p>Each gets the text that it was to get. Who was suppressed or cancelled, or may have got it, is left out.</p>
          <Field label="Name" value={name} onValue={setName} maxLength={200} />
          <fieldset class="stack">
            <legend>Which failures</legend>
            {codes.map((code) => (
              <Checkbox
                key={code}
                label={`${code === '' ? 'Without a code' : code}: ${count(sumOf(code))}`}
                help={meaningOf('failed', code)}
                checked={!without.includes(code)}
                onChecked={(on) => setWithout(on ? without.filter((each) => each !== code) : [...without, code])}
              />
            ))}
          </fieldset>
          <p class="actions">
            <Button onClick={close}>Leave it</Button>
            <Button kind="main" disabled={total === 0 || name.trim() === ''} onClick={make}>
              Make a draft to {plural(total, 'recipient')}
            </Button>
          </p>
        </div>
      )}
    </Dialog>
  ); // prettier-ignore
}
