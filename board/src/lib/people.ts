// People and what they do at a race weekend.
import type { CrewRole } from './types.ts';

/** In the order in which a crew is listed. */
export const CREW_ROLES: CrewRole[] = [
  'team_manager',
  'crew_chief',
  'mechanic',
  'tyre_tech',
  'fuel_tech',
  'data_engineer',
  'logistics',
  'rider',
];

/** What to call a person who may have no name yet. */
export const nameOf = (person: { name: string | null; email?: string }): string =>
  person.name || person.email || '?';
