/** What CleverTap's codes mean, and whether it makes sense to send again. */
const MEANINGS: Record<string, string> = {
  '900': 'The provider gave no reason that is known.',
  '901': 'The person is registered as “do not disturb”: they will refuse it again.',
  '902': 'The text was taken for spam.',
  '903': 'The person has asked for no more messages.',
  '904': 'The provider or its account could not send.',
  '905': 'The phone could not take it: no network, or no balance.',
  '906': 'The sender ID is blocked, or not linked to the template.',
  '907': 'The DLT entity id is missing or does not fit.',
  '908': 'The DLT template id is missing, or the text does not fit it.',
  '909': 'The consent is missing on the DLT.',
  '910': 'There is no such number, or it is out of use.',
  '912': 'The inbox of the phone is full.',
  '913': 'The person is on the national “do not call” list.',
  '914': 'Not delivered after several tries of the operator.',
  '915': 'The operator dropped it.',
  '916': 'It was too old, or no report came in time.',
  '917': 'It was dropped by a rule, or cancelled.',
  '918': 'The same text went to the number a moment before.',
  '919': 'The DLT platform failed.',
  '920': 'CleverTap knows no other code for it.',
};

const OF_STATES: Record<string, string> = {
  delivered: 'It has arrived.',
  open: 'It is under way.',
  submitted: 'The provider has it; its report is awaited.',
  cancelled: 'It was cancelled before it left.',
};

/** What an outcome means, by its code, else by its state. */
export const meaningOf = (state: string, code: string | null): string | undefined =>
  MEANINGS[code ?? ''] ?? OF_STATES[state];
