/** The catalogue of providers, derived from their adapters: a new one is in it as soon as it is registered. */
import { z } from 'zod';
import type { providers } from '../../../providers/registry';
import { NO_VENDOR } from '../../../providers/registry';
import { isJsonObject, type JsonObject } from '../../http/json';

type Provider = (typeof providers)[string];

/** One credential, as a form asks for it. */
interface CredentialField {
  name: string;
  title: string;
  /** Never shown again once it is stored. */
  secret: boolean;
  /** Asked for whatever the other fields say. */
  required: boolean;
  help?: string;
}

/** Everything a person needs to fill in a gateway of this provider. */
export function toProvider(provider: Provider): z.input<typeof providerAnswer> {
  const schema = z.toJSONSchema(provider.credentialsSchema, { io: 'input', unrepresentable: 'any' }) as JsonObject;
  const { batchSize } = provider.capabilities;
  return {
    name: provider.name,
    label: provider.label,
    signupLink: provider.signupLink,
    docs: `docs/providers/${provider.name}.md`,
    baseUrl: provider.defaultBaseUrl === NO_VENDOR ? null : provider.defaultBaseUrl,
    sendingPatterns: batchSize > 1 ? ['batch', 'loop'] : ['loop'],
    capabilities: { ...provider.capabilities },
    credentials: credentialFields(provider, schema),
    credentialsSchema: schema,
  };
}

/** The fields of a JSON schema of an object, or of several between which one may choose. */
function credentialFields(provider: Provider, schema: JsonObject): CredentialField[] {
  const choices = (Array.isArray(schema.anyOf) ? schema.anyOf : [schema]).filter(isJsonObject);
  const properties: JsonObject = {};
  for (const choice of choices) Object.assign(properties, choice.properties);
  const isRequired = (name: string) =>
    choices.every(({ required }) => Array.isArray(required) && required.includes(name));
  return Object.entries(properties).map(([name, property]) => {
    const { title, description, secret } = isJsonObject(property) ? property : {};
    return {
      name,
      title: typeof title === 'string' ? title : toTitle(name),
      secret: typeof secret === 'boolean' ? secret : hides(provider, name),
      required: isRequired(name),
      ...(typeof description === 'string' ? { help: description } : {}),
    };
  });
}

const PROBE = 'probe';

/** Asks the adapter itself whether it hides this credential from logs. One that is no text alone is asked with all it may hold. */
function hides(provider: Provider, name: string): boolean {
  const asked = (value: unknown): boolean => {
    try {
      return provider.secrets({ [name]: value }).includes(PROBE);
    } catch {
      return false; // It needs the others to say.
    }
  };
  return asked(PROBE) || asked({ value: PROBE });
}

/** `apiKey` → `API key`. */
function toTitle(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\b(api|id|sid|url)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const providerAnswer = z
  .object({
    name: z.string(),
    label: z.string(),
    signupLink: z.string(),
    /** Its page in the documentation. */
    docs: z.string(),
    /** The vendor's public host; null = a gateway must name one. */
    baseUrl: z.string().nullable(),
    sendingPatterns: z.array(z.enum(['batch', 'loop'])),
    capabilities: z.record(z.string(), z.unknown()),
    credentials: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        secret: z.boolean(),
        required: z.boolean(),
        help: z.string().optional(),
      }),
    ),
    /** JSON Schema of `credentials`, for what a list of fields can't say. */
    credentialsSchema: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Provider' });
