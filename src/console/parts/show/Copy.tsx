/** A value to take along: an id, a URL, a command. */
import { useState } from 'preact/hooks';

const SAID_MS = 2_000;

/** @param label what it is, for those who don't see it: `Provider id`. */
export function Copy({
  value,
  label,
  wide = false,
  onCopied,
}: {
  value: string;
  label: string;
  wide?: boolean;
  /** It is on the clipboard. */
  onCopied?: () => void;
}) {
  const [said, setSaid] = useState<'copied' | 'failed' | null>(null);
  const copy = async (): Promise<void> => {
    // Without HTTPS a browser has no clipboard for pages; the text can be marked and copied by hand.
    const done = await (navigator.clipboard?.writeText(value) ?? Promise.reject(new Error('no clipboard'))).then(
      () => true,
      () => false,
    );
    setSaid(done ? 'copied' : 'failed');
    if (done) onCopied?.();
    setTimeout(() => setSaid(null), SAID_MS);
  };
  return (
    <span class={wide ? 'copy wide' : 'copy'}>
      <code>{value}</code>
      <button type="button" class="quiet small" aria-label={`Copy ${label}`} onClick={() => void copy()}>
        {said === 'copied' ? 'Copied' : said === 'failed' ? 'Mark it and copy' : 'Copy'}
      </button>
      <span class="unseen" role="status">
        {said === 'copied' ? `${label} copied` : ''}
      </span>
    </span>
  );
}
