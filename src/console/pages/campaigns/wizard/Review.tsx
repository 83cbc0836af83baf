/** Step 5: what it will be, a test to one's own phone, and the button that names what it does. */
import { absolute, ask, Button, count, duration, EmptyState, plural, Shown, Table, toast, toastProblem, useEvery, useLoad } from '../../../parts'; // prettier-ignore
import { go, href } from '../../../router';
import { command, getForecast, type Forecast } from '../api';
import { sayBegin, sayLaunch } from './begins';
import { leave, save } from './draft';
import type { Form, Step } from './form';
import { nameOf } from './plain';
import { TestPhones } from './TestPhones';

const AGAIN_MS = 1_500;

export function Review({ now, goTo }: { now: Form; goTo(step: Step): unknown }) {
  const { id } = now;
  if (id === undefined) {
    return (
      <EmptyState title="It is not saved yet">
        <Button onClick={() => goTo('review')}>Save the draft</Button>
      </EmptyState>
    );
  }
  return <Saved id={id} now={now} />;
}

function Saved({ id, now }: { id: string; now: Form }) {
  const forecast = useLoad((signal) => getForecast(id, signal), [id]);
  const made = forecast.data !== undefined && !('state' in forecast.data) ? forecast.data : null;
  useEvery(AGAIN_MS, forecast.reload, forecast.data !== undefined && made === null);
  return (
    <div class="stack">
      <Shown of={forecast} what="the forecast" lines={5}>
        {(answer) =>
          'state' in answer ? <p role="status">The forecast is being made: each text is counted …</p> : <Figures forecast={answer} now={now} />
        }
      </Shown>
      <TestPhones id={id} />
      <Launch id={id} now={now} forecast={made} />
    </div>
  ); // prettier-ignore
}

function Figures({ forecast, now }: { forecast: Forecast; now: Form }) {
  const { recipients, suppressed, duplicates, rejected, segments, encodings, surprises, cost, finishesAt, sendingSeconds } = forecast; // prettier-ignore
  const kinds = Object.entries(segments.byParts);
  return (
    <section class="stack" aria-labelledby="forecast">
      <h2 id="forecast">Forecast</h2>
      {forecast.warnings.length > 0 && (
        <ul class="needs" aria-label="Warnings">
          {forecast.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <dl class="facts">
        <dt>Recipients</dt>
        <dd>
          <b>{count(recipients)}</b>
          {suppressed > 0 && `; ${suppressed === 1 ? '1 more has opted out and gets' : `${count(suppressed)} more have opted out and get`} nothing`}
          {rejected + duplicates > 0 && `; ${count(rejected + duplicates)} are left out already`}
        </dd>
        <dt>Parts</dt>
        <dd>
          <b>{count(segments.total)}</b>
          {kinds.length > 1 && `: ${kinds.map(([parts, many]) => `${plural(many, 'message')} of ${parts}`).join(', ')}`}
        </dd>
        <dt>Unicode</dt>
        <dd>
          {encodings.ucs2 === 0 ? 'none' : plural(encodings.ucs2, 'message')}
          {surprises.length > 0 && `, because of ${surprises.slice(0, 8).map(({ character, messages }) => `${nameOf(character)} (${count(messages)})`).join(', ')}`}
        </dd>
        <dt>Cost</dt>
        <dd>{cost === null ? 'not known: gateways have no price' : `${count(cost.amount)} ${cost.currency ?? ''}`}</dd>
        <dt>Begins</dt>
        <dd>{sayBegin(now)}</dd>
        <dt>Last one leaves</dt>
        <dd>
          {now.begins === 'series' ? 'each time' : finishesAt === null ? 'not known' : absolute(finishesAt)}
          {sendingSeconds > 0 && `, after ${duration(sendingSeconds * 1_000)} of sending`}
        </dd>
      </dl>
      {forecast.problems.length > 0 && (
        <details>
          <summary>Recipients that are left out ({count(rejected)})</summary>
          <Table
            caption="Recipients that are left out"
            rows={forecast.problems}
            keyOf={({ position, code }) => `${position} ${code}`}
            columns={[
              { title: 'Row', number: true, cell: ({ position }) => count(position) },
              { title: 'What is wrong', cell: ({ message }) => message },
            ]}
          />
        </details>
      )}
    </section>
  ); // prettier-ignore
}

function Launch({ id, now, forecast }: { id: string; now: Form; forecast: Forecast | null }) {
  const many = forecast === null ? now.recipients : forecast.recipients;
  const { does: says, goes, done } = sayLaunch(now, plural(many, 'message'));
  const isSeries = now.begins === 'series';
  const launch = async (): Promise<void> => {
    const saved = await save();
    if (!saved.ok) return;
    const wanted = await ask({
      title: `${says}?`,
      text: (
        <p>
          “{now.name}” goes to {plural(many, 'recipient')}{goes}.{' '}
          {isSeries ? 'You can pause or cancel the series, and each of its campaigns' : 'You can pause or cancel it while it runs'}; what
          has left can’t be called back.
        </p>
      ),
      action: says,
      keep: 'Not yet',
    }); // prettier-ignore
    if (!wanted) return;
    const result = await command(id, 'launch');
    if (!result.ok) return toastProblem(result.problem);
    toast(done);
    leave();
    go(href(`/campaigns/${id}`));
  };
  return (
    <p class="actions">
      <Button kind="main" onClick={launch} disabled={many === 0} title={many === 0 ? 'There is nobody to send it to' : undefined}>
        {says}
      </Button>
    </p>
  ); // prettier-ignore
}
