/** The part of js-yaml that tests use; the package has no types of its own. */
declare module 'js-yaml' {
  /** The one document of a text, merge keys followed. Throws where it is no YAML. */
  export function load(text: string): unknown;
}
