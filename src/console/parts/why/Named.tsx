/** A thing that something was done to, and the key that did it: by their names, where they have one. */
import { keyTitle, words } from '../show/format';
import { linkTo } from './links';

interface Change {
  /** `gateway.updated`. */
  action: string;
  subject: string;
  subjectName: string | null;
  keyId: string | null;
  keyName: string | null;
}

/** Its name, or what kind of thing it is, with its page. The id is what the pointer tells. */
export function SubjectOf({ action, subject, subjectName }: Change) {
  const kind = action.split('.')[0]!;
  const link = linkTo({ kind, id: subject });
  const says =
    subjectName ?? (subject.startsWith('environment-') ? keyTitle(subject) : words(kind).replace(/^Api/, 'API'));
  return link === null ? (
    <span title={subject}>{says}</span>
  ) : (
    <a href={link} title={subject}>
      {says}
    </a>
  );
}

/** What the key is called; what nobody asked for is Heliograph's own. */
export const keyOf = ({ keyId, keyName }: Change): string =>
  keyName ?? (keyId === null ? 'Heliograph' : keyTitle(keyId));
