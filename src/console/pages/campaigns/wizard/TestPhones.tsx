/** The text to one's own phones first, and to nobody else. */
import { useState } from 'preact/hooks';
import { api } from '../../../api';
import { absolute, Button, Checkbox, plural, Shown, toast, toastProblem, useLoad } from '../../../parts';
import { href } from '../../../router';

export function TestPhones({ id }: { id: string }) {
  const phones = useLoad((signal) => api.get('/api/v1/test-phones', { query: { limit: 50 }, signal }), []);
  const [without, setWithout] = useState<readonly string[]>([]);
  const [sent, setSent] = useState<readonly string[]>([]);
  const verified = (phones.data?.items ?? []).filter((phone) => phone.verified);
  const chosen = verified.filter((phone) => !without.includes(phone.id));
  const test = async (): Promise<void> => {
    const body = { testPhoneIds: chosen.map((phone) => phone.id) };
    const result = await api.post('/api/v1/campaigns/{id}/test', { params: { id }, body });
    if (!result.ok) return toastProblem(result.problem);
    setSent(result.data.sent.map(({ messageId }) => messageId));
    const held = result.data.sent.find(({ heldUntil }) => heldUntil !== undefined)?.heldUntil;
    toast(held === undefined ? `The test is sent to ${plural(chosen.length, 'phone')}.` : `The test waits for its hours: ${absolute(held)}.`); // prettier-ignore
  };
  return (
    <section class="stack" aria-labelledby="test">
      <h2 id="test">A test first</h2>
      <Shown of={phones} what="the test phones" lines={2}>
        {() =>
          verified.length === 0 ? (
            <p>
              There is no verified test phone. <a href={href('/groups/test-phones')}>Add one</a>
            </p>
          ) : (
            <>
              <div class="choices">
                {verified.map((phone) => (
                  <Checkbox
                    key={phone.id}
                    label={phone.name === null ? phone.to : `${phone.name} (${phone.to})`}
                    checked={!without.includes(phone.id)}
                    onChecked={(on) => setWithout(on ? without.filter((each) => each !== phone.id) : [...without, phone.id])}
                  />
                ))}
              </div>
              <p class="actions">
                <Button onClick={test} disabled={chosen.length === 0}>
                  Send a test to {plural(chosen.length, 'phone')}
                </Button>
                {sent.map((messageId, i) => (
                  <a key={messageId} href={href(`/messages/${messageId}`)}>
                    What became of test {i + 1}
                  </a>
                ))}
              </p>
            </>
          )
        }
      </Shown>
    </section>
  ); // prettier-ignore
}
