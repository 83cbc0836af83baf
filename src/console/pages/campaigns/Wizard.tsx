/** A campaign is made, or a draft gone on with: audience, text, way, time, and a look at all of it before it is sent. */
import { useEffect } from 'preact/hooks';
import { may, type Result } from '../../api';
import { Button, EmptyState, PageHead, plural, Shown, toast, useLoad, zone } from '../../parts';
import { go, href, withQuery, type PageProps } from '../../router';
import { getCampaign, isCorrectable, type Campaign } from './api';
import { Audience } from './wizard/audience/Audience';
import { begin, form, isChanged, leave, people, problem, save } from './wizard/draft';
import { emptyForm, firstOpen, isStorable, problemsOf, STEP_NAMES, STEPS, type Form, type Step } from './wizard/form'; // prettier-ignore
import { Review } from './wizard/Review';
import { Text } from './wizard/Text';
import { formOf } from './wizard/told';
import { When } from './wizard/time/When';
import { Way } from './wizard/Way';
import { Refused, shownProblems } from './wizard/Refused';

const NOTHING: Result<null> = { ok: true, data: null };

export default function Wizard({ params: { id }, query }: PageProps) {
  const loaded = useLoad<Campaign | null>(
    async (signal) => {
      const now = form.peek();
      if (id === undefined) {
        if (now === null || now.id !== undefined) begin(emptyForm(zone()));
        return NOTHING;
      }
      if (now?.id === id) return NOTHING;
      const result = await getCampaign(id, signal);
      if (result.ok && result.data.state === 'draft') begin(formOf(result.data), result.data);
      return result;
    },
    [id],
  );
  useWarning();
  const head = <PageHead title={id === undefined ? 'New campaign' : 'Draft'} />;
  if (!may('send')) return <>{head}<EmptyState title="Your key may not send">A key with the scope send can make campaigns.</EmptyState></>; // prettier-ignore
  const now = form.value;
  const isDraft = loaded.data === null || loaded.data?.state === 'draft';
  if (isDraft && now !== null && now.id === id) {
    const title = id === undefined ? 'New campaign' : now.name || 'Draft';
    return <Steps title={title} now={now} step={stepOf(query.get('step'), now)} />;
  }
  return (
    <>
      {head}
      <Shown of={loaded} what="the draft" lines={8}>
        {(campaign) => campaign !== null && campaign.state !== 'draft' && <Launched campaign={campaign} />}
      </Shown>
    </>
  );
}

function Launched({ campaign }: { campaign: Campaign }) {
  return (
    <EmptyState title={`“${campaign.name}” was launched`}>
      <p>Its text can be corrected until it begins to leave, its time until then too, and its rate while it runs.</p>
      {isCorrectable(campaign) && <a href={href(`/campaigns/${campaign.id}/text`)}>Correct the text</a>}
      <a href={href(`/campaigns/${campaign.id}`)}>See how it goes</a>
    </EmptyState>
  );
}

/** The browser asks before it loses what is not stored. */
function useWarning(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (isChanged()) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, []);
}

/** The step of the address, but none behind one that is not done. */
function stepOf(asked: string | null, now: Form): Step {
  const wanted = STEPS.indexOf(asked as Step);
  if (wanted < 0) return now.id === undefined ? 'audience' : firstOpen(now);
  return STEPS[Math.min(wanted, STEPS.indexOf(firstOpen(now)))]!;
}

const SENTENCES: Record<Step, (now: Form) => string> = {
  audience: () => 'Whom does it go to?',
  text: () => 'What does it say?',
  way: () => 'Under which name, and over which route?',
  time: () => 'When, and how fast?',
  review: ({ recipients }) =>
    recipients === 0 ? 'Is it right? Nothing was sent yet.' : `Is it right? The audience has ${plural(recipients, 'recipient')}.`,
}; // prettier-ignore

/** Stores what there is, and goes to a step. A new draft has an address of its own from then on. */
async function goTo(step: Step): Promise<void> {
  const before = form.value!.id;
  if (isStorable(form.value!)) {
    const result = await save();
    if (!result.ok) return;
  }
  const { id } = form.value!;
  go(id === before ? withQuery({ step }) : href(`/campaigns/${id}/edit?step=${step}`));
  document.querySelector('main')?.focus();
}

async function close(): Promise<void> {
  if (isStorable(form.value!)) {
    const result = await save();
    if (!result.ok) return;
    toast('The draft is saved.');
    leave();
  }
  go(href('/campaigns'));
}

function Steps({ title, now, step }: { title: string; now: Form; step: Step }) {
  const at = STEPS.indexOf(step);
  const reached = STEPS.indexOf(firstOpen(now));
  const wrong = problemsOf(now, step);
  const next = (): void | Promise<void> => {
    shownProblems.value = step;
    if (Object.keys(wrong).length === 0) return goTo(STEPS[at + 1]!);
    document.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  };
  return (
    <>
      <PageHead title={title} sentence={SENTENCES[step](now)}>
        <Button onClick={close}>{isStorable(now) ? 'Save and close' : 'Close'}</Button>
      </PageHead>
      <ol class="steps" aria-label="Steps">
        {STEPS.map((each, i) => (
          <li key={each} class={i < at ? 'done' : ''}>
            {i <= reached ? (
              <a
                href={withQuery({ step: each })}
                aria-current={each === step ? 'step' : undefined}
                onClick={(event) => (event.preventDefault(), void goTo(each))}
              >
                {i + 1}. {STEP_NAMES[each]}
              </a>
            ) : (
              <span class="soft">
                {i + 1}. {STEP_NAMES[each]}
              </span>
            )}
          </li>
        ))}
      </ol>
      {problem.value !== undefined && <Refused problem={problem.value} goTo={goTo} />}
      {step !== 'audience' && <LeftOut goTo={goTo} />}
      <StepBody step={step} now={now} />
      <p class="actions">
        {at > 0 && <Button onClick={() => goTo(STEPS[at - 1]!)}>← {STEP_NAMES[STEPS[at - 1]!]}</Button>}
        {step !== 'review' && (
          <Button kind="main" onClick={next}>
            {STEP_NAMES[STEPS[at + 1]!]} →
          </Button>
        )}
      </p>
    </>
  );
}

/** Rows that the API has refused, told in whatever step one is by then. */
function LeftOut({ goTo }: { goTo(step: Step): unknown }) {
  const rejected = people.value?.rejected ?? 0;
  if (rejected === 0) return null;
  return (
    <p class="note">
      {plural(rejected, 'recipient')} can’t be sent to and {rejected === 1 ? 'is' : 'are'} left out.{' '}
      <button type="button" class="quiet small" onClick={() => void goTo('audience')}>
        {rejected === 1 ? 'Look at it' : 'Look at them'}
      </button>
    </p>
  );
}

function StepBody({ step, now }: { step: Step; now: Form }) {
  const wrong = shownProblems.value === step ? problemsOf(now, step) : {};
  const props = { now, wrong };
  if (step === 'audience') return <Audience {...props} />;
  if (step === 'text') return <Text {...props} />;
  if (step === 'way') return <Way now={now} />;
  if (step === 'time') return <When {...props} />;
  return <Review now={now} goTo={goTo} />;
}
