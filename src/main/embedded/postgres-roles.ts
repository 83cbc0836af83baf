/**
 * The roles of embedded Postgres. initdb makes a superuser, which prepares the other two at every start (`db/roles`)
 * and does nothing else: one owns the tables, and the product runs as the other. A data folder of an earlier release, whose
 * tables belong to the superuser, is handed over so.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { LOOPBACK } from '../../config';
import { createFile } from './whole-files';

/** The role that initdb makes. */
export const SUPERUSER = 'heliograph';
/** The role that owns the tables. */
export const OWNER = 'heliograph_owner';
/** The role that the product runs as. */
export const RUNTIME = 'heliograph_runtime';

export const DATABASE = 'heliograph';

const FOLDER = path.resolve(__dirname, '../../../db/roles');
const FILES = ['roles.sql', 'hand-over.sql'];

export interface Passwords {
  owner: string;
  runtime: string;
}

export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** The passwords of both roles: kept in the data folder, made at first use. */
export async function keepPasswords(dataDir: string): Promise<Passwords> {
  const keep = async (role: string): Promise<string> => {
    const file = path.join(dataDir, `postgres.${role}.password`);
    createFile(file, newPassword());
    return (await readFile(file, 'utf8')).trim();
  };
  return { owner: await keep('owner'), runtime: await keep('runtime') };
}

/** The connection string of a role. */
export function urlOf(role: string, password: string, port: number, database = DATABASE): string {
  return `postgres://${role}:${password}@${LOOPBACK}:${port}/${database}`;
}

/**
 * Makes the roles what they should be, and hands the database to its owner.
 * @param url of the database, as the superuser.
 */
export async function prepareRoles(url: string, passwords: Passwords): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const settings = { owner_password: passwords.owner, runtime_password: passwords.runtime, new_owner: OWNER };
    for (const [name, value] of Object.entries(settings)) {
      await client.query('select set_config($1, $2, false)', [`heliograph.${name}`, value]);
    }
    for (const file of FILES) await client.query(await readFile(path.join(FOLDER, file), 'utf8'));
  } finally {
    await client.end();
  }
}
