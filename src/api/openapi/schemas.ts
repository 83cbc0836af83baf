/** From zod to JSON Schema (2020-12), with the named schemas kept once. */
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** Which side of a schema is meant: what is sent to us, or what we answer. */
export type Side = 'input' | 'output';

/** Converts schemas one by one and keeps what `.meta({ id })` names as a component. */
export class SchemaCollector {
  readonly components: Record<string, JsonSchema> = {};
  private readonly recursive = new Map<string, string>();

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
    const names = new Map(Object.entries($defs).map(([id, definition]) => [id, this.nameOf(id, definition)]));
    for (const [id, definition] of Object.entries($defs)) this.keep(names.get(id)!, refer(definition, names));
    return refer(properties!.schema as JsonSchema, names);
  }

  /** Zod numbers recursive schemas without a name anew in each conversion; the same one must keep its name. */
  private nameOf(id: string, definition: JsonSchema): string {
    if (!id.startsWith('__schema')) return id;
    const identity = JSON.stringify(definition).replaceAll(id, '');
    const name = this.recursive.get(identity) ?? `Recursive${this.recursive.size + 1}`;
    this.recursive.set(identity, name);
    return name;
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

/** Zod spells each format out as a pattern, and each integer's bounds: noise to a reader. */
function tidy(schema: JsonSchema): void {
  if (schema.format !== undefined) delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

/** The same with references to components, under their names, instead of to its own definitions. */
function refer(schema: JsonSchema, names: ReadonlyMap<string, string>): JsonSchema {
  const within = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(within);
    return typeof value === 'object' && value !== null ? refer(value as JsonSchema, names) : value;
  };
  const own = (reference: string): string => `#/components/schemas/${names.get(reference.replace('#/$defs/', ''))}`;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' ? [key, own(value)] : [key, within(value)],
    ),
  );
}
