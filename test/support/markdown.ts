/** Reads the project's own Markdown, so that tests can hold documentation and code together. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(__dirname, '..', '..');

/** Text of a file, by its path from the project's root. */
export const readDocument = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Paths from the project's root of the files below `folder` whose names end like this. */
export const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file));

/**
 * Rows of the first table whose header row has exactly these columns, cells trimmed and without the backticks of a
 * cell that is code alone.
 * @throws Error when there is no such table.
 */
export function tableRows(markdown: string, columns: readonly string[]): string[][] {
  const lines = markdown.split('\n');
  const header = lines.findIndex((line) => cellsOf(line).join('|') === columns.join('|'));
  if (header < 0) throw new Error(`there is no table with the columns ${columns.join(', ')}`);
  const rows: string[][] = [];
  // The line after the header only separates it from the rows.
  for (let at = header + 2; lines[at]?.startsWith('|'); at++) rows.push(cellsOf(lines[at]!));
  return rows;
}

/** Contents of the fenced code blocks in this language. */
export function codeBlocks(markdown: string, language: string): string[] {
  const fence = new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm');
  return [...markdown.matchAll(fence)].map((match) => match[1]!);
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1'));
}
