/** Doctor: what is wrong with the deployment and the account's set-up, and what to do. */
import { api, type Finding } from '../../api';
import { Badge, Button, PageHead, plural, Shown, useLoad, words } from '../../parts';
import { SettingsTabs } from './tabs';

/** What is broken stands first. */
const ORDER: Record<Finding['state'], number> = { fail: 0, warn: 1, ok: 2 };

export default function Doctor() {
  const doctor = useLoad((signal) => api.get('/api/v1/doctor', { signal }), []);
  return (
    <>
      <PageHead title="Doctor" sentence={doctor.data === undefined ? (doctor.problem === undefined ? 'Looking at everything; what does not answer takes some seconds.' : 'It could not look.') : saying(doctor.data.checks)}>
        <Button onClick={doctor.reload} disabled={doctor.loading}>
          Look again
        </Button>
      </PageHead>
      <SettingsTabs />
      <Shown of={doctor} what="the findings" lines={8}>
        {({ checks }) => (
          <ul class="checks">
            {[...checks]
              .sort((one, other) => ORDER[one.state] - ORDER[other.state])
              .map(({ id, state, sentence, remedy }) => (
                <li key={id}>
                  <span>
                    <Badge state={state} />
                  </span>
                  <div>
                    <b>{nameOf(id)}</b>
                    <p>{sentence}</p>
                    {remedy !== null && (
                      <p>
                        <span class="soft">What to do:</span> <Remedy text={remedy} />
                      </p>
                    )}
                  </div>
                </li>
              ))}
          </ul>
        )}
      </Shown>
      <p class="soft small">
        Servers, machine and settings are told to admin keys only. On the machine itself: <code>npx heliograph doctor</code>.
      </p>
    </>
  ); // prettier-ignore
}

const nameOf = (id: string): string => words(id).replace(/\burl\b/, 'URL');

function saying(checks: readonly Finding[]): string {
  const names = (state: Finding['state']): string[] => checks.filter((check) => check.state === state).map(({ id }) => nameOf(id).replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase())); // prettier-ignore
  const [broken, odd] = [names('fail'), names('warn')];
  if (broken.length > 0)
    return `Broken: ${broken.join(', ')}.${odd.length === 0 ? '' : ` To look at: ${odd.join(', ')}.`}`;
  if (odd.length > 0) return `Everything works; to look at: ${odd.join(', ')}.`;
  return `All is well: ${plural(checks.length, 'check')} found nothing wrong.`;
}

/** Commands stand between backticks, for terminals. */
const Remedy = ({ text }: { text: string }) => (
  <>{text.split('`').map((part, i) => (i % 2 === 0 ? part : <code key={i}>{part}</code>))}</>
);
