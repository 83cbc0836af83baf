/**
 * Pictures of the pages' diagrams, made from their source as Mermaid writes it: changes of a state as a grid, steps and
 * what follows them as a tree. SVG without styles of its own, in the colours of the page.
 */
import MarkdownIt from 'markdown-it';

const { escapeHtml } = new MarkdownIt().utils;

const STATES = /^stateDiagram-v2\s/;
const STEPS = /^flowchart TD\s/;
const CHANGE = /^(\S+) --> (\S+)$/;
const STEP = /^(\w+)(?:\["(.+?)"\]|\{"(.+?)"\})?(?: -->(?:\|"(.+?)"\|)? (\w+)(?:\["(.+?)"\]|\{"(.+?)"\})?)?$/;
/** The state before the first one, and behind the last. */
const OUTSIDE = '[*]';

/** A letter is taken to be so wide, in a font of {@link FONT}: wider than most of system fonts are. */
const LETTER = 7.4;
const FONT = 13;
const CELL = 28;
const ROW = 36;
const INDENT = 28;
const BOX = 26;

/**
 * The figure of a diagram: a picture, and the same as a list.
 * @param source of a `mermaid` block.
 * @throws Error for a line that is none of these diagrams.
 */
export function drawDiagram(source) {
  const lines = linesOf(source);
  if (STATES.test(source)) return figure(...drawStates(lines));
  if (STEPS.test(source)) return figure(...drawSteps(lines));
  throw new Error(`no diagram begins with ${JSON.stringify(source.split('\n')[0])}`);
}

const linesOf = (source) =>
  source
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== '');

function matched(pattern, line) {
  const found = pattern.exec(line);
  if (found === null) throw new Error(`can’t be drawn: ${line}`);
  return found.slice(1);
}

function figure(label, svg, items) {
  return `<figure class="diagram"><div class="table" tabindex="0" role="region" aria-label="${escapeHtml(label)}">${svg}</div>
<details><summary>The same as a list</summary><ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul></details></figure>\n`;
}

const svgOf = (width, height, label, content) =>
  `<svg role="img" aria-label="${escapeHtml(label)}" width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" font-size="${FONT}" fill="currentColor" stroke="none">${content}</svg>`;

const text = (x, y, words, more = '') => `<text x="${x}" y="${y}"${more}>${escapeHtml(words)}</text>`;
const line = (from, to, opacity) =>
  `<path d="M${from} L${to}" stroke="currentColor" stroke-opacity="${opacity}" fill="none"/>`;
const widthOf = (words) => words.length * LETTER;

/** A row for each state, a column for each that another one becomes, and a dot where the row becomes the column. */
function drawStates(lines) {
  const changes = lines.map((each) => matched(CHANGE, each));
  const states = [...new Set(changes.flat())].filter((state) => state !== OUTSIDE);
  const columns = states.filter((state) => changes.some(([from, to]) => to === state && from !== OUTSIDE));
  const has = (from, to) => changes.some((change) => change[0] === from && change[1] === to);
  const longest = Math.max(...states.map(widthOf));
  const left = longest + 3 * FONT;
  const top = longest + FONT;
  const [right, bottom] = [left + columns.length * CELL, top + states.length * CELL];
  const rows = states.map((state, i) => {
    const y = top + (i + 0.5) * CELL;
    const dots = columns.map((to, j) => {
      if (!has(state, to)) return '';
      return `<circle cx="${left + (j + 0.5) * CELL}" cy="${y}" r="6"/>`;
    });
    const begins = has(OUTSIDE, state) ? text(0, y + 4, '▸') : '';
    const isLast = has(state, OUTSIDE) ? ' font-weight="600"' : '';
    return `${begins}${text(FONT + 4, y + 4, state, isLast)}${line(`0 ${y + CELL / 2}`, `${right} ${y + CELL / 2}`, 0.2)}${dots.join('')}`;
  });
  const heads = columns.map((state, j) => {
    const x = left + (j + 0.5) * CELL;
    const border = line(`${x + CELL / 2} ${top}`, `${x + CELL / 2} ${bottom}`, 0.2);
    return `${text(x + 4, top - 6, state, ` transform="rotate(-60 ${x + 4} ${top - 6})"`)}${border}`;
  });
  const label = 'Which state becomes which: rows become columns; ▸ begins, bold may be the last';
  const items = states.map((state) => {
    const next = changes.filter(([from, to]) => from === state && to !== OUTSIDE).map(([, to]) => to);
    const becomes = next.length === 0 ? 'stays' : `becomes ${next.join(', ')}`;
    return `${state}${has(OUTSIDE, state) ? ' (begins)' : ''} ${becomes}${has(state, OUTSIDE) && next.length > 0 ? ', or stays' : ''}`;
  });
  return [label, svgOf(right + longest * 0.6, bottom + 1, label, heads.join('') + rows.join('')), items];
}

/** A row for each step, below the one before it; one that stood before is dashed, and what follows it is not told again. */
function drawSteps(lines) {
  const words = new Map();
  const follows = new Map();
  for (const each of lines) {
    const [from, box, question, why = '', to, toBox, toQuestion] = matched(STEP, each);
    if ((box ?? question) !== undefined) words.set(from, { says: box ?? question, asks: question !== undefined });
    if (to === undefined) continue;
    if ((toBox ?? toQuestion) !== undefined)
      words.set(to, { says: toBox ?? toQuestion, asks: toQuestion !== undefined });
    follows.set(from, [...(follows.get(from) ?? []), { to, why }]);
  }
  const rows = [];
  const told = new Set();
  const place = (step, why, depth, above) => {
    const row = { step, why, depth, above, again: told.has(step), no: rows.length };
    rows.push(row);
    if (row.again) return;
    told.add(step);
    for (const next of follows.get(step) ?? []) place(next.to, next.why, depth + 1, row);
  };
  const [first] = words.keys();
  place(first, '', 0, null);
  let width = 0;
  const drawn = rows.map(({ step, why, depth, above, again, no }) => {
    const { says, asks } = words.get(step);
    const [x, y] = [depth * INDENT + 1, no * ROW + 1];
    const boxAt = x + (why === '' ? 0 : widthOf(why) + 12);
    const boxWidth = widthOf(says) + 20;
    width = Math.max(width, boxAt + boxWidth);
    const stem = (above?.depth ?? 0) * INDENT + 12;
    const from =
      above === null
        ? ''
        : line(`${stem} ${above.no * ROW + BOX + 1}`, `${stem} ${y + BOX / 2} L${x - 4} ${y + BOX / 2}`, 0.5);
    const dashes = again ? ' stroke-dasharray="4 3"' : '';
    const frame = `<rect x="${boxAt}" y="${y}" width="${boxWidth}" height="${BOX}" rx="${asks ? BOX / 2 : 4}" fill="none" stroke="currentColor"${dashes}/>`;
    return `${from}${why === '' ? '' : text(x, y + 18, why, ' font-style="italic"')}${frame}${text(boxAt + 10, y + 18, says)}`;
  });
  const label = 'What happens, and what follows it: dashed stands above already';
  const items = [...follows].flatMap(([from, next]) =>
    next.map(({ to, why }) =>
      [words.get(from).says, why, words.get(to).says].filter((part) => part !== '').join(' → '),
    ),
  );
  return [label, svgOf(width + 2, rows.length * ROW, label, drawn.join('')), items];
}
