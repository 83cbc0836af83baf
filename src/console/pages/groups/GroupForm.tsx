/** The form of a group: its level, and what its messages are made of. */
import { api, type Result, type Schemas } from '../../api';
import { Field, Form, Select, TextArea, toast, useForm, useLoad } from '../../parts';

type Group = Schemas['Group'];

const LEVELS = [
  ['Critical', 'Critical: goes before bulk'],
  ['Error', 'Error'],
  ['Warning', 'Warning'],
  ['Info', 'Info'],
] as const;
const CHOICES = 100;

export interface GroupFormProps {
  /** Absent = a new one. */
  group?: Group;
  onDone(saved: Group): void;
  onCancel(): void;
}

export function GroupForm({ group, onDone, onCancel }: GroupFormProps) {
  const templates = useLoad((signal) => api.get('/api/v1/templates', { query: { limit: CHOICES }, signal }), []);
  const routes = useLoad((signal) => api.get('/api/v1/routes', { query: { limit: CHOICES }, signal }), []);
  const gateways = useLoad((signal) => api.get('/api/v1/gateways', { signal }), []);
  const form = useForm({
    name: group?.name ?? '',
    level: group?.level ?? 'Critical',
    templateId: group?.templateId ?? '',
    sender: group?.sender ?? '',
    routeId: group?.routeId ?? '',
    gatewayId: group?.gatewayId ?? '',
    description: group?.description ?? '',
  });
  const save = (): void => {
    const { name, level, ...rest } = form.values;
    const others = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, value.trim() || null]));
    const body = { name: name.trim(), level: level as Group['level'], ...others };
    const send = (): Promise<Result<Group>> =>
      group === undefined
        ? api.post('/api/v1/groups', { body })
        : api.patch('/api/v1/groups/{id}', { params: { id: group.id }, body });
    form.send(send, (saved) => {
      toast(`“${saved.name}” is saved.`);
      onDone(saved);
    });
  };
  const options = (items: readonly { id: string; name: string }[] | undefined, none: string, chosen: string) => {
    const known = items ?? [];
    // What is chosen stays chosen while the others are loaded.
    const missing = chosen === '' || known.some(({ id }) => id === chosen) ? [] : [[chosen, chosen] as const];
    return [['', none] as const, ...missing, ...known.map(({ id, name }) => [id, name] as const)];
  };
  const { templateId, routeId, gatewayId } = form.values;
  return (
    <section class="narrow stack" aria-label="Group">
      <h2>{group === undefined ? 'Add a group' : 'Change the group'}</h2>
      <Form of={form} action="Save the group" onSubmit={save} onCancel={onCancel}>
        <div class="fields">
          <Field label="Group name" required autofocus {...form.field('name')} />
          <Select
            label="Group level"
            help="How urgent its messages are. Critical ones to up to 1,000 members overtake campaigns."
            options={LEVELS}
            {...form.field('level')}
          />
          <Select label="Template" options={options(templates.data?.items, 'None: each message brings its text', templateId)} {...form.field('templateId')} />
          <Field label="Sender ID (optional)" {...form.field('sender')} />
          <Select label="Route" options={options(routes.data?.items, 'The account’s default', routeId)} {...form.field('routeId')} />
          <Select label="Gateway alone" help="Then it waits while that gateway takes none." options={options(gateways.data?.items, 'Any', gatewayId)} {...form.field('gatewayId')} />
        </div>
        <TextArea label="Description (optional)" rows={2} {...form.field('description')} />
      </Form>
    </section>
  ); // prettier-ignore
}
