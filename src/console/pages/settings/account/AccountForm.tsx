/** The form of an account. */
import { Checkbox, Field, Form, Select, type FormState } from '../../../parts';
import { Encryption, Floors, Limits, Windows } from './Limits';
import type { Account } from './values';

export interface AccountFormProps {
  of: FormState<string>;
  account: Account;
  onSubmit(): void;
  mayChange: boolean;
}

export function AccountForm({ of, account, onSubmit, mayChange }: AccountFormProps) {
  const floors = Object.keys(account.floors);
  return (
    <div class="narrow stack">
      {floors.length > 0 && <p class="soft">Fixed by an admin, whatever stands below: {floors.join(', ')}.</p>}
      <Form of={of} action="Save the account" onSubmit={onSubmit} disabled={!mayChange}>
        {!mayChange && <p>Your key may look, not change: that needs the scope “manage”.</p>}
        <div class="fields">
          <Field label="Name" required {...of.field('name')} />
          <Field label="Time zone" help="IANA name, such as Asia/Kolkata." required {...of.field('timezone')} />
          <Field label="Country" help="Of numbers without a country code, such as IN." maxLength={2} {...of.field('defaultCountry')} />
          <Field label="Service" help="Of records that name none: T, P or S." {...of.field('defaultService')} />
        </div>
        <Sending of={of} />
        <Windows of={of} />
        <OptOut of={of} />
        <fieldset class="stack">
          <legend>Records</legend>
          <div class="fields">
            <Field label="Callback hosts" help="Where records may have outcomes told, parted by commas." {...of.field('callbackHosts')} />
            <Field label="Keep for days" help="Then numbers and texts are erased; empty = for ever." type="number" min={1} {...of.field('retentionDays')} />
            <Field label="Duplicate window, minutes" help="The same record within it sends nothing; 0 = off." type="number" min={0} max={1440} {...of.field('duplicateWindowMinutes')} />
            <Select
              label="Click tracking"
              options={[['off', 'Off'], ['count', 'Count clicks'], ['report', 'Count, and tell CleverTap']]}
              {...of.field('clickTracking')}
            />
          </div>
        </fieldset>
        <details>
          <summary>Ages, limits, encryption</summary>
          <div class="stack">
            <Limits of={of} />
            <Encryption of={of} />
            <Floors of={of} />
          </div>
        </details>
      </Form>
    </div>
  ); // prettier-ignore
}

type Fields = Pick<AccountFormProps, 'of'>;

function Sending({ of }: Fields) {
  const flag = (name: 'requireApprovedSenders' | 'indiaStrict' | 'smartEncoding', label: string, help: string) => (
    <Checkbox
      name={name}
      label={label}
      help={help}
      checked={of.values[name] === 'true'}
      onChecked={(isOn) => of.set({ [name]: isOn ? 'true' : '' })}
    />
  );
  return (
    <fieldset class="stack">
      <legend>What is let through</legend>
      {flag('requireApprovedSenders', 'Approved sender IDs only', 'A record with another one is refused.')}
      {flag('indiaStrict', 'Strict about India', 'Messages to India need what is registered on the DLT; others are refused.')}
      {flag('smartEncoding', 'Smart encoding', 'Curly quotes and dashes leave as plain ones, where that makes a text shorter.')}
      <div class="fields">
        <Select
          label="What no gateway can carry"
          help="Flash, ports, DLT ids."
          options={[['refuse', 'Refuse the record'], ['drop', 'Leave it out']]}
          {...of.field('unsupportedOptions')}
        />
      </div>
    </fieldset>
  ); // prettier-ignore
}

function OptOut({ of }: Fields) {
  return (
    <fieldset class="stack">
      <legend>Opt-out</legend>
      <div class="fields">
        <Select
          label="STOP holds for"
          options={[['account', 'This account'], ['deployment', 'All accounts here']]}
          {...of.field('optOut.scope')}
        />
        <Select
          label="STOP stops"
          options={[['all', 'Everything'], ['promotional', 'Promotional messages']]}
          {...of.field('optOut.classes')}
        />
        <Field label="Further words" help="Beside STOP and its like, parted by commas." {...of.field('optOut.words')} />
        <Field label="Words that begin again" help="Beside START and its like, parted by commas." {...of.field('optOut.optInWords')} />
      </div>
    </fieldset>
  ); // prettier-ignore
}
