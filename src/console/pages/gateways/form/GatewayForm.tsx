/** The form of a gateway, made from what its provider says that it needs. */
import { may } from '../../../api';
import { EmptyState, Field, Form, Select, TextArea, type FormState } from '../../../parts';
import { AdvancedFields } from './AdvancedFields';
import type { Gateway, Provider } from '../columns';
import { inForm, kindOf } from './draft';
import { LogoField } from './LogoField';
import { ReportFields } from './ReportFields';

const PATTERNS: Record<string, string> = {
  batch: 'Batch: many at once',
  loop: 'Loop: one at a time',
};

export interface GatewayFormProps {
  of: FormState<string>;
  provider: Provider;
  /** Absent = a new one. */
  gateway?: Gateway;
  onSubmit(): void;
  onCancel(): void;
}

export function GatewayForm({ of, provider, gateway, onSubmit, onCancel }: GatewayFormProps) {
  if (!may('manage')) {
    return <EmptyState title="Your key may not change gateways">It needs the scope “manage”.</EmptyState>;
  }
  const action = gateway === undefined ? 'Add the gateway' : 'Save';
  return (
    <div class="narrow">
      <Form of={of} action={action} onSubmit={onSubmit} onCancel={onCancel}>
        <Field label="Gateway name" help="Tells your accounts at one provider apart." required {...of.field('name')} />
        <Credentials of={of} provider={provider} gateway={gateway} />
        <Field
          label={provider.baseUrl === null ? 'Base URL' : 'Base URL (optional)'}
          help={provider.baseUrl === null ? 'Where the provider’s API is.' : `Without it: ${provider.baseUrl}`}
          type="url"
          required={provider.baseUrl === null}
          placeholder="https://"
          {...of.field('baseUrl')}
        />
        <div class="fields">
          <Select
            label="Sending pattern"
            help={
              provider.sendingPatterns.includes('batch')
                ? 'Batch is faster; loop where the account takes no batches.'
                : `${provider.label} takes one message in each request.`
            }
            options={provider.sendingPatterns.map((pattern) => [pattern, PATTERNS[pattern]!] as const)}
            {...of.field('sendingPattern')}
          />
          <Select
            label="Status"
            help="Only active gateways are sent over."
            options={[
              ['active', 'Active'],
              ['inactive', 'Inactive'],
            ]}
            {...of.field('status')}
          />
          <Field label="Sender ID" help="Of messages that name none." {...of.field('defaultSender')} />
          <Field
            label="Fallback sender ID"
            help="Takes over when the provider refuses the first."
            {...of.field('fallbackSender')}
          />
        </div>
        <LogoField value={of.values['logo']!} provider={provider.name} onValue={(logo) => of.set({ logo })} />
        <TextArea label="Description (optional)" rows={2} {...of.field('description')} />
        <ReportFields of={of} isNew={gateway === undefined} />
        <AdvancedFields of={of} provider={provider} />
      </Form>
    </div>
  );
}

function Credentials({ of, provider, gateway }: Pick<GatewayFormProps, 'of' | 'provider' | 'gateway'>) {
  const isNew = gateway === undefined;
  return (
    <fieldset class="stack">
      <legend>{isNew ? 'Credentials' : 'New credentials'}</legend>
      <p class="soft small">
        {isNew
          ? 'They are stored sealed, and never shown again.'
          : 'Leave the secrets empty to keep what is stored. They are replaced as a whole: write all of them, or none.'}
      </p>
      <div class="fields">
        {provider.credentials.map(({ name, title, secret, required, help }) => {
          const kind = kindOf(provider, name);
          const shared = { label: required ? title : `${title} (optional)`, help, ...of.field(inForm(name)) };
          if (kind === 'json') return <TextArea key={name} rows={3} spellcheck={false} placeholder="{ }" {...shared} />;
          if (kind !== 'text') {
            const options = [...(required ? [] : [['', '–'] as const]), ...kind.map((word) => [word, word] as const)];
            return <Select key={name} options={options} {...shared} />;
          }
          return (
            <Field
              key={name}
              type={secret ? 'password' : 'text'}
              autocomplete={secret ? 'new-password' : 'off'}
              spellcheck={false}
              required={required && isNew}
              {...shared}
            />
          );
        })}
      </div>
    </fieldset>
  );
}
