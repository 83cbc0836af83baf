/** The pages of `/docs`, which the build makes from the Markdown of `docs/` (scripts/docs/build.mjs): read here, and sent. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../errors';

/** The same place seen from `src` and from `dist`. */
const FOLDER = path.resolve(__dirname, '../../../../dist/docs');

/** What a browser is told that a file is, by its ending. */
const TYPES: Record<string, string> = {
  '.html': 'html',
  '.js': 'text/javascript',
  '.json': 'json',
  '.png': 'png',
  '.webp': 'webp',
  '.svg': 'svg',
};

export interface GuideFile {
  type: string;
  content: Buffer;
}

/** What was read, by its path below the folder; only what lies there is ever asked of the disk. */
let files: ReadonlyMap<string, GuideFile> | undefined;

/**
 * The file at a path below `/docs`, without a leading slash: '' = the index, `first-hour`, `assets/pages.js`.
 * @throws AppError not-found
 */
export function guideFile(name: string): GuideFile {
  files ??= readAll();
  const file = files.get(name === '' ? 'index.html' : name) ?? files.get(`${name}.html`);
  if (file === undefined) throw new AppError('not-found', 'There is no such page: /docs lists those that there are');
  return file;
}

function readAll(): ReadonlyMap<string, GuideFile> {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }) : [];
  return new Map(
    names.flatMap((name) => {
      const type = TYPES[path.extname(name)];
      if (type === undefined) return [];
      return [[name.split(path.sep).join('/'), { type, content: readFileSync(path.join(FOLDER, name)) }]];
    }),
  );
}
