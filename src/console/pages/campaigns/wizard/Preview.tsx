/** How a text reads for recipient 1, 2, 3 …, how many parts it takes, and which characters make it take more. */
import { useMemo, useState } from 'preact/hooks';
import { mergeVariables, parseTemplate, renderTemplate, type Template } from '../../../../core/audience/template';
import { charactersBeyondGsm, roomOf, segment, type SegmentOptions } from '../../../../core/messages/segments';
import { Badge, count, plural } from '../../../parts';
import { change, samples } from './draft';
import type { Form } from './form';
import type { Sample } from './audience/people';
import { nameOf, plainText } from './plain';

const TYPES: Record<Form['type'], SegmentOptions['type']> = { A: 'auto', U: 'unicode', N: 'plain' };
const NOBODY: Sample = { to: '', variables: {} };

const optionsOf = ({ type, port }: Form): SegmentOptions => ({ type: TYPES[type], port: port !== '' });

/** A variable without a value is shown as it is written. */
function render(template: Template, sample: Sample, now: Form): { text: string; missing: string[] } {
  const variables = mergeVariables(now.variables, sample.variables);
  const done = renderTemplate(template, variables);
  if (done.ok) return { text: done.text, missing: [] };
  const placeholders = Object.fromEntries(done.missing.map((name) => [name, `{${name}}`]));
  const shown = renderTemplate(template, mergeVariables(variables, placeholders));
  return { text: shown.ok ? shown.text : '', missing: done.missing };
}

export function Preview({ text, now }: { text: string; now: Form }) {
  const [at, setAt] = useState(0);
  const known = samples.value;
  const parsed = useMemo(() => parseTemplate(text), [text]);
  if (text === '' || !parsed.ok) {
    return (
      <section class="stack preview" aria-label="Preview">
        <p class="soft">The preview is shown here as you write.</p>
      </section>
    );
  }
  const i = Math.min(at, Math.max(0, known.length - 1));
  const { text: shown, missing } = render(parsed.template, known[i] ?? NOBODY, now);
  return (
    <section class="stack preview" aria-label="Preview">
      <header class="actions">
        <h2>Preview</h2>
        {known.length > 0 && <Turn at={i} of={known.length} to={known[i]!.to} go={setAt} />}
      </header>
      <p class="sms" dir="auto">
        <Marked text={shown} />
      </p>
      <Missing names={missing} now={now} />
      <Length text={shown} now={now} />
      <Others template={parsed.template} now={now} />
      {now.textFrom === 'message' && plainText(text) !== text && (
        <p>
          <button type="button" onClick={() => change({ message: plainText(text) })}>
            Use plain quotes, dashes and blanks
          </button>
        </p>
      )}
    </section>
  ); // prettier-ignore
}

/** Variables without a value: of this recipient, of everybody, or not known before the list is read. */
function Missing({ names, now: { columns } }: { names: readonly string[]; now: Form }) {
  if (names.length === 0) return null;
  const known = new Set(columns.map((column) => column.toLowerCase()));
  const nowhere = columns.length === 0 ? [] : names.filter((name) => !known.has(name.toLowerCase()));
  if (nowhere.length > 0) {
    return (
      <p class="wrongly">
        No column is called {nowhere.join(', ')}: the audience has {`{${columns.join('}, {')}}`}.
      </p>
    );
  }
  const list = `{${names.join('}, {')}}`;
  if (samples.value.length === 0) return <p class="soft">{list} will be filled in for each recipient.</p>;
  return (
    <p class="wrongly">
      This recipient has no value for {list} and is left out: give it a default, {`{${names[0]}|there}`}, or a value for
      everybody.
    </p>
  );
}

function Turn({ at, of, to, go }: { at: number; of: number; to: string; go(at: number): void }) {
  return (
    <>
      <button type="button" class="small" disabled={at === 0} onClick={() => go(at - 1)}>
        ← Before
      </button>
      <span role="status" class="tabular">
        Recipient {at + 1} of {count(of)}: {to}
      </span>
      <button type="button" class="small" disabled={at + 1 >= of} onClick={() => go(at + 1)}>
        Next →
      </button>
    </>
  );
}

/** The text with what is beyond GSM 03.38 marked. */
function Marked({ text }: { text: string }) {
  const beyond = charactersBeyondGsm(text);
  if (beyond.size === 0) return <>{text}</>;
  const pieces: { text: string; isBeyond: boolean }[] = [];
  for (const character of text) {
    const isBeyond = beyond.has(character);
    const last = pieces.at(-1);
    if (last?.isBeyond === isBeyond) last.text += character;
    else pieces.push({ text: character, isBeyond });
  }
  return (
    <>
      {pieces.map((piece, i) => (piece.isBeyond ? <mark key={i}>{piece.text}</mark> : piece.text))}
    </>
  ); // prettier-ignore
}

/** `1 part of 160 characters, 98 used`, and why it is no longer that. */
function Length({ text, now }: { text: string; now: Form }) {
  const { encoding, parts, units, unencodable } = segment(text, optionsOf(now));
  const room = roomOf(encoding, now.port !== '');
  const beyond = [...charactersBeyondGsm(text)];
  return (
    <p role="status" class="length">
      <Badge state={parts === 1 ? 'ok' : 'warn'} word={plural(parts, 'part')} />{' '}
      {count(units)} of {room.single} characters a part ({room.part} with several)
      {unencodable !== undefined && `. Plain letters are asked for, and ${nameOf(unencodable)} is none: it is refused`}
      {unencodable === undefined && encoding === 'ucs2' && beyond.length > 0 && `, because of ${beyond.slice(0, 8).map(nameOf).join(', ')}`}
      {beyond.length > 8 && ` and ${beyond.length - 8} more`}.
    </p>
  ); // prettier-ignore
}

/** What the recipients that are known take: one long name can make a second part. */
function Others({ template, now }: { template: Template; now: Form }) {
  const known = samples.value;
  if (known.length < 2 || template.variables.length === 0) return null;
  const rendered = known.map((sample) => render(template, sample, now));
  const most = Math.max(...rendered.map(({ text }) => segment(text, optionsOf(now)).parts));
  const lacking = rendered.filter(({ missing }) => missing.length > 0).length;
  return (
    <p class="soft">
      Of the first {count(known.length)} recipients the longest text takes {plural(most, 'part')}
      {lacking > 0 && `, and ${plural(lacking, 'recipient')} ${lacking === 1 ? 'lacks' : 'lack'} a value`}.
    </p>
  );
}
