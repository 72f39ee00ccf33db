// The things of the API by short names. Their shapes are generated from its document.
import type { components } from './api.d.ts';

type Schemas = components['schemas'];

export type User = Schemas['User'];
export type Tokens = Schemas['Tokens'];
export type RaceEvent = Schemas['Event'];
export type Session = Schemas['Session'];
export type Bike = Schemas['Bike'];
export type Task = Schemas['Task'];
export type SignOff = Schemas['SignOff'];
export type HistoryEntry = Schemas['HistoryEntry'];
export type Comment = Schemas['Comment'];
export type Release = Schemas['Release'];
export type Incident = Schemas['Incident'];
export type Person = Schemas['Person'];
export type Snapshot = Schemas['Snapshot'];
export type Changes = Schemas['Changes'];
export type Template = Schemas['Template'];
export type Item = Schemas['ChecklistItem'];
export type CrewMember = Schemas['NamedCrewMember'];
export type Invitation = Schemas['Invitation'];
export type Measurement = Schemas['Measurement'];
export type CrewRole = NonNullable<Task['crew_role']>;
export type SessionKind = Session['kind'];
export type Act = SignOff['act'];

/** RFC 9457, as every refusal is told. */
export interface Problem {
  title?: string;
  status?: number;
  detail?: string;
  request_id?: string;
  errors?: Record<string, any>;
}
