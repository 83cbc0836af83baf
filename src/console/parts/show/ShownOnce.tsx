/** A secret that the server shows once: it stands until the person says that it is kept. */
import { Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { guardPage } from '../../router';
import { ask } from '../act/Dialog';
import { Copy } from './Copy';

export interface ShownOnceProps {
  /** `The new key “CleverTap”`. */
  title: string;
  /** What to do with it. */
  text: string;
  /** Each value with what it is. */
  values: readonly (readonly [label: string, value: string])[];
  onKept(): void;
}

const leaving = (title: string) => ({
  title: 'Leave without having copied it?',
  text: `${title} is shown this once. Once you leave this page nobody can show it again.`,
  action: 'Leave it',
  keep: 'Stay and copy it',
  danger: true,
});

export function ShownOnce({ title, text, values, onKept }: ShownOnceProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [copied, setCopied] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => heading.current?.focus(), []);
  const isKept = values.every(([label]) => copied.has(label));
  useEffect(() => (isKept ? undefined : guardPage(() => ask(leaving(title)))), [isKept, title]);
  return (
    <section class="panel once" aria-label={title}>
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <p>
        <b>It is shown this once.</b> {text}
      </p>
      <dl class="facts">
        {values.map(([label, value]) => (
          <Fragment key={label}>
            <dt>{label}</dt>
            <dd>
              <Copy
                value={value}
                label={label}
                wide
                onCopied={() => setCopied((before) => new Set(before).add(label))}
              />
            </dd>
          </Fragment>
        ))}
      </dl>
      <p class="actions">
        <button type="button" onClick={onKept}>
          I have kept it
        </button>
      </p>
    </section>
  );
}
