/** A chart over time, and under it the table that says the same. The library comes only where there is a chart. */
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { absolute, clock, count } from './format';
import { Table } from '../list/Table';

export interface ChartSeries {
  name: string;
  /** One per moment; null = nothing is known of it. */
  values: readonly (number | null)[];
  /** A custom property of the tokens. */
  colour?: '--good' | '--bad' | '--warn' | '--accent' | '--soft';
}

export interface ChartProps {
  /** What it shows, with the unit: `Messages per second`. */
  title: string;
  /** Moments in epoch milliseconds, rising. */
  times: readonly number[];
  series: readonly ChartSeries[];
  /** Of its box, in pixels. */
  height?: number;
  /** Of the numbers. */
  format?: (n: number) => string;
  /** Of the moments, where they are not seconds of a day. */
  moment?: (ms: number) => string;
}

/** A moment and its place in the series. */
interface Moment {
  ms: number;
  i: number;
}

const COLOURS = ['--accent', '--good', '--bad', '--warn', '--soft'] as const;
/** Rows of the table that a person can read. */
const MAX_ROWS = 200;

/**
 * What a token is in the theme of the moment: asked at each drawing. By itself it is two colours; as the colour of an
 * outline, which is not drawn, it is one.
 */
const tokenOn = (box: HTMLElement) => (name: string) => (): string => {
  box.style.outlineColor = `var(${name})`;
  return getComputedStyle(box).outlineColor;
};

/** Tells of every change of the theme, the system's and the person's. @returns how to stop. */
function onTheme(changed: () => void): () => void {
  const systems = window.matchMedia('(prefers-color-scheme: dark)');
  const persons = new MutationObserver(changed);
  systems.addEventListener('change', changed);
  persons.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    systems.removeEventListener('change', changed);
    persons.disconnect();
  };
}

export function Chart({ title, times, series, height = 160, format = count, moment }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = [times.map((ms) => ms / 1_000), ...series.map(({ values }) => [...values])] as uPlot.AlignedData;
  const newest = useRef(data);
  newest.current = data;
  const shape = JSON.stringify([height, series.map(({ name, colour }) => [name, colour])]);

  useEffect(() => {
    const element = box.current;
    if (element === null || !('CanvasRenderingContext2D' in window) || navigator.userAgent.includes('HappyDOM')) return;
    let gone = false;
    const stop = onTheme(() => plot.current?.redraw());
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    void import('uplot').then(({ default: Plot }) => {
      if (gone) return;
      plot.current = new Plot(optionsOf(element, height, series, format, moment ?? clock), newest.current, element);
      observer.observe(element);
    });
    return () => {
      gone = true;
      observer.disconnect();
      stop();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData(newest.current), [data]);

  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={box} class="plot" style={{ minHeight: `${height}px` }} role="img" aria-label={`${title}: the table says the same`} />
      <details>
        <summary>As a table</summary>
        <Table
          caption={title}
          rows={times.map((ms, i): Moment => ({ ms, i })).slice(-MAX_ROWS)}
          keyOf={({ ms }) => String(ms)}
          columns={[
            { title: 'Time', cell: ({ ms }: Moment) => (moment ?? absolute)(ms) },
            ...series.map(({ name, values }) => ({
              title: name,
              number: true as const,
              cell: ({ i }: Moment) => (values[i] === null || values[i] === undefined ? '–' : format(values[i])),
            })),
          ]}
        />
      </details>
    </figure>
  ); // prettier-ignore
}

const colourOf = (series: readonly ChartSeries[], i: number): string =>
  series[i]?.colour ?? COLOURS[i % COLOURS.length]!;

function optionsOf(
  box: HTMLElement,
  height: number,
  series: readonly ChartSeries[],
  format: (n: number) => string,
  moment: (ms: number) => string,
): uPlot.Options {
  const token = tokenOn(box);
  const axis = { stroke: token('--soft'), grid: { stroke: token('--line'), width: 1 }, ticks: { show: false } };
  return {
    width: box.clientWidth,
    height,
    cursor: { y: false },
    // Its own colours would stay those of the theme at the beginning.
    legend: { markers: { width: 0, fill: (_plot, i) => `var(${colourOf(series, i - 1)})` } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 0) * 1.1)] } },
    axes: [
      { ...axis, values: (_plot, seconds) => seconds.map((at) => moment(at * 1_000)), space: 80 },
      {
        ...axis,
        values: (_plot, numbers) => numbers.map(format),
        size: (_plot, words) => 24 + 7 * Math.max(0, ...(words ?? []).map(({ length }) => length)),
      },
    ],
    series: [
      { label: 'Time', value: (_plot, at) => (at === null ? '–' : moment(at * 1_000)) },
      ...series.map(({ name }, i) => ({
        label: name,
        stroke: token(colourOf(series, i)),
        width: 2,
        points: { show: false },
        value: (_plot: uPlot, n: number | null) => (n === null ? '–' : format(n)),
      })),
    ],
  };
}
