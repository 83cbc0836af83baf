/** What CleverTap's provider form is filled in with, for each contract that is spoken here. */

export type Shape = 'generic' | 'mobtexting' | 'times-mobile';
export const KEY_PLACE = '<your key>';

/** One value of the form: named as CleverTap names it. */
export interface FormValue {
  label: string;
  value: string;
  /** What it is for, or what to replace in it. */
  help?: string;
}

export interface SetUp {
  id: string;
  /** Whose contract it is, for a person. */
  title: string;
  /** For whom it is. */
  says: string;
  /** The contract by which its requests are told apart; what the light waits for. */
  shape: Shape;
  values(of: Place): FormValue[];
}

export interface Place {
  /** Without a slash at its end. */
  base: string;
  key: string;
  sender: string;
}

const CALLBACK: FormValue = {
  label: 'Header callback_url',
  value: '<the callback URL that this form shows>',
  help: 'Outcomes go there. Where a proxy drops it, add a default webhook with this URL instead.',
};
const provider = (nickname: string): FormValue[] => [
  { label: 'Provider', value: 'Other (Generic)' },
  { label: 'Nickname', value: nickname },
  { label: 'Request type', value: 'POST' },
];
const auth = ({ key }: Place, type: string): FormValue[] => [
  { label: 'Authentication', value: 'No Authentication' },
  { label: 'Header Authorization', value: `Bearer ${key}` },
  { label: 'Header Content-Type', value: type },
  { label: 'Header Accept', value: 'application/json' },
  CALLBACK,
];
const json = (value: unknown): string => JSON.stringify(value, null, 2);

const RECORD = { to: '$$To', body: '$$Body', templateid: '$$TemplateID', mid: '$$MessageID' };

export const SET_UPS: readonly SetUp[] = [
  {
    id: 'generic',
    title: 'Generic',
    says: 'For a new provider: up to 1,000 messages in each request.',
    shape: 'generic',
    values: (of) => [
      ...provider('Heliograph'),
      { label: 'HTTP endpoint', value: `${of.base}/clevertap/v1/messages` },
      ...auth(of, 'application/json'),
      { label: 'Parameters (JSON)', value: json({ listsms: [{ from: of.sender, ...RECORD }] }) },
      { label: 'Batch parameter', value: 'listsms' },
      { label: 'Records in a batch', value: '1000' },
    ],
  },
  {
    id: 'mobtexting',
    title: 'Mobtexting',
    says: 'For a form that sends to Mobtexting already: only the host changes.',
    shape: 'mobtexting',
    values: (of) => [
      ...provider('Mobtexting over Heliograph'),
      { label: 'HTTP endpoint', value: `${of.base}/api/v2/sms/clevertap/send` },
      ...auth(of, 'application/x-www-form-urlencoded'),
      { label: 'Parameter sender', value: of.sender, help: 'The approved sender ID.' },
      { label: 'Parameter to', value: '$$To' },
      { label: 'Parameter message', value: '$$Body' },
      { label: 'Parameter service', value: 'T', help: 'T transactional, P promotional, S service.' },
      { label: 'Parameter template_id', value: '$$TemplateID', help: 'India: the text’s id on the DLT.' },
      { label: 'Parameter custom', value: '$$MessageID', help: 'Reported back with the outcome.' },
    ],
  },
  {
    id: 'mobtexting-json',
    title: 'Mobtexting, JSON',
    says: 'The same contract with a root and nodes.',
    shape: 'mobtexting',
    values: (of) => [
      ...provider('Mobtexting JSON over Heliograph'),
      { label: 'HTTP endpoint', value: `${of.base}/api/v2/sms/clevertap/json` },
      ...auth(of, 'application/json'),
      {
        label: 'Parameters (JSON)',
        value: json({
          root: { type: 'A', flash: 0, sender: of.sender, service: 'T' },
          nodes: [{ to: '$$To', message: '$$Body', template_id: '$$TemplateID', custom: '$$MessageID' }],
        }),
      },
      { label: 'Batch parameter', value: 'nodes' },
      { label: 'Records in a batch', value: '1000' },
    ],
  },
  {
    id: 'times-mobile',
    title: 'Times Mobile',
    says: 'For a form of Times Mobile: the key stands in place of the password.',
    shape: 'times-mobile',
    values: (of) => [
      { label: 'Provider', value: 'Other (Generic)', help: 'CleverTap’s own “Times Mobile” can’t be given a host.' },
      { label: 'Nickname', value: 'Times Mobile over Heliograph' },
      { label: 'Request type', value: 'POST' },
      { label: 'HTTP endpoint', value: `${of.base}/ct/api/v1/message` },
      { label: 'Authentication', value: 'No Authentication' },
      { label: 'Header Content-Type', value: 'application/json' },
      CALLBACK,
      {
        label: 'Parameters (JSON)',
        value: json({
          username: 'heliograph', password: of.key, unicode: 'false', from: of.sender, to: '$$To', text: '$$Body',
          dltContentId: '$$TemplateID', corelationid: '$$MessageID',
        }),
      },
    ],
  },
  {
    id: 'pingbix',
    title: 'Pingbix',
    says: 'For a form as Pingbix describes it: the generic contract, key and fields in the JSON.',
    shape: 'generic',
    values: (of) => [
      ...provider('Pingbix over Heliograph'),
      { label: 'HTTP endpoint', value: `${of.base}/clevertap/v1/messages` },
      { label: 'Authentication', value: 'No Authentication' },
      { label: 'Header Content-Type', value: 'application/json' },
      CALLBACK,
      {
        label: 'Parameters (JSON)',
        value: json({ apikey: of.key, sms: [{ senderid: of.sender, mobile: '$$To', text: '$$Body', templateid: '$$TemplateID', msgid: '$$MessageID' }] }),
      },
      { label: 'Batch parameter', value: 'sms' },
      { label: 'Records in a batch', value: '1000' },
    ],
  },
]; // prettier-ignore
