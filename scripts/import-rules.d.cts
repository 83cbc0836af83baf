import type { Linter } from 'eslint';

/** Why a file may not import something; null = it may. */
export function importProblem(file: string, specifier: string, typesOnly: boolean): string | null;
/** Lint rules: `imports` and `sql`. */
export const rules: NonNullable<Linter.Plugin['rules']>;
