/** Another callback URL, and until when the present one is good. */
import { api } from '../../../api';
import { Dialog, Field, Form, useForm } from '../../../parts';
import type { Gateway } from '../columns';

const HOUR_SECONDS = 3_600;
const MAX_HOURS = 720;

export interface RotateProps {
  gateway: Gateway;
  onRotated(rotated: Gateway): void;
  onClose(): void;
}

export function Rotate({ gateway, onRotated, onClose }: RotateProps) {
  const form = useForm({ graceHours: '24' });
  const rotate = (): void => {
    const graceSeconds = Math.round(Number(form.values.graceHours) * HOUR_SECONDS);
    const params = { id: gateway.id };
    form.send(() => api.post('/api/v1/gateways/{id}/rotate-callback', { params, body: { graceSeconds } }), onRotated);
  };
  return (
    <Dialog title="Make another callback URL?" onClose={onClose}>
      <Form of={form} action="Make another callback URL" onSubmit={rotate} onCancel={onClose} bare>
        <p>Enter the new URL, and its secret, at the provider while the present ones are good, or reports are lost.</p>
        <Field
          label="The present ones are good for hours"
          help="0 = they are refused at once, such as when they became known."
          type="number"
          min={0}
          max={MAX_HOURS}
          step="any"
          required
          {...form.field('graceHours', 'graceSeconds')}
        />
      </Form>
    </Dialog>
  );
}
