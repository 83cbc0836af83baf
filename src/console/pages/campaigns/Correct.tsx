/** The text of a campaign that was launched, corrected before it leaves: what changes, who gets it, and a question. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { may } from '../../api';
import { ask, Button, EmptyState, PageHead, plural, Shown, Time, toast, useLoad } from '../../parts';
import { go, href, type PageProps } from '../../router';
import { getCampaign, isCorrectable, notLeft, type Campaign } from './api';
import { begin, form, isChanged, leave, problem, save } from './wizard/draft';
import { problemsOf } from './wizard/form';
import { Text } from './wizard/Text';
import { formOf } from './wizard/told';

/** What the form lacks is told once somebody wants to store it. */
const isAsked = signal(false);

export default function Correct({ params: { id = '' } }: PageProps) {
  const campaign = useLoad(
    async (signal) => {
      const result = await getCampaign(id, signal);
      if (result.ok) begin(formOf(result.data), result.data);
      return result;
    },
    [id],
  );
  // The wizard must not take it for a draft.
  useEffect(() => () => void ((isAsked.value = false), leave()), [id]);
  return (
    <>
      <PageHead title="Correct the text" sentence={campaign.data && sentenceOf(campaign.data)}>
        <a href={href(`/campaigns/${id}`)}>Back to the campaign</a>
      </PageHead>
      <Shown of={campaign} what="the campaign" lines={8}>
        {(found) => (isCorrectable(found) && may('send') ? <Body campaign={found} /> : <TooLate campaign={found} />)}
      </Shown>
    </>
  );
}

/** `“Diwali sale” begins to leave in 2 hr. All 3,000 messages are made anew with what you write here.` */
function sentenceOf(campaign: Campaign) {
  const { name, time, state, recurrence } = campaign;
  if (!isCorrectable(campaign)) return `“${name}” has begun, or has ended.`;
  if (recurrence !== null) return `The campaigns that “${name}” makes from now on say what you write here.`;
  return (
    <>
      “{name}” {state === 'paused' ? 'is paused' : time === null ? 'begins to leave in a moment' : <>begins to leave <Time at={time} /> by itself</>}.{' '}
      {affected(campaign)}
    </>
  ); // prettier-ignore
}

/** While it is prepared, how many there will be is not known yet. */
function affected(campaign: Campaign): string {
  const many = notLeft(campaign);
  return campaign.state === 'preparing' || many === 0
    ? 'Every message is made anew with what you write here; nobody was sent the old text.'
    : `${plural(many, 'message is', 'messages are')} made anew with what you write here; nobody was sent the old text.`;
}

function TooLate({ campaign: { id, state } }: { campaign: Campaign }) {
  return (
    <EmptyState title={may('send') ? 'Its text is corrected no more' : 'Your key may not send'}>
      <p>
        {!may('send')
          ? 'A key with the scope send can correct it.'
          : state === 'draft'
            ? 'It is a draft: all of it can be changed.'
            : 'Messages may have left with it. What has not left can be cancelled, and another campaign be made.'}
      </p>
      <a href={href(state === 'draft' ? `/campaigns/${id}/edit?step=text` : `/campaigns/${id}`)}>
        {state === 'draft' ? 'Edit this draft' : 'See the campaign'}
      </a>
    </EmptyState>
  );
}

function Body({ campaign }: { campaign: Campaign }) {
  const now = form.value;
  if (now === null) return null;
  const wrong = problemsOf(now, 'text');
  const correct = async (): Promise<void> => {
    isAsked.value = true;
    if (Object.keys(wrong).length > 0) return document.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    if (!(await ask(questionOf(campaign, now.textFrom === 'message' ? now.message : null)))) return;
    const result = await save();
    if (!result.ok) return;
    toast('The text is corrected.');
    go(href(`/campaigns/${campaign.id}`));
  };
  return (
    <div class="stack">
      {problem.value !== undefined && <Refusal />}
      <Text now={now} wrong={isAsked.value ? wrong : {}} />
      <p class="actions">
        <Button kind="main" onClick={correct} disabled={!isChanged()} title={isChanged() ? undefined : 'Nothing is changed yet'}>
          Correct the text
        </Button>
      </p>
    </div>
  ); // prettier-ignore
}

/** Why it was not corrected: too late, or a field. */
function Refusal() {
  const { status, title, detail, errors = [] } = problem.value!;
  return (
    <div class="error" role="alert">
      <h2>{status === 409 ? 'It is too late to correct the text' : `It is not corrected: ${title}`}</h2>
      <p>{detail}</p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ field, message }) => (
            <li key={field + message}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** @param message null = a template says it. */
function questionOf(campaign: Campaign, message: string | null) {
  const { message: before, recurrence } = campaign;
  const many = notLeft(campaign);
  const isKnown = recurrence === null && campaign.state !== 'preparing' && many > 0;
  return {
    title: `Correct the text of “${campaign.name}”?`,
    text: (
      <div class="stack">
        {before !== null && message !== before && (
          <>
            <h3>Until now</h3>
            <p class="sms before" dir="auto">{before}</p>
            <h3>From now on</h3>
            <p class="sms" dir="auto">{message ?? 'What the template says.'}</p>
          </>
        )}
        <p>{recurrence === null ? affected(campaign) : 'Campaigns that the series has made already stay as they are.'}</p>
      </div>
    ),
    action: isKnown ? `Correct ${plural(many, 'message')}` : 'Correct the text',
    keep: 'Not yet',
  }; // prettier-ignore
}
