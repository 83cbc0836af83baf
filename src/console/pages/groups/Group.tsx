/** A group: who is in it, and how they are told. */
import { useState } from 'preact/hooks';
import { api, may, type Schemas } from '../../api';
import { ask, Badge, Button, count, EmptyState, PageHead, Pager, plural, Shown, Table, Time, toast, toastProblem, useLoad, type Column } from '../../parts'; // prettier-ignore
import { go, href, type PageProps } from '../../router';
import { AddMembers } from './AddMembers';
import { GroupForm } from './GroupForm';
import { TONES } from './levels';
import { NotifyGroup } from './NotifyGroup';

type Group = Schemas['Group'];
type Member = Schemas['GroupMember'];

export default function GroupPage({ params, query }: PageProps) {
  const id = params['id']!;
  const cursor = query.get('cursor') ?? undefined;
  const group = useLoad((signal) => api.get('/api/v1/groups/{id}', { params: { id }, signal }), [id]);
  const members = useLoad(
    (signal) => api.get('/api/v1/groups/{id}/members', { params: { id }, query: { cursor }, signal }),
    [id, cursor],
  );
  const [open, setOpen] = useState<'edit' | 'send'>();
  const reload = (): void => {
    members.reload();
    group.reload();
  };
  return (
    <Shown of={group} what="the group" title="Group">
      {(found) => (
        <>
          <Head group={found} open={setOpen} />
          {open === 'edit' && (
            <GroupForm key={id} group={found} onDone={(saved) => (group.set(saved), setOpen(undefined))} onCancel={() => setOpen(undefined)} />
          )}
          {open === 'send' && <NotifyGroup group={found} onClose={() => setOpen(undefined)} />}
          {may('manage') && <AddMembers groupId={id} onAdded={reload} />}
          <Shown of={members} what="the members">
            {({ items, nextCursor }) =>
              items.length === 0 ? (
                <EmptyState title="Nobody is in it yet">
                  <p>Add numbers above; with or without “+” both work.</p>
                </EmptyState>
              ) : (
                <>
                  <Table caption="Members" rows={items} keyOf={(member) => member.id} columns={columns(found, reload)} />
                  <Pager next={nextCursor} />
                </>
              )
            }
          </Shown>
        </>
      )}
    </Shown>
  ); // prettier-ignore
}

function Head({ group, open }: { group: Group; open(what: 'edit' | 'send'): void }) {
  const { name, level, members, templateId, description } = group;
  return (
    <>
      <p class="row">
        <Badge state={level} tone={TONES[level]} word={level} /> <a href={href('/groups')}>All groups</a>
      </p>
      <PageHead
        title={name}
        sentence={`${plural(members, 'member')}; ${templateId === null ? 'each message brings its text.' : 'messages are made of its template.'}`}
      >
        {may('send') && <Button onClick={() => open('send')}>Send to it</Button>}
        {may('manage') && <Button onClick={() => open('edit')}>Edit</Button>}
        {may('manage') && (
          <Button kind="danger" onClick={() => remove(group)}>
            Delete
          </Button>
        )}
      </PageHead>
      {description !== null && <p>{description}</p>}
    </>
  );
}

async function remove({ id, name, members }: Group): Promise<void> {
  const wanted = await ask({
    title: `Delete the group “${name}”?`,
    text: 'Messages that are on their way to it still arrive.',
    action: `Delete the group with its ${count(members)} members`,
    danger: true,
  });
  if (!wanted) return;
  const result = await api.delete('/api/v1/groups/{id}', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  toast(`“${name}” is deleted.`);
  go(href('/groups'));
}

const columns = (group: Group, reload: () => void): Column<Member>[] => [
  { title: 'Number', cell: ({ to }) => to },
  { title: 'Name', cell: ({ name }) => name },
  {
    title: 'Variables',
    cell: ({ variables }) =>
      Object.entries(variables)
        .map(([key, value]) => `${key}: ${value}`)
        .join(', '),
  },
  { title: 'Added', cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    title: 'Actions',
    cell: (member) =>
      may('manage') ? (
        <Button kind="quiet" onClick={() => takeOut(group, member, reload)}>
          Remove<span class="unseen"> {member.to}</span>
        </Button>
      ) : null,
  },
];

/** Takes a member out; the undo puts the same one in again. */
async function takeOut(group: Group, { id, to, name, variables }: Member, done: () => void): Promise<void> {
  const result = await api.delete('/api/v1/groups/{id}/members/{memberId}', { params: { id: group.id, memberId: id } });
  if (!result.ok) return toastProblem(result.problem);
  const putBack = async (): Promise<void> => {
    const again = await api.post('/api/v1/groups/{id}/members', {
      params: { id: group.id },
      body: { to, name, variables },
    });
    if (!again.ok) return toastProblem(again.problem);
    done();
  };
  toast(`${name ?? to} is out of “${group.name}”.`, { undo: putBack });
  done();
}
