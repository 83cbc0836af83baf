/** From zod to JSON Schema (2020-12), with the named schemas kept once. */
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** Which side of a schema is meant: what is sent to us, or what we answer. */
export type Side = 'input' | 'output';

/** Converts schemas one by one and keeps what `.meta({ id })` names as a component. */
export class SchemaCollector {
  readonly components: Record<string, JsonSchema> = {};

  /**
   * The JSON Schema of one side of `schema`.
   * @throws Error when two different schemas have one id: give the two sides of a schema names of their own.
   */
  convert(schema: z.ZodType, side: Side): JsonSchema {
    // Wrapped, because the id of a schema at the top would not become a reference.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ schema }), {
      io: side,
      target: 'draft-2020-12',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => tidy(jsonSchema),
    });
    const named = Object.entries($defs).filter(([id, definition]) => !isAnyJson(id, definition));
    for (const [id, definition] of named) this.keep(id, refer(definition));
    return refer(properties!.schema as JsonSchema);
  }

  /** The same for an object whose members are wanted one by one: never a reference. */
  convertObject(schema: z.ZodObject, side: Side): { properties: Record<string, JsonSchema>; required: string[] } {
    const converted = this.convert(schema, side);
    const { $ref } = converted;
    const whole = typeof $ref === 'string' ? this.components[$ref.split('/').pop()!] : converted;
    const { properties = {}, required = [] } = whole!;
    return { properties: properties as Record<string, JsonSchema>, required: required as string[] };
  }

  private keep(id: string, { id: _, ...definition }: JsonSchema): void {
    const known = this.components[id];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
      throw new Error(`two schemas are named ${id}: rename one`);
    }
    this.components[id] = definition;
  }
}

/** So zod names recursive schemas that have no name of their own, with a number. */
const NAMELESS = '__schema';

/**
 * Whether a definition is that of any JSON value, which says in many words what no words say too: generated clients take the
 * type for one that refers to itself, which strict TypeScript refuses.
 * @throws Error of another recursive schema without a name.
 */
function isAnyJson(id: string, { anyOf }: JsonSchema): boolean {
  if (!id.startsWith(NAMELESS)) return false;
  const types = Array.isArray(anyOf) ? anyOf.map(({ type }: JsonSchema) => type) : [];
  if (JSON_TYPES.every((type) => types.includes(type))) return true;
  throw new Error('a recursive schema has no name: give it one with .meta({ id })');
}

const JSON_TYPES = ['string', 'number', 'boolean', 'null', 'array', 'object'];

/**
 * Zod spells each format out as a pattern, and each integer's bounds: noise to a reader. What we tell of a field beyond the
 * words of JSON Schema is an extension, and named as one.
 */
function tidy(schema: JsonSchema): void {
  if (schema.secret === true) {
    delete schema.secret;
    schema['x-secret'] = true;
  }
  if (schema.format !== undefined) delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

/** The same with references to components instead of to its own definitions; any JSON value is the schema without words. */
function refer(schema: JsonSchema): JsonSchema {
  const { $ref, ...rest } = schema;
  if (typeof $ref === 'string' && $ref.startsWith(`#/$defs/${NAMELESS}`))
    return { description: 'Any JSON value.', ...rest };
  const within = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(within);
    return typeof value === 'object' && value !== null ? refer(value as JsonSchema) : value;
  };
  const own = (reference: string): string => reference.replace('#/$defs/', '#/components/schemas/');
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' ? [key, own(value)] : [key, within(value)],
    ),
  );
}
