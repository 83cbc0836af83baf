/** How many things an account may have, and how the setting is read. */
import { z } from 'zod';

/** Most of each thing that an account may have; see `api/http/quotas.ts`. */
export interface AccountLimits {
  gateways: number;
  webhooks: number;
  /** Of one host and path, made by callback URLs in requests whose key may only send. */
  webhooksPerPath: number;
  /** Valid ones. */
  apiKeys: number;
  groups: number;
  templates: number;
  routes: number;
  uploads: number;
  /** Of all uploads that are not deleted. */
  uploadBytes: number;
}

/** Far above what anybody needs who does not try to fill the disk. */
export const ACCOUNT_LIMITS: AccountLimits = {
  gateways: 200,
  webhooks: 1_000,
  webhooksPerPath: 5,
  apiKeys: 1_000,
  groups: 10_000,
  templates: 10_000,
  routes: 1_000,
  uploads: 1_000,
  uploadBytes: 50_000_000_000,
};
const LIMIT = new RegExp(`^(${Object.keys(ACCOUNT_LIMITS).join('|')})=(\\d{1,15})$`);

/** `gateways=50,uploads=2000`; what is not named keeps its default. */
export const accountLimits = z.string().transform((text, context): AccountLimits => {
  const limits = { ...ACCOUNT_LIMITS };
  for (const part of text.split(',').map((one) => one.trim())) {
    const [, name, limit] = LIMIT.exec(part) ?? [];
    if (name !== undefined) limits[name as keyof AccountLimits] = Number(limit);
    else if (part !== '') {
      const names = Object.keys(ACCOUNT_LIMITS).join(', ');
      context.addIssue({ code: 'custom', message: `has ${JSON.stringify(part)}: write name=number, with ${names}` });
    }
  }
  return limits;
});
