/** A light that waits for CleverTap's first request, and says what became of the latest. */
import { useEffect } from 'preact/hooks';
import { api, type LatestRequest } from '../../api';
import { Badge, ErrorState, keyTitle, Time, useLoad, type Tone } from '../../parts';
import { href } from '../../router';
import type { Shape } from './set-ups';

const LOOK_MS = 3_000;

export function Light({ shape }: { shape: Shape }) {
  const latest = useLoad((signal) => api.get('/api/v1/requests/latest', { signal }), []);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState !== 'hidden') latest.reload();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  if (latest.data === undefined && latest.problem !== undefined) {
    return <ErrorState problem={latest.problem} what="the latest request" retry={latest.reload} />;
  }
  const newest = latest.data?.items
    .filter((each) => each.shape === shape)
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at))[0];
  return (
    <div role="status">
      <Says newest={newest} />
    </div>
  );
}

function Says({ newest }: { newest: LatestRequest | undefined }) {
  if (newest === undefined) {
    return (
      <p class="light busy">
        <Badge state="pending" word="Waiting" />
        <span>
          <b>It waits for the first request.</b> Save the form and press “Send Test SMS” in CleverTap: this changes by
          itself.
        </span>
      </p>
    );
  }
  const { outcome, at, status, code, keyName, keyId, takenAt } = newest;
  const tone: Tone = outcome === 'taken' ? 'good' : outcome === 'partly' ? 'warn' : 'bad';
  return (
    <p class={`light ${tone}`}>
      <Badge state={outcome} />
      <span>
        {outcome === 'taken' ? (
          <b>CleverTap comes through. </b>
        ) : outcome === 'partly' ? (
          <b>It came, and some records were refused. </b>
        ) : (
          <b>
            It came, and was refused with {status}
            {code === null || code === undefined ? '' : ` (${code})`}.{' '}
          </b>
        )}
        The latest came <Time at={at} /> with the key “{keyName ?? keyTitle(keyId)}”.{' '}
        {outcome !== 'taken' && (
          <>
            <a href={href('/requests')}>See what to mend</a>.{' '}
            {takenAt !== undefined && (
              <>
                The latest that was taken: <Time at={takenAt} />.
              </>
            )}
          </>
        )}
      </span>
    </p>
  );
}
