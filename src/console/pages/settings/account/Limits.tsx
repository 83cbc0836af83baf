/** Windows, ages, limits, encryption and an operator's floors: what of an account most leave as it is. */
import { may } from '../../../api';
import { Field, Select, type FormState } from '../../../parts';
import { Rows, type RowColumn } from './Rows';

interface Fields {
  of: FormState<string>;
}

const WINDOW: readonly RowColumn[] = [
  { name: 'country', label: 'Country', placeholder: 'IN', required: true },
  { name: 'start', label: 'From', type: 'time', required: true },
  { name: 'end', label: 'Until', type: 'time', required: true },
  { name: 'timezone', label: 'Time zone', required: true },
];
const KEY: readonly RowColumn[] = [
  { name: 'version', label: 'Version', required: true },
  { name: 'key', label: 'Key, 32 bytes', type: 'password', placeholder: 'stays as it is' },
];
const freshWindow = (timezone: string) => ({ country: '', start: '10:00', end: '21:00', timezone });
const OUTSIDE = [['hold', 'Waits for the window'], ['refuse', 'Is refused'], ['send', 'Is sent']] as const; // prettier-ignore

export function Windows({ of }: Fields) {
  return (
    <fieldset class="stack">
      <legend>Windows</legend>
      <p class="soft small">
        Campaigns, and promotional messages, reach numbers of a country between these times only.
      </p>
      <Rows of={of} name="windows" columns={WINDOW} add="Add a window" fresh={freshWindow(of.values.timezone!)} />
      <div class="fields">
        <Select label="Promotional at other times" options={OUTSIDE} {...of.field('promotionalOutsideWindow')} />
        <Field label="Promotional services" help="Beside P, parted by commas." {...of.field('promotionalServices')} />
      </div>
    </fieldset>
  );
}

export function Limits({ of }: Fields) {
  const number = (name: string, label: string, help: string, step: number | 'any' = 1) => (
    <Field label={label} help={help} type="number" min={step === 'any' ? 0 : 1} step={step} {...of.field(name)} />
  );
  return (
    <fieldset class="stack">
      <legend>Ages and limits</legend>
      <p class="soft small">An empty one is off.</p>
      <div class="fields">
        {number('maxAgeSeconds.T', 'Age of transactional, seconds', 'Older ones expire and are not sent.')}
        {number('maxAgeSeconds.P', 'Age of promotional, seconds', 'The same.')}
        {number('maxAgeSeconds.S', 'Age of service, seconds', 'The same.')}
        {number('safety.duplicateContentMinutes', 'Same text, minutes', 'To the same number it is not sent again within them.')}
        {number('safety.frequencyCap.count', 'Messages to a number', 'At most so many …')}
        {number('safety.frequencyCap.hours', '… within hours', 'Both, or none.')}
        {number('safety.autoPauseFailureShare', 'Failing share', 'From 0 to 1: a campaign of which more fails pauses itself.', 'any')}
        {number('safety.maxCampaignRecipients', 'Recipients of a campaign', 'A larger one is refused.')}
        {number('safety.maxCampaignCost', 'Cost of a campaign', 'By the gateways’ prices; a dearer one is refused.', 'any')}
      </div>
    </fieldset>
  ); // prettier-ignore
}

export function Encryption({ of }: Fields) {
  return (
    <fieldset class="stack">
      <legend>Encryption of CleverTap’s payloads</legend>
      <p class="soft small">The keys that CleverTap encrypts with, by version. They are stored sealed, and never shown again.</p>
      <Rows of={of} name="encryption.keys" columns={KEY} add="Add a key" fresh={{ version: '', key: '' }} />
      <div class="fields">
        <Select label="Encoding" options={[['base64', 'Base64'], ['hex', 'Hexadecimal']]} {...of.field('encryption.encoding')} />
      </div>
    </fieldset>
  ); // prettier-ignore
}

/** An operator's, for admin keys. */
export function Floors({ of }: Fields) {
  if (!may('admin')) return null;
  const flag = (name: string, label: string) => (
    <Select label={label} options={[['', 'The account says'], ['true', 'Always'], ['false', 'Not needed']]} {...of.field(name)} />
  ); // prettier-ignore
  return (
    <fieldset class="stack">
      <legend>Floors</legend>
      <p class="soft small">What you fix here as an admin, the account can’t loosen.</p>
      <Rows of={of} name="floors.windows" columns={WINDOW} add="Add a fixed window" fresh={freshWindow(of.values.timezone!)} />
      <div class="fields">
        <Select label="Promotional at other times" options={[['', 'The account says'], ...OUTSIDE]} {...of.field('floors.promotionalOutsideWindow')} />
        {flag('floors.requireApprovedSenders', 'Approved sender IDs only')}
        {flag('floors.indiaStrict', 'Strict about India')}
      </div>
    </fieldset>
  ); // prettier-ignore
}
