/** What became of a campaign's messages: outcomes by code, each with its rows, and the files. */
import { useEffect, useRef } from 'preact/hooks';
import { Badge, count, percent, Shown, Table, useEvery, useLoad } from '../../../parts';
import { href } from '../../../router';
import { getLedger, ledgerFile, type Ledger } from '../api';
import { meaningOf } from './codes';

type Line = Ledger['byCode'][number];
/** Outcomes are counted over all messages of the campaign: not each second. */
const EVERY_MS = 10_000;

export function Outcome({ id, underWay }: { id: string; underWay: boolean }) {
  const ledger = useLoad((signal) => getLedger(id, signal), [id]);
  const was = useRef(underWay);
  // Once it is over, what is shown is the last word.
  useEffect(() => {
    if (was.current !== underWay) ledger.reload();
    was.current = underWay;
  }, [underWay]);
  useEvery(EVERY_MS, ledger.reload, underWay);
  return (
    <section class="stack" aria-labelledby="outcomes">
      <h2 id="outcomes">What became of them</h2>
      <Shown of={ledger} what="the outcomes" lines={3}>
        {({ byCode, ledger: { accepted } }) =>
          byCode.length === 0 ? <p>No message has an outcome yet.</p> : <Lines id={id} lines={byCode} of={accepted} />
        }
      </Shown>
      {underWay && <p class="soft small">Counted anew every {EVERY_MS / 1_000} seconds.</p>}
      <p class="actions">
        <a href={ledgerFile(id)} download={`campaign-${id}.csv`}>
          Every message as CSV
        </a>
        <a href={href(`/messages?campaignId=${id}`)}>Show the messages</a>
      </p>
    </section>
  );
}

function Lines({ id, lines, of }: { id: string; lines: readonly Line[]; of: number }) {
  const rows = [...lines].sort((a, b) => b.messages - a.messages);
  const linkOf = ({ state, code }: Line): string =>
    href(`/messages?campaignId=${id}&state=${state}${code === null ? '' : `&code=${encodeURIComponent(code)}`}`);
  return (
    <Table
      caption="Outcomes by code, the most frequent first"
      rows={rows}
      keyOf={({ state, code }) => `${state} ${code}`}
      columns={[
        { title: 'Outcome', cell: ({ state }) => <Badge state={state} /> },
        { title: 'Code', cell: ({ code }) => code },
        { title: 'What it means', cell: ({ state, code }) => meaningOf(state, code) },
        { title: 'Messages', number: true, cell: (line) => <a href={linkOf(line)}>{count(line.messages)}</a> },
        { title: 'Share', number: true, cell: ({ messages }) => (of === 0 ? '–' : percent(messages / of)) },
      ]}
    />
  );
}
