/** What a suppression of a number stops. */
export const SUPPRESSED_CLASSES = ['all', 'promotional'] as const;

export type SuppressedClasses = (typeof SUPPRESSED_CLASSES)[number];
