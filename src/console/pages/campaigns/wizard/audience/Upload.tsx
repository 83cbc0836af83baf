/** A CSV file as the audience: chosen, read, and its row errors shown as they are found. */
import { useEffect } from 'preact/hooks';
import { api } from '../../../../api';
import { Badge, count, ErrorState, plural, Select, Time, useEvery, useLoad } from '../../../../parts';
import { wrongWith, type StepProps } from '../Refused';
import { Mend } from './Mend';
import { choose, look, sending, upload, uploaded, uploadProblem, type UploadAnswer } from './uploading';

const LOOK_MS = 700;

export function Upload({ now, wrong }: StepProps) {
  const known = uploaded.value?.id === now.uploadId ? uploaded.value : null;
  useEffect(() => {
    if (now.uploadId !== '' && known === null) void look(now.uploadId);
  }, [now.uploadId]);
  useEvery(LOOK_MS, () => void look(now.uploadId), known?.state === 'processing');
  return (
    <div class="stack">
      <div class="columns">
        <FileField error={wrongWith(wrong, 'uploadId')} />
        <Earlier value={now.uploadId} />
      </div>
      {sending.value && <p role="status">The file is being sent …</p>}
      {uploadProblem.value !== null && <ErrorState problem={uploadProblem.value} what="the file" />}
      {known !== null && (
        <>
          <Read upload={known} />
          <Mend upload={known} />
        </>
      )}
    </div>
  );
}

function FileField({ error }: { error?: string }) {
  const take = (file: File | undefined): void => {
    if (file !== undefined) void upload(file, file.name);
  };
  return (
    <div
      class={error === undefined ? 'field drop' : 'field drop wrong'}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer?.files[0]);
      }}
    >
      <label for="csv">A new file</label>
      <p class="help" id="csv-help">
        CSV with a first row of names; one column has the numbers (“to”, “phone”, “mobile” …), the others are variables.
        Choose it or drop it here.
      </p>
      <input
        id="csv"
        type="file"
        accept=".csv,.txt,text/csv,text/plain"
        aria-describedby="csv-help"
        aria-invalid={error !== undefined}
        onChange={(event) => take(event.currentTarget.files?.[0])}
      />
      {error !== undefined && <p class="wrongly">{error}</p>}
    </div>
  );
}

function Earlier({ value }: { value: string }) {
  const uploads = useLoad((signal) => api.get('/api/v1/uploads', { query: { limit: 50 }, signal }), []);
  const ready = (uploads.data?.items ?? []).filter(({ state }) => state === 'ready');
  if (ready.length === 0) return null;
  return (
    <Select
      label="Or a file from before"
      value={ready.some(({ id }) => id === value) ? value : ''}
      onValue={choose}
      options={[
        ['', 'Choose a file'],
        ...ready.map(({ id, name, valid }) => [id, `${name ?? id}: ${plural(valid, 'recipient')}`] as const),
      ]}
    />
  );
}

/** How far the file is read, and how much of it can be used. */
export function Read({ upload: { id, name, state, rows, valid, invalid, duplicates, reason, createdAt } }: { upload: UploadAnswer }) {
  return (
    <div class="stack" role="status">
      <p>
        <Badge state={state === 'processing' ? 'preparing' : state} word={state === 'processing' ? 'Being read' : undefined} />{' '}
        <b>{name ?? id}</b>, <Time at={createdAt} />: {plural(rows, 'row')} read, <b>{count(valid)} can be sent to</b>
        {invalid > 0 && `, ${count(invalid)} can’t`}
        {duplicates > 0 && `, ${count(duplicates)} name a number that came before`}.
      </p>
      {reason !== undefined && <p class="wrongly">{reason}</p>}
    </div>
  );
} // prettier-ignore
