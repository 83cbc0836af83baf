/** One package of a lock file, in one version. */
export interface Component {
  name: string;
  version: string;
  /** SPDX expression, or `unknown`. */
  licence: string;
  /** Hexadecimal digits. */
  sha512?: string;
  /** False = only builds and tests need it. */
  isRuntime: boolean;
}

/** An entry of `packages` in a package-lock.json of version 3. */
export interface LockEntry {
  name?: string;
  version?: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
  link?: boolean;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export interface LockFile {
  lockfileVersion: number;
  packages: Record<string, LockEntry>;
}

export interface Manifest {
  allowScripts?: Record<string, boolean>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

export function componentsOf(lock: LockFile): Component[];
export function lockProblems(lock: LockFile, manifest: Manifest): string[];
export function toBom(lock: LockFile, components: Component[]): object;
export function toLicenceList(components: Component[]): string;
