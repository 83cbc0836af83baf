/** Adds people to a group: one, or a list of lines. */
import { useState } from 'preact/hooks';
import { api } from '../../api';
import { Field, Form, plural, TextArea, toast, useForm } from '../../parts';

interface Rejected {
  index: number;
  field: string;
  message: string;
}

/** A line: a number, and behind a comma a name. */
function readLines(text: string): { to: string; name?: string }[] {
  return text.split('\n').flatMap((line) => {
    const [to = '', ...name] = line.split(/[,;\t]/).map((part) => part.trim());
    const joined = name.filter(Boolean).join(' ');
    return to === '' ? [] : [{ to, ...(joined === '' ? {} : { name: joined }) }];
  });
}

export function AddMembers({ groupId, onAdded }: { groupId: string; onAdded(): void }) {
  const one = useForm({ to: '', name: '' });
  const many = useForm({ members: '' });
  const [rejected, setRejected] = useState<{ lines: readonly { to: string }[]; list: readonly Rejected[] }>();
  const params = { id: groupId };
  const addOne = (): void => {
    const { to, name } = one.values;
    one.send(
      () => api.post('/api/v1/groups/{id}/members', { params, body: { to: to.trim(), name: name.trim() || null } }),
      () => {
        toast(`${name.trim() || to.trim()} is in the group.`);
        one.set({ to: '', name: '' });
        onAdded();
      },
    );
  };
  const addMany = (): void => {
    const lines = readLines(many.values.members);
    many.send(
      () => api.post('/api/v1/groups/{id}/members', { params, body: { members: lines } }),
      (answer) => {
        const { added, duplicates, rejected: list } = answer as unknown as { added: number; duplicates: number; rejected: Rejected[] }; // prettier-ignore
        toast(`${plural(added, 'member')} added, ${duplicates} there already, ${list.length} refused.`);
        setRejected(list.length === 0 ? undefined : { lines, list });
        many.set({ members: '' });
        onAdded();
      },
    );
  };
  return (
    <section class="stack" aria-label="Add members">
      <h2>Add a member</h2>
      <Form of={one} action="+ Add" onSubmit={addOne} disabled={one.values.to.trim() === ''}>
        <div class="fields">
          <Field label="Phone number" help="With or without “+”, such as +886 911 960 999 or 886911960999." type="tel" inputMode="tel" {...one.field('to')} />
          <Field label="Name (optional)" help="Also the variable {name} of its messages." {...one.field('name')} />
        </div>
      </Form>
      <details>
        <summary>Add many at once</summary>
        <Form of={many} action="Add all" onSubmit={addMany} disabled={many.values.members.trim() === ''}>
          <TextArea label="One in each line: number, name" help="Up to 5,000." rows={6} spellcheck={false} {...many.field('members')} />
        </Form>
      </details>
      <div role="status">
        {rejected !== undefined && (
          <ul>
            {rejected.list.map(({ index, field, message }) => (
              <li key={index}>
                Line {index + 1}, <code>{rejected.lines[index]?.to}</code>: {field} {message}
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  ); // prettier-ignore
}
