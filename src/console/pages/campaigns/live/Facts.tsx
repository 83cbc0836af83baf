/** What a campaign is: its text, whom it goes to, how and when. */
import { duration, plural, Thing, Time } from '../../../parts';
import { hasEnded } from '../../../../core/campaigns/campaign';
import type { Campaign } from '../api';
import { DAY_NAMES, sayCron } from '../series';
import { serviceName } from '../services';

const TYPES = { A: '', U: 'Unicode always', N: 'plain letters only' } as const;

export function Facts({ campaign }: { campaign: Campaign }) {
  const { message, sensitive, templateId, sender, routeId, service, timezone, window, validUntil } = campaign;
  const { webhookId, recurrence, startedAt, variables, type, flash, port, entityId, dltTemplateId } = campaign;
  return (
    <section class="stack" aria-labelledby="facts">
      <h2 id="facts">What is sent</h2>
      <p class="sms" dir="auto">{sensitive ? 'Its text is sensitive: nobody is shown it.' : message}</p>
      <dl class="facts">
        <dt>Audience</dt>
        <dd>
          <AudienceOf campaign={campaign} />
        </dd>
        {templateId !== null && (
          <>
            <dt>Template</dt>
            <dd>
              <Thing kind="template" id={templateId} />
            </dd>
          </>
        )}
        <dt>Sender ID</dt>
        <dd>{sender ?? 'the gateway’s own'}</dd>
        <dt>Route</dt>
        <dd>{routeId === null ? 'the account’s own' : <Thing kind="route" id={routeId} />}</dd>
        <dt>Kind of message</dt>
        <dd>{serviceName(service)}</dd>
        {(entityId !== null || dltTemplateId !== null) && (
          <>
            <dt>DLT ids</dt>
            <dd>
              entity {entityId ?? 'none'}, template {dltTemplateId ?? 'none'}
            </dd>
          </>
        )}
        {(type !== 'A' || flash || port !== null) && (
          <>
            <dt>As</dt>
            <dd>{[TYPES[type], flash && 'flash', port !== null && `to port ${port}`].filter(Boolean).join(', ')}</dd>
          </>
        )}
        <dt>Outcomes go to</dt>
        <dd>{webhookId === null ? 'nobody: there is no webhook' : <Thing kind="webhook" id={webhookId} />}</dd>
        <dt>{startedAt === null ? 'Begins' : 'Began'}</dt>
        <dd>{recurrence !== null ? sayCron(recurrence.cron) : <BeginOf campaign={campaign} />}</dd>
        {Object.keys(variables).length > 0 && (
          <>
            <dt>For everybody</dt>
            <dd>{Object.entries(variables).map(([name, value]) => `{${name}} = ${value}`).join(', ')}</dd>
          </>
        )}
        {window !== null && (
          <>
            <dt>Only between</dt>
            <dd>
              {window.start} and {window.end}
              {window.days !== undefined && window.days.length < 7 && `, ${window.days.map((day) => DAY_NAMES[day]).join(', ')}`} ({window.timezone ?? 'by each recipient’s clock'})
            </dd>
          </>
        )}
        {campaign.maxAgeSeconds !== null && (
          <>
            <dt>Not after</dt>
            <dd>{duration(campaign.maxAgeSeconds * 1_000)} from its time</dd>
          </>
        )}
        {validUntil !== null && (
          <>
            <dt>Not after</dt>
            <dd>
              <Time at={validUntil} />
            </dd>
          </>
        )}
        <dt>Zone</dt>
        <dd>{timezone}</dd>
      </dl>
    </section>
  ); // prettier-ignore
}

function BeginOf({ campaign: { state, startedAt, time } }: { campaign: Campaign }) {
  const at = startedAt ?? time;
  if (at !== null) return <Time at={at} />;
  return <>{state === 'draft' ? 'when it is launched' : hasEnded(state) ? 'never: it ended before' : 'in a moment'}</>;
}

function AudienceOf({ campaign: { audience, againOf } }: { campaign: Campaign }) {
  // How many are in a group or a file is known once they are read.
  const many = audience.recipients === 0 ? 'All' : plural(audience.recipients, 'recipient');
  if ((againOf ?? null) !== null) {
    return (
      <>
        {many} of those who failed in <Thing kind="campaign" id={againOf!} />
      </>
    );
  }
  if (audience.kind === 'group' && audience.id !== undefined) {
    return (
      <>
        {many} of the group <Thing kind="group" id={audience.id} />
      </>
    );
  }
  if (audience.kind === 'upload' && audience.id !== undefined) {
    return (
      <>
        {many} of the file <Thing kind="upload" id={audience.id} />
      </>
    );
  }
  return <>{many}</>;
}
