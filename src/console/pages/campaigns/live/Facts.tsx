/** What a campaign is: its text, whom it goes to, how and when. */
import { duration, plural, Time } from '../../../parts';
import { href } from '../../../router';
import type { Campaign } from '../api';
import { DAY_NAMES, sayCron } from '../series';

const TYPES = { A: '', U: 'Unicode always', N: 'plain letters only' } as const;

export function Facts({ campaign }: { campaign: Campaign }) {
  const { message, sensitive, templateId, sender, routeId, service, time, timezone, window, validUntil } = campaign;
  const { webhookId, recurrence, variables, type, flash, port, entityId, dltTemplateId } = campaign;
  return (
    <section class="stack" aria-labelledby="facts">
      <h2 id="facts">What is sent</h2>
      <p class="sms">{sensitive ? 'Its text is sensitive: nobody is shown it.' : message}</p>
      <dl class="facts">
        <dt>Audience</dt>
        <dd>
          <AudienceOf campaign={campaign} />
        </dd>
        {templateId !== null && (
          <>
            <dt>Template</dt>
            <dd>
              <a href={href(`/templates/${templateId}`)}>{templateId}</a>
            </dd>
          </>
        )}
        <dt>Sender ID</dt>
        <dd>{sender ?? 'the gateway’s own'}</dd>
        <dt>Route</dt>
        <dd>{routeId ?? 'the account’s own'}</dd>
        <dt>Service</dt>
        <dd>{service}</dd>
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
        <dd>{webhookId === null ? 'nobody: there is no webhook' : <a href={href(`/webhooks/${webhookId}`)}>a webhook</a>}</dd>
        <dt>Begins</dt>
        <dd>{recurrence !== null ? sayCron(recurrence.cron) : time === null ? 'when it is launched' : <Time at={time} />}</dd>
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

function AudienceOf({ campaign: { audience, againOf } }: { campaign: Campaign }) {
  // How many are in a group or a file is known once they are read.
  const many = audience.recipients === 0 ? 'All' : plural(audience.recipients, 'recipient');
  if ((againOf ?? null) !== null) {
    return (
      <>
        {many} of those who failed in <a href={href(`/campaigns/${againOf}`)}>the campaign before</a>
      </>
    );
  }
  if (audience.kind === 'group' && audience.id !== undefined) {
    return (
      <>
        {many} of <a href={href(`/groups/${audience.id}`)}>a group</a>
      </>
    );
  }
  return <>{audience.kind === 'upload' ? `${many} of a file` : many}</>;
}
