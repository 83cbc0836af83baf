/** How reports of the provider prove that they are its own. */
import { Field, Select, type FormState } from '../../../parts';

export function ReportFields({ of, isNew }: { of: FormState<string>; isNew: boolean }) {
  const proof = of.values['callbackAuth'];
  return (
    <fieldset class="stack">
      <legend>Delivery reports</legend>
      <div class="fields">
        <Select
          label="Their proof"
          help="What the provider has to send with each report."
          options={[
            ['', isNew ? 'Made here, where possible' : 'As it is'],
            ['basic', 'User and password (Basic)'],
            ['bearer', 'A token (Bearer)'],
            ['none', 'Nothing'],
          ]}
          {...of.field('callbackAuth')}
        />
        {proof === 'basic' && (
          <>
            <Field label="User of reports" required {...of.field('callbackAuth.basic.username')} />
            <Field
              label="Password of reports"
              type="password"
              autocomplete="new-password"
              required
              {...of.field('callbackAuth.basic.password')}
            />
          </>
        )}
        {proof === 'bearer' && (
          <Field
            label="Token of reports"
            type="password"
            autocomplete="new-password"
            required
            {...of.field('callbackAuth.bearer')}
          />
        )}
        <Field
          label="Callbacks only from"
          help="Addresses and ranges, parted by commas; empty = any."
          {...of.field('callbackAllow')}
        />
      </div>
    </fieldset>
  );
}
