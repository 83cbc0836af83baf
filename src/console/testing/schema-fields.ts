/** The fields of a request's body, as docs/openapi.json has them: what a form has to have. */
import { act } from 'preact/test-utils';

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

interface OpenApi {
  paths: Record<string, Record<string, { requestBody: { content: { 'application/json': { schema: Schema } } } }>>;
  components: { schemas: Record<string, Schema> };
}

const openapi = jest.requireActual<OpenApi>('../../../docs/openapi.json');

/**
 * Every field by its path: `safety.frequencyCap.count`, and of a list of things `windows[].country`.
 * @param whole fields that are one thing to the form, whatever they are made of.
 */
export function fieldsOf(method: string, route: string, whole: readonly string[] = []): string[] {
  const found = new Set<string>();
  const walk = (given: Schema, name: string): void => {
    const schema = given.$ref === undefined ? given : openapi.components.schemas[given.$ref.split('/').at(-1)!]!;
    const choices = (schema.anyOf ?? schema.oneOf ?? []).filter(({ type }) => type !== 'null');
    if (whole.includes(name)) found.add(name);
    else if (choices.length > 0) choices.forEach((choice) => walk(choice, name));
    else if (schema.properties !== undefined) {
      for (const [key, inner] of Object.entries(schema.properties)) walk(inner, name === '' ? key : `${name}.${key}`);
    } else if (schema.items?.properties !== undefined) walk(schema.items, `${name}[]`);
    else found.add(name);
  };
  walk(openapi.paths[route]![method]!.requestBody.content['application/json'].schema, '');
  return [...found].sort();
}

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The controls on the screen that have a name. */
export const controls = (): Control[] => [...document.querySelectorAll<Control>('form [name]')];

/** The field that a control is for: `windows.0.country` is `windows[].country`. */
export const fieldOf = (control: Control): string => control.getAttribute('name')!.replace(/\.\d+\./g, '[].');

/** Gives a control another value, whatever it takes. */
export async function change(control: Control): Promise<void> {
  await act(async () => {
    if (control instanceof HTMLSelectElement) {
      control.value = [...control.options].map(({ value }) => value).find((value) => value !== control.value)!;
      control.dispatchEvent(new Event('change', { bubbles: true }));
    } else if (control.type === 'checkbox') control.click();
    else {
      control.value = OTHER[control.type] ?? `${control.value.slice(0, -1)}X`;
      control.dispatchEvent(new Event('input', { bubbles: true }));
    }
  });
}

const OTHER: Record<string, string> = { number: '7', time: '11:30' };
