/** What can be done about a message: drop it, move it, send it again, never send to its number again. */
import { useState } from 'preact/hooks';
import { api, may } from '../../api';
import { absolute, ask, Button, Dialog, Loading, Select, toast, toastProblem, useLoad } from '../../parts';
import { go, href } from '../../router';
import { storyText, type Step, type Trace } from './story';

const WAITING: readonly Trace['state'][] = ['accepted', 'queued', 'refused'];
const ENDED: readonly Trace['state'][] = ['delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'];
/** By so much the server's clock may be behind. */
const CLOCKS_MS = 60_000;
/** Nothing has reached the person, as far as anybody knows. */
const NOT_ARRIVED: readonly Trace['state'][] = ['failed', 'expired', 'suppressed', 'cancelled'];

interface ActionProps {
  trace: Trace;
  reload(): void;
}

export function Actions({ trace, steps, reload }: ActionProps & { steps: readonly Step[] }) {
  const { state } = trace;
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(storyText(trace, steps, absolute));
    toast('The story is copied: paste it where you need it.');
  };
  return (
    <p class="actions">
      {may('send') && WAITING.includes(state) && <Cancel trace={trace} reload={reload} />}
      {may('send') && WAITING.includes(state) && <Move trace={trace} reload={reload} />}
      {may('send') && ENDED.includes(state) && <Resend trace={trace} />}
      {may('manage') && state !== 'suppressed' && <Suppress trace={trace} />}
      {navigator.clipboard !== undefined && <Button onClick={copy}>Copy as text</Button>}
    </p>
  );
}

function Cancel({ trace: { id, to }, reload }: ActionProps) {
  const cancel = async (): Promise<void> => {
    const wanted = await ask({
      title: 'Cancel this message?',
      text: <p>It has not left. {to} will not get it, and CleverTap is told 917. This can’t be undone.</p>,
      action: 'Cancel 1 message that has not left',
      danger: true,
    });
    if (!wanted) return;
    const result = await api.post('/api/v1/messages/{id}/cancel', { params: { id } });
    if (!result.ok) return toastProblem(result.problem);
    toast('The message is cancelled.');
    reload();
  };
  return (
    <Button kind="danger" onClick={cancel}>
      Cancel
    </Button>
  );
}

function Move({ trace: { id, gatewayId }, reload }: ActionProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Move to another gateway</Button>
      {open && <MoveDialog id={id} from={gatewayId} close={() => setOpen(false)} reload={reload} />}
    </>
  );
}

function MoveDialog({ id, from, close, reload }: { id: string; from: string | null; close(): void; reload(): void }) {
  const gateways = useLoad((signal) => api.get('/api/v1/gateways', { signal }), []);
  const others = (gateways.data?.items ?? []).filter((each) => each.id !== from && each.status === 'active');
  const [chosen, setChosen] = useState('');
  const gatewayId = chosen || others[0]?.id;
  const move = async (): Promise<void> => {
    const result = await api.post('/api/v1/messages/{id}/move', { params: { id }, body: { gatewayId: gatewayId! } });
    if (!result.ok) return toastProblem(result.problem);
    close();
    toast('The message takes the other gateway.');
    reload();
  };
  return (
    <Dialog title="Move this message" onClose={close}>
      {gateways.loading && gateways.data === undefined ? (
        <Loading what="the gateways" lines={2} />
      ) : others.length === 0 ? (
        <p>There is no other active gateway.</p>
      ) : (
        <>
          <Select
            label="Gateway"
            help="It must be one of the message’s route."
            value={gatewayId ?? ''}
            onValue={setChosen}
            options={others.map((each) => [each.id, each.name] as const)}
          />
          <p class="actions">
            <Button onClick={close}>Leave it where it is</Button>
            <Button kind="main" onClick={move}>
              Move it
            </Button>
          </p>
        </>
      )}
    </Dialog>
  );
}

function Resend({ trace: { id, to, state } }: { trace: Trace }) {
  const resend = async (): Promise<void> => {
    const arrived = !NOT_ARRIVED.includes(state);
    const wanted = await ask({
      title: 'Send the same text again?',
      text: (
        <p>
          {to} gets it as a new message, over today’s route and by today’s rules. {arrived && `This one ${state === 'delivered' ? 'was' : 'may have been'} delivered: the person would get it twice. `}
          CleverTap is told no second outcome.
        </p>
      ), // prettier-ignore
      action: arrived ? 'Send it a second time' : 'Send it again',
      keep: 'Don’t send',
      danger: arrived,
    });
    if (!wanted) return;
    const body = arrived ? { confirm: true } : {};
    const result = await api.post('/api/v1/messages/{id}/resend', { params: { id }, body });
    if (!result.ok) return toastProblem(result.problem);
    toast('It is sent again: this is the new message.');
    go(href(`/messages/${result.data.id}`));
  };
  return <Button onClick={resend}>Send again</Button>;
}

function Suppress({ trace: { to } }: { trace: Trace }) {
  const suppress = async (): Promise<void> => {
    const wanted = await ask({
      title: `Never send to ${to} again?`,
      text: <p>No message of this account goes to the number from now on, except those that have left. You can take it back.</p>,
      action: `Suppress ${to}`,
      danger: true,
    }); // prettier-ignore
    if (!wanted) return;
    const askedMs = Date.now() - CLOCKS_MS;
    const result = await api.post('/api/v1/suppressions', { body: { to } });
    if (!result.ok) return toastProblem(result.problem);
    const { id, at } = result.data as { id: string; at: string };
    // What was there before is nobody's to take back here.
    const isNew = Date.parse(at) >= askedMs;
    toast(`Nothing is sent to ${to} any more.`, isNew ? { undo: () => allow(id, to) } : {});
  };
  return <Button onClick={suppress}>Suppress the number</Button>;
}

async function allow(id: string, to: string): Promise<void> {
  const result = await api.delete('/api/v1/suppressions/{id}', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  toast(`${to} may be sent to again.`);
}
