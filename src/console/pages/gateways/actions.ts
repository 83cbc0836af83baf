/** What can be done with a gateway: switched, with a way back; deleted, after a question. */
import { api } from '../../api';
import { ask, toast, toastProblem } from '../../parts';
import type { Gateway } from './columns';

/** Switches it on or off. @param done gets it as it is then. */
export async function switchTo(
  gateway: Gateway,
  status: Gateway['status'],
  done: (changed: Gateway) => void,
): Promise<void> {
  const result = await api.patch('/api/v1/gateways/{id}', { params: { id: gateway.id }, body: { status } });
  if (!result.ok) return toastProblem(result.problem);
  const before = gateway.status;
  const on = before === status ? `${gateway.name} is tried at once.` : `${gateway.name} is active.`;
  toast(
    status === 'active' ? on : `Nothing more is sent over ${gateway.name}.`,
    before === status ? {} : { undo: () => switchTo(result.data, before, done) },
  );
  done(result.data);
}

/** Deletes it; where messages are open on it, asks whether they shall be brought to their end first. */
export async function remove(gateway: Gateway, done: () => void): Promise<void> {
  const { id, name } = gateway;
  const wanted = await ask({
    title: `Delete ${name}?`,
    text: 'Its credentials are forgotten. This can’t be undone. To keep it for later, make it inactive instead.',
    action: `Delete the gateway ${name}`,
    danger: true,
  });
  if (!wanted) return;
  const result = await api.delete('/api/v1/gateways/{id}', { params: { id }, query: {} });
  if (result.ok) {
    toast(`${name} is deleted.`);
    return done();
  }
  if (result.problem.code !== 'gateway-in-use') return toastProblem(result.problem);
  const drain = await ask({
    title: `${name} still has open messages`,
    text: `${result.problem.detail}. It can be emptied: nothing new is sent over it, what has not left goes over another gateway, what has left is awaited. When it is empty, it is gone.`,
    action: `Empty and delete ${name}`,
    danger: true,
  });
  if (!drain) return;
  const drained = await api.delete('/api/v1/gateways/{id}', { params: { id }, query: { drain: 'true' } });
  if (!drained.ok) return toastProblem(drained.problem);
  toast(`${name} goes when its last message is settled.`);
  done();
}
