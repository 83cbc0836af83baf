/** A picture of a gateway: chosen as a file, kept as a `data:` URL, seen before it is saved. */
import { useId, useState } from 'preact/hooks';
import { ProviderLogo } from '../ProviderLogo';

const MAX_BYTES = 150_000;
const TYPES = ['image/png', 'image/jpeg', 'image/webp'];

export interface LogoFieldProps {
  /** A `data:` URL; empty = none. */
  value: string;
  provider: string;
  onValue(dataUrl: string): void;
}

export function LogoField({ value, provider, onValue }: LogoFieldProps) {
  const id = useId();
  const [problem, setProblem] = useState<string>();
  const choose = (file: File | undefined): void => {
    if (file === undefined) return;
    if (!TYPES.includes(file.type) || file.size > MAX_BYTES) {
      return setProblem(`It must be a PNG, JPEG or WebP picture of at most 150 KB; this is ${describe(file)}.`);
    }
    setProblem(undefined);
    const reader = new FileReader();
    reader.onload = () => onValue(String(reader.result));
    reader.readAsDataURL(file);
  };
  return (
    <div class={problem === undefined ? 'field' : 'field wrong'}>
      <label for={id}>Logo (optional)</label>
      <p class="help" id={`${id}-help`}>
        PNG, JPEG or WebP, at most 150 KB. It stands beside the gateway’s name.
      </p>
      <div class="row">
        <ProviderLogo provider={provider} logo={value === '' ? null : value} />
        <input
          id={id}
          type="file"
          name="logo"
          accept={TYPES.join(',')}
          aria-describedby={`${id}-help`}
          onChange={(event) => choose(event.currentTarget.files?.[0])}
        />
        {value !== '' && (
          <button type="button" class="quiet" onClick={() => onValue('')}>
            Remove the logo
          </button>
        )}
      </div>
      {problem !== undefined && (
        <p class="wrongly" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

const describe = ({ type, size }: File): string =>
  `${type === '' ? 'of no known type' : type}, ${Math.ceil(size / 1_000)} KB`;
