/** Step 1: whom it goes to. Rows that can't be used show at once. */
import { useEffect, useMemo } from 'preact/hooks';
import { api, type Result, type Schemas } from '../../../../api';
import { Button, count, download, Field, plural, Select, Shown, Table, TextArea, useLoad } from '../../../../parts';
import { href } from '../../../../router';
import { change, form, judged, people, problem, samples, save } from '../draft';
import { isStorable, type AudienceKind, type Form } from '../form';
import { MAX_PASTED, MAX_SAMPLES, readPeople, type People } from './people';
import { mendPasted, refusedCsv, refusedPasted, type Mended } from './refused';
import { RefusedRows } from './RefusedRows';
import { MAX_SHOWN } from './RowErrors';
import { wrongWith, type StepProps } from '../Refused';
import { Upload } from './Upload';
import { upload } from './uploading';

const KINDS: readonly (readonly [AudienceKind, string])[] = [
  ['paste', 'Paste numbers'],
  ['upload', 'A CSV file'],
  ['group', 'A group'],
];

export function Audience({ now, wrong }: StepProps) {
  const kinds: typeof KINDS = people.value === undefined || now.audience !== 'kept' ? KINDS : [['kept', now.recipients === 0 ? 'As it is saved' : `As it is saved: ${plural(now.recipients, 'recipient')}`], ...KINDS]; // prettier-ignore
  return (
    <div class="stack wide-form">
      <Field
        label="Name of the campaign"
        value={now.name}
        maxLength={200}
        autofocus
        required
        onValue={(name) => change({ name })}
        error={wrongWith(wrong, 'name')}
      />
      <fieldset class="choices">
        <legend>Audience</legend>
        {kinds.map(([kind, says]) => (
          <label key={kind}>
            <input type="radio" name="audience" checked={now.audience === kind} onChange={() => change({ audience: kind })} /> {says}
          </label>
        ))}
      </fieldset>
      {now.audience === 'paste' && <Paste now={now} wrong={wrong} />}
      {now.audience === 'upload' && <Upload now={now} wrong={wrong} />}
      {now.audience === 'group' && <Groups now={now} wrong={wrong} />}
      {now.id !== undefined && <Stored />}
    </div>
  ); // prettier-ignore
}

function Paste({ now, wrong }: StepProps) {
  const read = useMemo(() => readPeople(now.pasted), [now.pasted]);
  const { recipients, problems, duplicates, columns } = read;
  useEffect(() => {
    samples.value = recipients.slice(0, MAX_SAMPLES);
    change({ recipients: recipients.length, columns });
  }, [read]);
  const toFile = (): Promise<void> => upload(new Blob([now.pasted], { type: 'text/csv' }), 'pasted.csv');
  return (
    <div class="stack">
      <TextArea
        label="Numbers"
        rows={10}
        spellcheck={false}
        placeholder={'to,name\n+919800000001,Asha'}
        help="One a line. Or a table whose first line names its columns: one of them “to”; the others are variables of the text."
        value={now.pasted}
        onValue={(pasted) => change({ pasted })}
        error={wrongWith(wrong, 'pasted', 'recipients')}
      />
      <p role="status">
        <b>{plural(recipients.length, 'number')}</b>
        {duplicates > 0 && `, ${plural(duplicates, 'row')} left out because the number came before`}
        {problems.length > 0 && `, ${plural(problems.length, 'row')} that can’t be used`}
        {columns.length > 0 && `. Variables: ${columns.map((name) => `{${name}}`).join(' ')}`}
      </p>
      {recipients.length > MAX_PASTED && (
        <p>
          <Button onClick={toFile}>Upload these {count(recipients.length)} as a file</Button>
        </p>
      )}
      <RefusedOfPasted now={now} read={read} />
    </div>
  );
}

/** What the browser finds wrong at once, and what the API has said since it has stored this text. */
function RefusedOfPasted({ now, read }: { now: Form; read: People }) {
  const told = judged.value === now.pasted ? people.value : undefined;
  const table = useMemo(() => refusedPasted(read, told?.problems ?? []), [read, told]);
  const unseen = told === undefined ? 0 : Math.max(0, told.rejected - told.problems.length);
  const retry = async (mended: Mended): Promise<void> => {
    change({ pasted: mendPasted(now.pasted, read, mended) });
    // Whether a number can be one of its country only the API knows.
    if (now.id !== undefined && isStorable(form.value!)) await save();
  };
  return (
    <RefusedRows table={table} total={table.rows.length + unseen} onTry={retry}>
      <Button kind="quiet" onClick={() => download('refused.csv', refusedCsv(table))}>
        {plural(table.rows.length, 'refused row')} as CSV
      </Button>
    </RefusedRows>
  );
}

/** What the API has found when it stored the audience. */
function Stored() {
  const audience = people.value;
  if (audience === undefined || problem.value !== undefined || audience.rejected === 0) return null;
  // A file shows its own, and so do numbers that were pasted here.
  if (audience.kind === 'upload' || judged.value !== null) return null;
  return (
    <div class="stack">
      <p>
        Of the audience as it is saved, {plural(audience.rejected, 'recipient')} can’t be sent to and{' '}
        {audience.rejected === 1 ? 'is' : 'are'} left out:
      </p>
      <Table
        caption="Recipients that are left out"
        rows={audience.problems.slice(0, MAX_SHOWN)}
        keyOf={({ position }) => String(position)}
        columns={[
          { title: 'Recipient', number: true, cell: ({ position }) => count(position + 1) },
          { title: 'What is wrong', cell: ({ message }) => message },
        ]}
      />
      {audience.kind === 'recipients' && <p class="soft small">No answer gives numbers back: to mend these, paste the whole list anew.</p>}
    </div>
  ); // prettier-ignore
}

/** The first members of a group, for the preview. */
async function membersOf(id: string, signal: AbortSignal): Promise<Result<Schemas['GroupMember'][]>> {
  if (id === '') return { ok: true, data: [] };
  const result = await api.get('/api/v1/groups/{id}/members', {
    params: { id },
    query: { limit: MAX_SAMPLES },
    signal,
  });
  return result.ok ? { ok: true, data: result.data.items } : result;
}

function Groups({ now, wrong }: StepProps) {
  const groups = useLoad((signal) => api.get('/api/v1/groups', { query: { limit: 500 }, signal }), []);
  const members = useLoad(async (signal) => membersOf(now.groupId, signal), [now.groupId]);
  useEffect(() => {
    const items = members.data ?? [];
    samples.value = items.map(({ to, name, variables }) => ({
      to,
      variables: { ...(name === null ? {} : { name }), ...variables },
    }));
    if (items.length === 0) return;
    change({ columns: [...new Set(samples.value.flatMap((each) => Object.keys(each.variables)))] });
  }, [members.data]);
  return (
    <Shown of={groups} what="the groups" lines={2}>
      {({ items }) =>
        items.length === 0 ? (
          <p>
            There is no group yet. <a href={href('/groups')}>Make a group</a>
          </p>
        ) : (
          <Select
            label="Group"
            value={now.groupId}
            onValue={(groupId) => change({ groupId, recipients: items.find(({ id }) => id === groupId)?.members ?? 0 })}
            options={[['', 'Choose a group'], ...items.map(({ id, name, members: many }) => [id, `${name}: ${plural(many, 'member')}`] as const)]}
            error={wrongWith(wrong, 'groupId')}
          />
        )
      }
    </Shown>
  ); // prettier-ignore
}
