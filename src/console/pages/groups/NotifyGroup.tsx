/** Sends to all members of a group now: its template, or a text. */
import { api, type Schemas } from '../../api';
import { ask, count, Dialog, Form, plural, TextArea, toast, useForm } from '../../parts';
import { go, href } from '../../router';

interface Sent {
  status: 'accepted' | 'rejected';
  accepted: number;
  campaignId?: string;
  error?: string;
}

export function NotifyGroup({ group, onClose }: { group: Schemas['Group']; onClose(): void }) {
  const hasTemplate = group.templateId !== null;
  const form = useForm({ message: '' });
  const send = async (): Promise<void> => {
    const { message } = form.values;
    const wanted = await ask({
      title: `Send to “${group.name}”?`,
      text: message === '' ? 'Its template is sent, at once.' : 'The text is sent, at once.',
      action: `Send to ${count(group.members)} members`,
      keep: 'Not now',
    });
    if (!wanted) return;
    form.send(
      () =>
        api.post('/api/v1/send', {
          body: [{ groupId: group.id, ...(message === '' ? { useTemplate: true } : { message }) }],
        }),
      (answer) => {
        const sent = (answer as unknown as Sent[])[0];
        if (sent?.status !== 'accepted') return form.refuse('message', sent?.error ?? 'was refused');
        toast(`It goes to ${plural(sent.accepted, 'member')}.`);
        onClose();
        if (sent.campaignId !== undefined) go(href(`/campaigns/${sent.campaignId}`));
      },
    );
  };
  return (
    <Dialog title={`Send to “${group.name}”`} onClose={onClose}>
      <Form
        of={form}
        bare
        action="Send"
        onSubmit={() => void send()}
        onCancel={onClose}
        disabled={!hasTemplate && form.values.message.trim() === ''}
      >
        <TextArea
          label={hasTemplate ? 'Text (optional)' : 'Text'}
          help={hasTemplate ? 'Without one, the group’s template is sent.' : 'Variables such as {name} take each member’s value.'}
          {...form.field('message')}
        />
      </Form>
    </Dialog>
  ); // prettier-ignore
}
