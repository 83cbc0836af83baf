/** A message: its story in sentences, from its request to what CleverTap was told, and what can be done about it. */
import { api } from '../../api';
import { Badge, Copy, PageHead, Shown, Thing, Time, useEvery, useLoad, webhookName, Why } from '../../parts'; // prettier-ignore
import { href, type PageProps } from '../../router';
import { Actions } from './Actions';
import { storyOf, verdictOf, type Names, type Trace } from './story';
import { Timeline } from './Timeline';

/** While it is under way, it is looked at so often. */
const LOOK_MS = 3_000;
const FINAL: readonly Trace['state'][] = ['delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'];

export default function Message({ params }: PageProps) {
  const id = params.id!;
  const message = useLoad((signal) => api.get('/api/v1/messages/{id}', { params: { id }, signal }), [id]);
  const names = useNames();
  const { data } = message;
  const isUnderWay = data !== undefined && (!FINAL.includes(data.state) || data.callbacks.some(isOpen));
  useEvery(LOOK_MS, message.reload, isUnderWay);
  return (
    <>
      <PageHead title="Message" sentence={data === undefined ? undefined : verdictOf(data)}>
        {data !== undefined && <Badge state={data.state} />}
      </PageHead>
      <Shown of={message} what="the message" lines={8}>
        {(trace) => {
          const steps = storyOf(trace, names);
          return (
            <>
              <Actions trace={trace} steps={steps} reload={message.reload} />
              <Why of={{ id: trace.id }} onMended={message.reload} />
              <Timeline steps={steps} reload={message.reload} />
              <Facts trace={trace} names={names} />
            </>
          );
        }}
      </Shown>
    </>
  );
}

const isOpen = ({ state }: Trace['callbacks'][number]): boolean => state === 'pending' || state === 'sending';

/** Gateways and webhooks by their names; until they are there, or where the key may not see them, by their ids. */
function useNames(): Names {
  const gateways = useLoad((signal) => api.get('/api/v1/gateways', { signal }), []);
  const webhooks = useLoad((signal) => api.get('/api/v1/webhooks', { signal }), []);
  return {
    gateway: (id) => gateways.data?.items.find((each) => each.id === id)?.name ?? id,
    webhook: (id) => {
      const webhook = webhooks.data?.items.find((each) => each.id === id);
      return webhook === undefined ? `The webhook ${id}` : webhookName(webhook);
    },
  };
}

function Facts({ trace, names }: { trace: Trace; names: Names }) {
  const { gatewayId, campaignId, workflowUrl } = trace;
  return (
    <section class="stack" aria-labelledby="facts">
      <h2 id="facts">About it</h2>
      <dl class="facts">
        <dt>To</dt>
        <dd>{trace.to}</dd>
        <dt>Text</dt>
        <dd>{trace.text === null ? <span class="soft">{HIDDEN[trace.textHidden ?? 'scope']}</span> : <Text text={trace.text} />}</dd>
        <dt>Sender ID</dt>
        <dd>{trace.sender ?? '–'}</dd>
        <dt>Gateway</dt>
        <dd>{gatewayId === null ? '–' : <a href={href(`/gateways/${gatewayId}`)}>{names.gateway(gatewayId)}</a>}</dd>
        {campaignId !== undefined && (
          <>
            <dt>Campaign</dt>
            <dd><Thing kind="campaign" id={campaignId} /></dd>
          </>
        )}
        <dt>Meta</dt>
        <dd>{trace.meta === null ? '–' : <Copy value={trace.meta} label="Meta" />}</dd>
        <dt>Id</dt>
        <dd><Copy value={trace.id} label="Message id" /></dd>
        {trace.validUntil !== undefined && (
          <>
            <dt>Of use until</dt>
            <dd><Time at={trace.validUntil} /></dd>
          </>
        )}
        {workflowUrl !== undefined && (
          <>
            <dt>Workflow</dt>
            <dd><a href={workflowUrl} target="_blank" rel="noreferrer">Its run in the Temporal UI</a></dd>
          </>
        )}
      </dl>
    </section>
  ); // prettier-ignore
}

const HIDDEN: Record<NonNullable<Trace['textHidden']>, string> = {
  scope: 'Hidden: your key needs the scope “content”',
  sensitive: 'Hidden: the message is sensitive, nobody is shown its text',
};

const Text = ({ text }: { text: string }) => (
  <p class="sms" dir="auto">
    {text}
  </p>
);
