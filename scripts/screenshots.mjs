/**
 * `npm run screenshots`: pictures of the console for README and docs, into docs/images. The browser's tests make one of every
 * page, in an account with something of everything; a few of them are kept, with 64 colours, so that each is small.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const images = path.join(root, 'docs', 'images');
const WIDE_AND_NARROW = ['1280-light', '390-light'];
/** By the page's path; in the dark, too, where it says so. */
const KEPT = {
  now: [...WIDE_AND_NARROW, '1280-dark'],
  find: WIDE_AND_NARROW,
  'messages-id': [...WIDE_AND_NARROW, '1280-dark'],
  'campaigns-id': [...WIDE_AND_NARROW, '1280-dark'],
  'campaigns-new': ['1280-light'],
  gateways: WIDE_AND_NARROW,
  'gateways-new': ['1280-light'],
  clevertap: ['390-light'],
  reports: ['1280-light'],
  routes: ['1280-light'],
};
const MAX_BYTES = 60 * 1_024;
const COLOURS = 64;

const folder = mkdtempSync(path.join(os.tmpdir(), 'heliograph-screenshots-'));
try {
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const env = { ...process.env, HELIOGRAPH_SCREENSHOTS: folder };
  const args = [jest, 'test/browser/pages', '-t', 'with data'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) throw new Error('The pages could not be shown: see above.');
  if (readdirSync(folder).length === 0) throw new Error('There is no browser to take pictures with.');
  mkdirSync(images, { recursive: true });
  for (const [name, variants] of Object.entries(KEPT)) {
    for (const variant of variants) {
      const file = path.join(images, `${name}-${variant}.png`);
      writeFileSync(file, smaller(readFileSync(path.join(folder, `${name}-${variant}.png`))));
      const { size } = statSync(file);
      console.log(`${path.relative(root, file)}: ${(size / 1_024).toFixed(0)} KB`);
      if (size > MAX_BYTES) throw new Error(`It is larger than ${MAX_BYTES / 1_024} KB.`);
    }
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The same picture as a PNG with a palette: its most frequent colours, every other one as the nearest of them. */
function smaller(png) {
  const { width, height, pixels } = read(png);
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const palette = byCount.slice(0, COLOURS);
  const index = new Map(byCount.map((colour) => [colour, nearest(colour, palette)]));
  const raw = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) raw[y * (width + 1) + 1 + x] = index.get(pixels[y * width + x]);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    png.subarray(0, 8),
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(raw, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function nearest(colour, palette) {
  let best = 0;
  let least = Infinity;
  for (const [i, other] of palette.entries()) {
    const distance = [16, 8, 0].reduce(
      (sum, bits) => sum + (((colour >> bits) & 255) - ((other >> bits) & 255)) ** 2,
      0,
    );
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

function chunk(type, data) {
  const whole = Buffer.concat([Buffer.alloc(4), Buffer.from(type), data, Buffer.alloc(4)]);
  whole.writeUInt32BE(data.length, 0);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4);
  return whole;
}

/** A PNG as browsers write it, 8 bits a channel and not interlaced: its pixels as 0xRRGGBB. */
function read(png) {
  const data = [];
  let head;
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') head = body;
    if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const channels = head[9] === 6 ? 4 : 3;
  const line = width * channels;
  const raw = inflateSync(Buffer.concat(data));
  const out = new Uint8Array(line * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)];
    for (let x = 0; x < line; x++) {
      const left = x < channels ? 0 : out[y * line + x - channels];
      const up = y === 0 ? 0 : out[(y - 1) * line + x];
      const corner = x < channels || y === 0 ? 0 : out[(y - 1) * line + x - channels];
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[y * line + x] = raw[y * (line + 1) + 1 + x] + predicted;
    }
  }
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    const at = i * channels;
    pixels[i] = (out[at] << 16) | (out[at + 1] << 8) | out[at + 2];
  }
  return { width, height, pixels };
}

function paeth(left, up, corner) {
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
