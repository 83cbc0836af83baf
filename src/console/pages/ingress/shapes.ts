/** What the contracts of the ingress are called. */
const SHAPES: Record<string, string> = {
  generic: 'Generic',
  mobtexting: 'Mobtexting',
  'times-mobile': 'Times Mobile',
  api: 'Heliograph’s API',
};

export const shapeName = (shape: string): string => SHAPES[shape] ?? shape;
