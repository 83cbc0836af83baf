/** Whom a campaign leaves out: rows that could not be used, and numbers that stood twice. */
import { addressOf, api, type AnswerOf } from '../../../api';
import type { OperationOf } from '../../../api/types';
import { count, EmptyState, Pager, plural, Shown, Table, useLoad } from '../../../parts';
import { address } from '../../../router';
import type { Campaign } from '../api';

type Rejected = AnswerOf<OperationOf<'get', '/api/v1/campaigns/{id}/rejected'>>['items'][number];

export function LeftOut({ campaign: { id, audience } }: { campaign: Campaign }) {
  const { rejected, duplicates } = audience;
  if (rejected === 0 && duplicates === 0) return null;
  return (
    <section class="stack" aria-labelledby="left-out">
      <h2 id="left-out">Left out</h2>
      <p>
        {duplicates > 0 && `${plural(duplicates, 'row')} named a number that had come before. `}
        {rejected > 0 && `${plural(rejected, 'recipient')} could not be sent to:`}
      </p>
      {rejected > 0 && <Rows id={id} />}
      {audience.kind === 'upload' && audience.id !== undefined && (
        <p>
          <a href={addressOf('/api/v1/uploads/{id}/errors.csv', { params: { id: audience.id } })} download>
            All errors of the file as CSV
          </a>
        </p>
      )}
    </section>
  );
}

function Rows({ id }: { id: string }) {
  const cursor = address.value.query.get('cursor') ?? undefined;
  const rejected = useLoad(
    (signal) => api.get('/api/v1/campaigns/{id}/rejected', { params: { id }, query: { cursor, limit: 20 }, signal }),
    [id, cursor],
  );
  return (
    <Shown of={rejected} what="the recipients that are left out" lines={4}>
      {({ items, nextCursor }) =>
        items.length === 0 ? (
          <EmptyState title="Their rows are kept no longer" />
        ) : (
          <>
            <Table
              caption="Recipients that are left out, in the order of the audience"
              rows={items}
              keyOf={({ position }: Rejected) => String(position)}
              columns={[
                { title: 'Row', number: true, cell: ({ position }) => count(position) },
                { title: 'Number', cell: ({ to }) => to ?? <span class="soft">not known</span> },
                { title: 'Meta', cell: ({ meta }) => meta },
                { title: 'Why', cell: ({ message, code }) => <span title={code}>{message}</span> },
              ]}
            />
            <Pager next={nextCursor} />
          </>
        )
      }
    </Shown>
  );
}
