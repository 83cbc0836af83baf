/** What of a gateway is right for most as it is. */
import { Checkbox, Field, Select, type FormState } from '../../../parts';
import type { Provider } from '../columns';

export function AdvancedFields({ of, provider }: { of: FormState<string>; provider: Provider }) {
  const number = (name: string, label: string, help: string, min = 1) => (
    <Field label={label} help={help} type="number" min={min} {...of.field(name)} />
  );
  const takesBatches = provider.sendingPatterns.includes('batch');
  const { batchSize, validity } = provider.capabilities as { batchSize?: number; validity?: boolean };
  return (
    <details>
      <summary>Rate, order, waiting times, price</summary>
      <div class="fields">
        {number('ratePerSecond', 'Messages per second', 'What the provider allows; empty = no limit.')}
        {number('priority', 'Priority', '1 is tried first; 100 unless given.')}
        {number('weight', 'Weight', 'Its share among gateways of its priority.')}
        {number('maxInFlight', 'Requests at a time', '64 unless given.')}
        {takesBatches &&
          number('batchSize', 'Messages in a request', `At most ${batchSize ?? 'what the provider takes'}.`)}
        {validity !== false &&
          number('validitySeconds', 'Validity in seconds', 'How long the provider tries to deliver.', 60)}
        {number('receiptDeadlineSeconds', 'Wait for a report, seconds', 'Then it is unknown; 86,400 unless given.')}
        {number('failoverAfterSeconds', 'Next leg after, seconds', 'Without a report; the validity must be shorter.')}
        <Field
          label="Price of a part"
          help="For forecasts of campaigns."
          type="number"
          min={0}
          step="any"
          {...of.field('pricePerSegment')}
        />
        <Field label="Currency" help="Three letters, such as INR." maxLength={3} {...of.field('currency')} />
        <Field label="Sign-up link" type="url" help="Where to get such an account." {...of.field('signupLink')} />
        <Select
          label="Ids in reports"
          help="Where the provider writes them to another base than in its answers."
          options={[
            ['', 'As in answers'],
            ['hex', 'Hexadecimal'],
            ['decimal', 'Decimal'],
          ]}
          {...of.field('providerIdBase')}
        />
        <Checkbox
          name="smartEncoding"
          label="Smart encoding"
          help="Curly quotes and dashes leave as plain ones, where that makes a text shorter."
          checked={of.values['smartEncoding'] === 'true'}
          onChecked={(checked) => of.set({ smartEncoding: checked ? 'true' : '' })}
        />
      </div>
    </details>
  );
}
