/** Find: one box for whatever somebody has in hand. What is looked for stands behind `#`, which no server sees. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type FoundItem, type Searched } from '../../api';
import { Badge, EmptyState, PageHead, plural, Shown, Time, useLoad, Why, type WhySubject, words } from '../../parts';
import { address, go, href } from '../../router';

/** After the last key before it is searched. */
const TYPING_MS = 350;
const LEAST = 2;

export default function Find() {
  const q = address.value.hash.get('q') ?? '';
  return (
    <>
      <PageHead title="Find" sentence={q.length < LEAST ? 'What do you have in hand?' : undefined} />
      <Box q={q} />
      {q.length < LEAST ? <Hints /> : <Found key={q} q={q} />}
    </>
  );
}

const search = (q: string): void =>
  go(href(q === '' ? '/find' : `/find#q=${encodeURIComponent(q)}`), { replace: true });

function Box({ q }: { q: string }) {
  const [text, setText] = useState(q);
  const box = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    box.current?.focus();
    return () => clearTimeout(timer.current);
  }, []);
  const later = (value: string): void => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(value.trim()), TYPING_MS);
  };
  return (
    <form
      role="search"
      class="find-box"
      onSubmit={(event) => {
        event.preventDefault();
        clearTimeout(timer.current);
        search(text.trim());
      }}
    >
      <label for="find" class="unseen">
        A number or part of one, a meta, an id, a name
      </label>
      <input
        id="find"
        ref={box}
        type="search"
        placeholder="A number or its last digits, a meta, an id, a name"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => later(event.currentTarget.value)}
      />
      <button type="submit" class="main">
        Find
      </button>
    </form>
  );
}

function Hints() {
  return (
    <EmptyState title="One box finds it all">
      <ul>
        <li>A phone number in any spelling, or four of its digits and more</li>
        <li>The meta that CleverTap sent: its message id, your custom field</li>
        <li>The id of a message, ours or the provider’s</li>
        <li>The name of a campaign, an upload or a gateway</li>
      </ul>
      <p>
        Refused requests and rows of uploads are looked through, too. Or go through <a href={href('/messages')}>all messages</a>.
      </p>
    </EmptyState>
  ); // prettier-ignore
}

function Found({ q }: { q: string }) {
  const found = useLoad((signal) => api.get('/api/v1/find', { query: { q }, signal }), [q]);
  return (
    <Shown of={found} what="what was found" lines={5}>
      {({ items, searched }) => {
        const why = subjectOf(q, items);
        return (
          <>
            <p class="sentence" role="status">
              {items.length === 0
                ? `Nothing fits “${q}”.`
                : `${plural(items.length, 'thing fits', 'things fit')} “${q}”.`}
            </p>
            <Items items={items} />
            {why !== null && <Why key={q} of={why} open />}
            <WhereSearched searched={searched} open={items.length === 0} />
          </>
        );
      }}
    </Shown>
  );
}

/** What is known by what somebody typed where it became no message. */
const BY_META: readonly string[] = ['request', 'row', 'left-out'] satisfies FoundItem['kind'][];
const HAS_WHY: readonly string[] = ['message', 'campaign', 'gateway'] satisfies FoundItem['kind'][];

/** Whom or what "Why?" is asked of; null where there are several things, or only a part of a number. */
function subjectOf(q: string, items: readonly FoundItem[]): WhySubject | null {
  if (isPerson(q)) return { to: q };
  const [first] = items;
  if (items.length === 1 && HAS_WHY.includes(first!.kind)) return { id: first!.id };
  const isPart = /^[+\d\s().-]+$/.test(q);
  return !isPart && items.every(({ kind }) => BY_META.includes(kind)) ? { meta: q } : null;
}

/** A whole number: of a part nobody can say why. */
const isPerson = (q: string): boolean => /^\+?[\d\s().-]{10,}$/.test(q);

function Items({ items }: { items: readonly FoundItem[] }) {
  if (items.length === 0) return null;
  return (
    <ul class="found">
      {items.map(({ kind, id, title, sentence, at, state, link }) => (
        <li key={`${kind} ${id}`}>
          <p>
            <span class="soft">{words(kind)}</span> <a href={link}>{title}</a>{' '}
            {state !== undefined && <Badge state={state} />}
          </p>
          <p>{sentence}</p>
          <p class="soft small">
            <Time at={at} />
          </p>
        </li>
      ))}
    </ul>
  );
}

function WhereSearched({ searched, open }: { searched: readonly Searched[]; open: boolean }) {
  if (searched.length === 0) return null;
  return (
    <details open={open}>
      <summary>What was searched</summary>
      <ul class="searched">
        {searched.map(({ what, since, skipped }) => (
          <li key={what}>
            {what}
            {since !== undefined && (
              <>
                , back to <Time at={since} />
              </>
            )}
            {skipped !== undefined && <span class="soft">: not searched, {skipped}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
