/** Groups: lists of people who are told together. */
import { useState } from 'preact/hooks';
import { api, may, type Schemas } from '../../api';
import { Badge, Button, count, EmptyState, PageHead, Pager, Shown, Table, useLoad } from '../../parts';
import { go, href, type PageProps } from '../../router';
import { GroupForm } from './GroupForm';
import { TONES } from './levels';
import { GroupTabs } from './tabs';

type Group = Schemas['Group'];

export default function Groups({ query }: PageProps) {
  const cursor = query.get('cursor') ?? undefined;
  const [adding, setAdding] = useState(false);
  const groups = useLoad((signal) => api.get('/api/v1/groups', { query: { cursor }, signal }), [cursor]);
  const add = may('manage') && (
    <Button kind="main" onClick={() => setAdding(true)}>
      + Add a group
    </Button>
  );
  return (
    <>
      <PageHead title="Groups" sentence={groups.data === undefined ? ' ' : saying(groups.data.items)}>
        {add}
      </PageHead>
      <GroupTabs />
      {adding && <GroupForm onDone={({ id }) => go(href(`/groups/${id}`))} onCancel={() => setAdding(false)} />}
      <Shown of={groups} what="the groups">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title="No group yet">
              <p>A group is a list of people who get the same message, such as those on call.</p>
              {add}
            </EmptyState>
          ) : (
            <>
              <Table
                caption="Groups"
                rows={items}
                keyOf={({ id }) => id}
                columns={[
                  { title: 'Name', cell: ({ id, name }) => <a href={href(`/groups/${encodeURIComponent(id)}`)}>{name}</a> },
                  { title: 'Level', cell: ({ level }) => <Badge state={level} tone={TONES[level]} word={level} /> },
                  { title: 'Members', number: true, cell: ({ members }) => count(members) },
                  { title: 'Sender ID', cell: ({ sender }) => sender },
                  { title: 'Description', cell: ({ description }) => description },
                ]}
              />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
    </>
  ); // prettier-ignore
}

function saying(groups: readonly Group[]): string {
  if (groups.length === 0) return 'Nobody is in a group.';
  const without = groups.filter(({ templateId }) => templateId === null).length;
  const first = groups.length === 1 ? 'One group' : `${groups.length} groups`;
  return without === 0
    ? `${first}, each with its template.`
    : `${first}; ${without} without a template, so each message brings its text.`;
}
