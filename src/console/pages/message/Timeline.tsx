/** The steps of a story, one under the other: when, how long after the first, and what. */
import { api, may } from '../../api';
import { Button, Clock, Copy, duration, Icon, toast, toastProblem, words } from '../../parts';
import { Exchange } from './Exchange';
import type { Step } from './story';

export function Timeline({ steps, reload }: { steps: readonly Step[]; reload(): void }) {
  const firstMs = Date.parse(steps[0]?.at ?? '');
  return (
    <ol class="timeline" aria-label="What happened">
      {steps.map((step, i) => (
        <li key={`${step.at} ${i}`} class={step.tone}>
          <span class="dot">
            <Icon tone={step.tone} />
          </span>
          <div class="when">
            <Clock at={step.at} />
            {i > 0 && <span class="soft small">+{duration(Date.parse(step.at) - firstMs)}</span>}
          </div>
          <div class="stack what">
            <p>{step.sentence}</p>
            {step.providerId !== undefined && (
              <p>
                <span class="soft">The provider calls it</span> <Copy value={step.providerId} label="Provider’s id" />
              </p>
            )}
            {step.attempt !== undefined && <Exchange attempt={step.attempt} />}
            <Facts facts={step.facts ?? {}} />
            {step.replay !== undefined && may('manage') && <Replay id={step.replay} reload={reload} />}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Facts({ facts }: { facts: Record<string, string | undefined> }) {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== '');
  if (known.length === 0) return null;
  return (
    <details>
      <summary class="small">Details</summary>
      <dl class="facts small">
        {known.map(([name, value]) => (
          <>
            <dt>{words(name)}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}

function Replay({ id, reload }: { id: string; reload(): void }) {
  const replay = async (): Promise<void> => {
    const result = await api.post('/api/v1/callbacks/{id}/replay', { params: { id } });
    if (!result.ok) return toastProblem(result.problem);
    toast('It is told once more.');
    reload();
  };
  return (
    <p>
      <Button kind="quiet" onClick={replay}>
        Tell it again
      </Button>
    </p>
  );
}
