/** What can be done with a campaign. Each question names how many messages it is about. */
import { useState } from 'preact/hooks';
import { ACTION_STATES, hasEnded, type CampaignAction } from '../../../../core/campaigns/campaign';
import { may } from '../../../api';
import { ask, Button, count, Dialog, errorOf, Field, plural, toast, toastProblem, type Question } from '../../../parts';
import { go, href } from '../../../router';
import { command, deleteDraft, isCorrectable, notLeft, reschedule, type Campaign } from '../api';
import { instantIn, localIn } from '../clock';
import { Again } from './Again';
import type { Problem } from '../../../api';

export interface CommandProps {
  /** As it is now. */
  campaign: Campaign;
  /** What the API answered to a change. */
  onChange(campaign: Campaign): void;
}

export function Commands(props: CommandProps) {
  const { campaign } = props;
  const isSeries = campaign.recurrence !== null;
  const can = (action: CampaignAction): boolean => ACTION_STATES[action].includes(campaign.state);
  if (!may('send')) return null;
  return (
    <>
      {can('pause') && <Pause {...props} />}
      {can('resume') && <Resume {...props} />}
      {isCorrectable(campaign) && <a href={href(`/campaigns/${campaign.id}/text`)}>Correct the text</a>}
      {can('reschedule') && !isSeries && campaign.state !== 'draft' && <Reschedule {...props} />}
      {campaign.state === 'draft' && <a href={href(`/campaigns/${campaign.id}/edit`)}>Edit this draft</a>}
      {campaign.state === 'draft' && may('manage') && <Delete {...props} />}
      {can('cancel') && campaign.state !== 'draft' && <Cancel {...props} />}
      {hasEnded(campaign.state) && !isSeries && <Again campaign={campaign} />}
    </>
  );
}

/** Does it and says so. */
async function run(
  { campaign, onChange }: CommandProps,
  action: 'pause' | 'resume' | 'cancel',
  says: string,
  undo?: () => unknown,
): Promise<void> {
  const result = await command(campaign.id, action);
  if (!result.ok) return toastProblem(result.problem);
  onChange(result.data);
  toast(says, undo === undefined ? {} : { undo });
}

function Pause(props: CommandProps) {
  const { campaign } = props;
  const resume = (): Promise<void> => run(props, 'resume', 'The campaign goes on.');
  const says =
    campaign.recurrence === null
      ? `Paused: ${plural(notLeft(campaign), 'message waits', 'messages wait')}.`
      : 'The series is paused. Campaigns that it has made go on.';
  const pause = (): Promise<void> => run(props, 'pause', says, resume);
  return <Button onClick={pause}>Pause</Button>;
}

function Resume(props: CommandProps) {
  const pause = (): Promise<void> => run(props, 'pause', 'The campaign is paused again.');
  return (
    <Button kind="main" onClick={() => run(props, 'resume', 'The campaign goes on.', pause)}>
      Resume {props.campaign.recurrence === null ? plural(notLeft(props.campaign), 'message') : 'the series'}
    </Button>
  );
}

/** What a cancellation does, and what it does not. */
function questionOf(campaign: Campaign): Pick<Question, 'text' | 'action'> {
  if (campaign.recurrence !== null) {
    return {
      text: <p>It makes no more campaigns. Those that it has made go on: each is cancelled on its own page. This can’t be undone.</p>,
      action: 'Cancel the series',
    };
  }
  const kept = notLeft(campaign);
  const left = campaign.counts.accepted - campaign.counts.queued;
  return {
    text: (
      <p>
        {plural(kept, 'message has', 'messages have')} not left, and nobody gets them any more.{' '}
        {left > 0 && `${count(left)} have left already or have an outcome: they stay, and their reports are awaited. `}
        This can’t be undone.
      </p>
    ),
    action: `Cancel ${plural(kept, 'message')} that ${kept === 1 ? 'has' : 'have'} not left`,
  };
} // prettier-ignore

function Cancel(props: CommandProps) {
  const { campaign } = props;
  const cancel = async (): Promise<void> => {
    const wanted = await ask({ ...questionOf(campaign), title: `Cancel “${campaign.name}”?`, danger: true });
    if (wanted) await run(props, 'cancel', `The ${campaign.recurrence === null ? 'campaign' : 'series'} is cancelled.`);
  };
  return (
    <Button kind="danger" onClick={cancel}>
      Cancel
    </Button>
  );
}

function Delete({ campaign }: CommandProps) {
  const remove = async (): Promise<void> => {
    const wanted = await ask({
      title: `Delete the draft “${campaign.name}”?`,
      text: <p>Nothing of it was sent. Its text and its recipients are gone for good.</p>,
      action: 'Delete this draft',
      danger: true,
    });
    if (!wanted) return;
    const result = await deleteDraft(campaign.id);
    if (!result.ok) return toastProblem(result.problem);
    toast('The draft is deleted.');
    go(href('/campaigns'));
  };
  return (
    <Button kind="danger" onClick={remove}>
      Delete
    </Button>
  );
}

function Reschedule(props: CommandProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Another time</Button>
      {open && <RescheduleDialog {...props} close={() => setOpen(false)} />}
    </>
  );
}

function RescheduleDialog({ campaign, onChange, close }: CommandProps & { close(): void }) {
  const { timezone } = campaign;
  const [time, setTime] = useState(campaign.time === null ? '' : localIn(campaign.time, timezone));
  const [problem, setProblem] = useState<Problem>();
  const save = async (): Promise<void> => {
    const result = await reschedule(campaign.id, instantIn(time), timezone);
    if (!result.ok) return void (setProblem(result.problem), errorOf(result.problem, 'time') ?? toastProblem(result.problem)); // prettier-ignore
    onChange(result.data);
    close();
    toast('The campaign has another time.');
  };
  return (
    <Dialog title={`When does “${campaign.name}” begin?`} onClose={close}>
      <Field label="Begins" type="datetime-local" help={`By the clock of ${timezone}.`} value={time} onValue={setTime} error={errorOf(problem, 'time')} />
      <p class="actions">
        <Button onClick={close}>Leave it as it is</Button>
        <Button kind="main" disabled={time === ''} onClick={save}>
          Move {plural(notLeft(campaign), 'message')}
        </Button>
      </p>
    </Dialog>
  ); // prettier-ignore
}
