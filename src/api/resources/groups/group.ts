import type { GroupRow } from '../../../store/audience/groups';
import { resource } from '../../http/resource';

/** What routes of groups and of their members do with a group. */
export const groupResource = resource<GroupRow>({ noun: 'group' });
