/** What one box is asked, and how what was found is shown. */
import { z } from 'zod';
import { storable } from '../../http/text';

/** What can be found; a `row` is one of an upload that became no recipient, what is `left-out` one of a campaign. */
export const FOUND_KINDS = ['message', 'request', 'row', 'left-out', 'campaign', 'upload', 'gateway'] as const;

export const findQuery = z.strictObject({
  q: storable(0, 500)
    .default('')
    .describe(
      'A number in any spelling, or four of its digits and more; a meta; a message’s id, ours or the provider’s; a name. Of less than ' +
        'two characters nothing is searched.',
    ),
});

const found = z
  .object({
    kind: z.enum(FOUND_KINDS),
    id: z.string(),
    title: z.string(),
    sentence: z.string().describe('What it is, or what became of it, in plain words.'),
    at: z.iso.datetime(),
    state: z.string().optional(),
    link: z.string().describe('Its page in the console.'),
  })
  .meta({ id: 'Found' });
export type Found = z.input<typeof found>;

const searched = z
  .object({
    what: z.string().describe('What was looked for where, in plain words.'),
    since: z.iso.datetime().optional().describe('Only back to then: what is older was not looked through.'),
    skipped: z.string().optional().describe('Why it was not searched.'),
  })
  .meta({ id: 'Searched' });
export type Searched = z.input<typeof searched>;

export const findAnswer = z
  .object({
    items: z.array(found).describe('The surest first: what is named by an id, then by number, meta and name.'),
    searched: z.array(searched).describe('So that an empty answer says something.'),
  })
  .meta({ id: 'FindAnswer' });
