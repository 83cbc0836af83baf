/** The last moments as lines, without axes, and under them the table that says the same. */
import { decimal } from './format';

export interface SparklineProps {
  /** What it shows, with the unit. */
  title: string;
  /** Oldest first, one number per step. */
  series: readonly { name: string; values: readonly number[]; tone: 'busy' | 'good' }[];
  /** What a step is, counted back from now: `s`. */
  step: string;
}

const WIDTH = 300;
const HEIGHT = 48;

const lineOf = (values: readonly number[], most: number): string =>
  values
    .map((value, i) => {
      const x = values.length < 2 ? 0 : (i / (values.length - 1)) * WIDTH;
      return `${x.toFixed(1)},${(HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1)}`;
    })
    .join(' ');

export function Sparkline({ title, series, step }: SparklineProps) {
  const most = Math.max(1, ...series.flatMap(({ values }) => values));
  const steps = Math.max(0, ...series.map(({ values }) => values.length));
  return (
    <figure class="sparkline">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={title}>
        {series.map(({ name, values, tone }) => (
          <polyline key={name} class={tone} points={lineOf(values, most)} vector-effect="non-scaling-stroke" />
        ))}
      </svg>
      <figcaption>
        {series.map(({ name, values, tone }) => (
          <span key={name}>
            <span class={`swatch ${tone}`} aria-hidden="true" />
            {name} <b class="tabular">{decimal(values.at(-1) ?? 0)}</b>
          </span>
        ))}
        <details>
          <summary>As a table</summary>
          <table>
            <caption class="unseen">{title}</caption>
            <thead>
              <tr>
                <th scope="col">Before now</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: steps }, (_, i) => (
                <tr key={i}>
                  <td data-label="Before now">{`${i} ${step}`}</td>
                  {series.map(({ name, values }) => (
                    <td key={name} class="number" data-label={name}>
                      {decimal(values.at(-1 - i) ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </figcaption>
    </figure>
  );
}
