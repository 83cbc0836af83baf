/** "Why?": one verdict, the evidence for it, and who can mend it, with the button that does. */
import { useState } from 'preact/hooks';
import { api, follow, type WhyAnswer } from '../../api';
import { ask } from '../act/Dialog';
import { Button } from '../act/Button';
import { toast, toastProblem } from '../act/Toast';
import { useLoad } from '../hooks';
import { Shown } from '../list/states';
import { Copy } from '../show/Copy';
import { Time } from '../show/Time';
import { linkTo } from './links';

/** Exactly one of: the id of any thing, a number, a meta. */
export interface WhySubject {
  id?: string;
  to?: string;
  meta?: string;
}

/** The button, and the panel below it once it is pressed. @param onMended something was done about it. */
export function Why({ of, open = false, onMended }: { of: WhySubject; open?: boolean; onMended?: () => void }) {
  const [shown, setShown] = useState(open);
  return (
    <div class="why">
      <button type="button" aria-expanded={shown} onClick={() => setShown(!shown)}>
        Why?
      </button>
      {shown && <WhyPanel of={of} onMended={onMended} />}
    </div>
  );
}

const WHO: Record<WhyAnswer['verdict']['who'], string> = {
  you: 'You can mend this.',
  provider: 'The provider can mend this.',
  recipient: 'Only the recipient can change this.',
  clevertap: 'This is mended in CleverTap.',
  nobody: 'There is nothing to mend.',
};

export function WhyPanel({ of, onMended }: { of: WhySubject; onMended?: () => void }) {
  const loaded = useLoad((signal) => api.get('/api/v1/why', { query: { ...of }, signal }), [of.id, of.to, of.meta]);
  return (
    <section class="panel why-panel" aria-label="Why?">
      <Shown of={loaded} what="the reason" lines={3}>
        {(answer) => (
          <Verdict
            answer={answer}
            onMended={() => {
              loaded.reload();
              onMended?.();
            }}
          />
        )}
      </Shown>
    </section>
  );
}

function Verdict({ answer: { verdict, evidence, others }, onMended }: { answer: WhyAnswer; onMended: () => void }) {
  return (
    <>
      <p class="verdict">{verdict.sentence}</p>
      <p>
        <b>{WHO[verdict.who]}</b> {verdict.remedy.sentence}{' '}
        {verdict.since !== undefined && (
          <span class="soft">
            So since <Time at={verdict.since} />.
          </span>
        )}
      </p>
      <Remedy remedy={verdict.remedy} onMended={onMended} />
      {evidence.length > 0 && (
        <ol class="evidence" aria-label="Evidence">
          {evidence.map((each, i) => (
            <li key={i}>
              <Time at={each.at} /> <span>{each.sentence}</span>{' '}
              {each.subject !== undefined && linkTo(each.subject) !== null && (
                <a href={linkTo(each.subject)!}>{each.subject.kind}</a>
              )}
            </li>
          ))}
        </ol>
      )}
      {others.length > 0 && (
        <details>
          <summary>Others that were found ({others.length})</summary>
          <ul class="evidence">
            {others.map((other) => (
              <li key={other.id}>
                <Time at={other.at} />{' '}
                {linkTo(other) === null ? other.sentence : <a href={linkTo(other)!}>{other.sentence}</a>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Remedy({ remedy, onMended }: { remedy: WhyAnswer['verdict']['remedy']; onMended: () => void }) {
  const { action, command, link, sentence } = remedy;
  const mend = async (): Promise<void> => {
    const wanted = await ask({
      title: 'Do this now?',
      text: (
        <p>
          {sentence} This is <code>{`${action!.method} ${action!.path}`}</code>.
        </p>
      ),
      action: 'Do it',
    });
    if (!wanted) return;
    const result = await follow(action!);
    if (!result.ok) return toastProblem(result.problem);
    toast('Done.');
    onMended();
  };
  if (action === undefined && command === undefined && link === undefined) return null;
  return (
    <p class="actions">
      {action !== undefined && (
        <Button kind="main" onClick={mend}>
          Do this now
        </Button>
      )}
      {link !== undefined && <a href={link}>Go there</a>}
      {command !== undefined && <Copy value={command} label="Command" />}
    </p>
  );
}
