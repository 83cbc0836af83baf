/** Reads and judges a package-lock.json (npm's "package-lock.json", lockfileVersion 3). Nothing here asks a network. */

/** Licences that may be used without asking anybody: they oblige to keep their text, and to nothing else. */
const PERMISSIVE = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT'],
  // Of data and of single tools, unchanged: browser tables of a build step, parsers of the linter and of documents, the
  // accessibility rules of the browser tests.
  ...['CC-BY-4.0', 'MPL-2.0', 'PSF-2.0', 'Python-2.0', 'Unlicense'],
]);

/** Packages whose manifest names no licence; what their own LICENSE file says. */
const LICENCE_FILES = { busboy: 'MIT', streamsearch: 'MIT', unionfs: 'Unlicense' };

/** Where packages come from; a lock file without an origin means the same. */
const REGISTRY = 'https://registry.npmjs.org/';

/**
 * One entry for each package and version, sorted.
 * @returns {{ name: string, version: string, licence: string, sha512: string | undefined, isRuntime: boolean }[]}
 */
function componentsOf({ packages }) {
  const found = new Map();
  for (const [place, entry] of Object.entries(packages)) {
    if (place === '') continue;
    const name = nameAt(place, entry);
    const ref = `${name}@${entry.version}`;
    const isRuntime = !entry.dev && !entry.devOptional;
    const known = found.get(ref);
    if (known !== undefined) {
      known.isRuntime ||= isRuntime;
      continue;
    }
    const licence = entry.license ?? LICENCE_FILES[name] ?? 'unknown';
    found.set(ref, { name, version: entry.version, licence, sha512: sha512Of(entry.integrity), isRuntime });
  }
  return [...found.values()].sort((a, b) => compare(`${a.name}@${a.version}`, `${b.name}@${b.version}`));
}

/** An alias says the package's own name; else the folder is called after it. */
const nameAt = (place, { name }) => name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** By code units: the same in every locale. */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Hexadecimal digits; undefined for anything but one SHA-512 of 64 bytes (W3C, "Subresource Integrity"). */
function sha512Of(integrity) {
  const [, base64] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity ?? '') ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex');
}

/**
 * What speaks against a lock file, each with its remedy.
 * @param manifest package.json: `allowScripts` says of each package with an install script whether it may run.
 */
function lockProblems(lock, manifest) {
  if (lock.lockfileVersion !== 3)
    return [`package-lock.json has version ${lock.lockfileVersion}: make it anew with npm 9 or later`];
  const problems = [];
  const scripts = manifest.allowScripts ?? {};
  for (const [place, entry] of Object.entries(lock.packages)) {
    if (place === '') continue;
    const report = (text) => problems.push(`package-lock.json: ${place} ${text}`);
    if (!place.startsWith('node_modules/') || entry.link) report('lies outside the registry: use a published version');
    if (sha512Of(entry.integrity) === undefined) report('has no SHA-512: run npm install again with the network');
    if (entry.resolved !== undefined && !entry.resolved.startsWith(REGISTRY))
      report(`comes from ${entry.resolved}: only ${REGISTRY} is known, or no origin at all`);
    const name = nameAt(place, entry);
    if (entry.hasInstallScript && !(name in scripts))
      report('runs a script when it is installed: say in allowScripts of package.json whether it may');
    const licence = entry.license ?? LICENCE_FILES[name] ?? 'unknown';
    if (!isPermissive(licence)) report(`has the licence ${licence}, which scripts/lock-file.cjs does not allow`);
  }
  const installed = new Set(componentsOf(lock).map(({ name }) => name));
  for (const name of Object.keys(scripts))
    if (!installed.has(name))
      problems.push(`package.json: allowScripts names ${name}, which is not installed: take it out`);
  return [...problems, ...originProblems(manifest)];
}

/** Versions are named exactly, so that what is installed is what was tested. */
function originProblems(manifest) {
  return ['dependencies', 'devDependencies', 'overrides', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {})
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `package.json: ${kind} has ${name} as ${version}: name one version of the registry`),
  );
}

/** An SPDX expression of names, AND, OR and brackets. */
function isPermissive(expression) {
  const flat = expression.replace(/[()]/g, ' ').trim();
  return flat.split(/\s+AND\s+/).every((all) => all.split(/\s+OR\s+/).some((one) => PERMISSIVE.has(one.trim())));
}

/** CycloneDX 1.6 (ECMA-424). Without a serial number and a time of making, which would differ each time. */
function toBom(lock, components) {
  const { name, version, license } = lock.packages[''];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        'bom-ref': `${name}@${version}`,
        type: 'application',
        name,
        version,
        licenses: [{ license: { id: license } }],
      },
    },
    components: components.map(({ name, version, licence, sha512, isRuntime }) => ({
      'bom-ref': `${name}@${version}`,
      type: 'library',
      name,
      version,
      scope: isRuntime ? 'required' : 'excluded',
      hashes: [{ alg: 'SHA-512', content: sha512 }],
      licenses: [/ (AND|OR) /.test(licence) ? { expression: licence } : { license: { id: licence } }],
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    })),
    dependencies: dependenciesOf(lock),
  };
}

/** Who needs whom, as Node finds it: the nearest `node_modules` upwards. */
function dependenciesOf({ packages }) {
  const needs = new Map();
  for (const [place, entry] of Object.entries(packages)) {
    const names = Object.keys({
      ...entry.dependencies,
      ...entry.optionalDependencies,
      ...(place === '' ? entry.devDependencies : {}),
    });
    const refs = names.flatMap((name) => refOf(packages, place, name));
    const ref = place === '' ? `${entry.name}@${entry.version}` : refAt(packages, place);
    needs.set(ref, new Set([...(needs.get(ref) ?? []), ...refs]));
  }
  return [...needs]
    .sort(([a], [b]) => compare(a, b))
    .map(([ref, on]) => ({ ref, ...(on.size === 0 ? {} : { dependsOn: [...on].sort(compare) }) }));
}

function refOf(packages, place, name) {
  for (let folder = place; ;) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (candidate in packages) return [refAt(packages, candidate)];
    // Optional ones may be left out.
    if (folder === '') return [];
    const at = folder.lastIndexOf('/node_modules/');
    folder = at < 0 ? '' : folder.slice(0, at);
  }
}

function refAt(packages, place) {
  return `${nameAt(place, packages[place])}@${packages[place].version}`;
}

/** docs/licenses.md: what ships first, then what builds and tests. */
function toLicenceList(components) {
  const section = (title, of) => {
    const byLicence = new Map();
    for (const one of of)
      byLicence.set(one.licence, [...(byLicence.get(one.licence) ?? []), `${one.name} ${one.version}`]);
    const rows = [...byLicence].sort(([a], [b]) => compare(a, b));
    return [
      `## ${title}`,
      '',
      '| Licence | Packages | Names |',
      '| --- | --- | --- |',
      ...rows.map(([licence, names]) => `| ${licence} | ${names.length} | ${names.join(', ')} |`),
      '',
    ];
  };
  const runtime = components.filter(({ isRuntime }) => isRuntime);
  const others = components.filter(({ isRuntime }) => !isRuntime);
  return [
    '# Licences',
    '',
    'Generated from package-lock.json by `node scripts/supply-chain.mjs`. The same as a bill of materials: [sbom.cdx.json](sbom.cdx.json) (CycloneDX).',
    '',
    ...section(`What runs: ${runtime.length} packages`, runtime),
    ...section(`What builds and tests: ${others.length} packages`, others),
  ].join('\n');
}

module.exports = { componentsOf, lockProblems, toBom, toLicenceList };
