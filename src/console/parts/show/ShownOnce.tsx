/** A secret that the server shows once: it stands until the person says that it is kept. */
import { Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
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

export function ShownOnce({ title, text, values, onKept }: ShownOnceProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
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
              <Copy value={value} label={label} wide />
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
