/** The form of a route: legs in the order in which they are tried. */
import { useState } from 'preact/hooks';
import { api, type Result, type Schemas } from '../../api';
import { Checkbox, Field, Form, Select, toast, useForm } from '../../parts';
import type { Leg } from './chain';

type Route = Schemas['Route'];
type Gateway = Schemas['Gateway'];

export interface RouteFormProps {
  /** Absent = a new one. */
  route?: Route;
  gateways: readonly Gateway[];
  onDone(): void;
  onCancel(): void;
}

export function RouteForm({ route, gateways, onDone, onCancel }: RouteFormProps) {
  const first = gateways[0]?.id ?? '';
  const [legs, setLegs] = useState<Leg[]>(route?.legs ?? [{ gatewayId: first, sender: null }]);
  const form = useForm({
    name: route?.name ?? '',
    isDefault: route?.isDefault === true ? 'true' : '',
    failoverOnNoReceipt: route?.failoverOnNoReceipt === true ? 'true' : '',
  });
  const save = (): void => {
    const body = {
      name: form.values.name.trim(),
      legs,
      isDefault: form.values.isDefault === 'true',
      failoverOnNoReceipt: form.values.failoverOnNoReceipt === 'true',
    };
    const send = (): Promise<Result<Route>> =>
      route === undefined
        ? api.post('/api/v1/routes', { body })
        : api.patch('/api/v1/routes/{id}', { params: { id: route.id }, body });
    form.send(send, ({ name }) => {
      toast(`“${name}” is saved. It holds for messages that dispatch has not begun with.`);
      onDone();
    });
  };
  return (
    <section class="narrow stack" aria-label="Route">
      <h2>{route === undefined ? 'Add a route' : `Change “${route.name}”`}</h2>
      <Form of={form} action="Save the route" onSubmit={save} onCancel={onCancel} disabled={legs.length === 0 || first === ''}>
        <Field label="Name" required autofocus {...form.field('name')} />
        {legs.map((leg, i) => (
          <LegFields
            key={i}
            no={i}
            of={legs.length}
            leg={leg}
            gateways={gateways}
            onLeg={(changed) => setLegs(legs.map((each, at) => (at === i ? changed : each)))}
            onMove={(to) => setLegs(moved(legs, i, to))}
            onRemove={() => setLegs(legs.filter((_, at) => at !== i))}
          />
        ))}
        <p class="actions">
          <button type="button" onClick={() => setLegs([...legs, { gatewayId: first, sender: null }])}>
            Add a leg
          </button>
        </p>
        <Checkbox label="The account’s default route" help="It takes the place of the priorities for every message that names no other." checked={form.values.isDefault === 'true'} onChecked={(isOn) => form.set({ isDefault: isOn ? 'true' : '' })} />
        <Checkbox label="Go on when no report comes" help="After the gateway’s “Next leg after”; without it, a message waits for its report." checked={form.values.failoverOnNoReceipt === 'true'} onChecked={(isOn) => form.set({ failoverOnNoReceipt: isOn ? 'true' : '' })} />
      </Form>
    </section>
  ); // prettier-ignore
}

interface LegFieldsProps {
  /** From 0. */
  no: number;
  of: number;
  leg: Leg;
  gateways: readonly Gateway[];
  onLeg(leg: Leg): void;
  onMove(to: number): void;
  onRemove(): void;
}

function LegFields({ no, of, leg, gateways, onLeg, onMove, onRemove }: LegFieldsProps) {
  const name = `Leg ${no + 1}`;
  const options = gateways.map(
    (gateway) => [gateway.id, gateway.status === 'active' ? gateway.name : `${gateway.name} (inactive)`] as const,
  );
  return (
    <fieldset class="leg">
      <legend>{name}</legend>
      <Select
        label={`Gateway of leg ${no + 1}`}
        value={leg.gatewayId}
        onValue={(gatewayId) => onLeg({ ...leg, gatewayId })}
        options={options}
      />
      <Field
        label={`Sender ID of leg ${no + 1}`}
        placeholder="the message’s own"
        value={leg.sender ?? ''}
        onValue={(sender) => onLeg({ ...leg, sender: sender === '' ? null : sender })}
      />
      <span class="row">
        <button type="button" class="quiet" disabled={no === 0} aria-label={`${name} up`} onClick={() => onMove(no - 1)}>
          ↑
        </button>
        <button type="button" class="quiet" disabled={no === of - 1} aria-label={`${name} down`} onClick={() => onMove(no + 1)}>
          ↓
        </button>
        <button type="button" class="quiet" aria-label={`Remove ${name.toLowerCase()}`} onClick={onRemove}>
          Remove
        </button>
      </span>
    </fieldset>
  ); // prettier-ignore
}

function moved(legs: readonly Leg[], from: number, to: number): Leg[] {
  const rest = legs.filter((_, i) => i !== from);
  return [...rest.slice(0, to), legs[from]!, ...rest.slice(to)];
}
