/** Templates: texts with variables, kept under a name. */
import { api, may, type Schemas } from '../../api';
import { ask, Badge, Button, EmptyState, PageHead, Pager, plural, Shown, Table, toast, toastProblem, useLoad, type Column } from '../../parts'; // prettier-ignore
import { href, type PageProps } from '../../router';
import { SendingTabs } from './tabs';

type Template = Schemas['Template'];

export default function Templates({ query }: PageProps) {
  const cursor = query.get('cursor') ?? undefined;
  const templates = useLoad((signal) => api.get('/api/v1/templates', { query: { cursor }, signal }), [cursor]);
  const add = may('manage') && (
    <a class="button main" href={href('/templates/new')}>
      Add a template
    </a>
  );
  return (
    <>
      <PageHead title="Templates" sentence={templates.data === undefined ? ' ' : saying(templates.data.items)}>
        {add}
      </PageHead>
      <SendingTabs />
      <Shown of={templates} what="the templates">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title="No template yet">
              <p>
                A template is a text with variables such as <code>{'{name}'}</code>. India’s operators deliver texts
                that are registered with them: keep those here, with their DLT ids.
              </p>
              {add}
            </EmptyState>
          ) : (
            <>
              <Table caption="Templates" rows={items} keyOf={({ id }) => id} columns={columns(templates.reload)} />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
    </>
  );
}

function saying(items: readonly Template[]): string {
  if (items.length === 0) return 'Texts are written anew for each campaign.';
  const without = items.filter(({ dltTemplateId }) => dltTemplateId === null).length;
  const those = items.length === 1 ? 'One template' : `${items.length} templates`;
  return without === 0
    ? `${those}, ${items.length === 1 ? 'with its' : 'all with their'} DLT id.`
    : `${those}; ${without} without a DLT id, which India’s operators ask for.`;
}

async function remove({ id, name }: Template, done: () => void): Promise<void> {
  const wanted = await ask({
    title: `Delete the template “${name}”?`,
    text: 'Its text and DLT ids are gone. Messages that were made of it stay as they are.',
    action: `Delete “${name}”`,
    danger: true,
  });
  if (!wanted) return;
  const result = await api.delete('/api/v1/templates/{id}', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  toast(`“${name}” is deleted.`);
  done();
}

const columns = (reload: () => void): Column<Template>[] => [
  { title: 'Name', cell: ({ id, name }) => <a href={href(`/templates/${encodeURIComponent(id)}`)}>{name}</a> },
  { title: 'Text', cell: ({ text }) => <span class="text">{text}</span> },
  {
    title: 'Length',
    cell: ({ segments: { encoding, parts } }) => `${plural(parts, 'part')}${encoding === 'ucs2' ? ', Unicode' : ''}`,
  },
  {
    title: 'DLT',
    cell: ({ dltTemplateId, dltText }) => {
      if (dltTemplateId === null) return <Badge state="idle" word="No DLT id" />;
      return <Badge state="ok" word={dltText === null ? 'Id' : 'Id and text'} />;
    },
  },
  {
    title: 'Actions',
    cell: (template) =>
      may('manage') ? (
        <Button kind="quiet" onClick={() => remove(template, reload)}>
          Delete<span class="unseen"> {template.name}</span>
        </Button>
      ) : null,
  },
];
