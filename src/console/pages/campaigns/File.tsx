/** An uploaded list: how much of it can be sent to, and what is wrong with the other rows. */
import { addressOf, api } from '../../api';
import { count, PageHead, plural, Shown, useEvery, useLoad, Why } from '../../parts';
import { href, type PageProps } from '../../router';
import { RowErrors, rowProblemsOf } from './wizard/audience/RowErrors';
import { Read } from './wizard/audience/Upload';
import type { UploadAnswer } from './wizard/audience/uploading';

const LOOK_MS = 1_000;

export default function File({ params: { id = '' } }: PageProps) {
  const upload = useLoad((signal) => api.get('/api/v1/uploads/{id}', { params: { id }, signal }), [id]);
  useEvery(LOOK_MS, upload.reload, upload.data?.state === 'processing');
  return (
    <>
      <PageHead title="Upload" sentence={upload.data === undefined ? undefined : saying(upload.data)}>
        <a href={href('/campaigns/new')}>New campaign</a>
      </PageHead>
      <Shown of={upload} what="the upload">
        {(found) => (
          <>
            <Why of={{ id }} />
            <Read upload={found} />
            <RowErrors problems={rowProblemsOf(found)} />
            {found.errors.length > 0 && (
              <a href={addressOf('/api/v1/uploads/{id}/errors.csv', { params: { id } })} download>
                All errors as CSV
              </a>
            )}
          </>
        )}
      </Shown>
    </>
  );
}

function saying({ state, rows, valid, invalid }: UploadAnswer): string {
  if (state === 'failed') return 'It could not be read.';
  if (state === 'processing') return `${plural(rows, 'row')} read so far.`;
  return invalid === 0
    ? 'Every row can be used.'
    : `${count(valid)} of ${plural(rows, 'row')} can be used; the others are below.`;
}
