// Which page a path is. Paths are those that the server answers with the shell; see shell.py.
import type { Component } from 'svelte';
import Mine from './pages/Mine.svelte';

type Page = () => Promise<{ default: Component<any> }>;
export interface Route {
  pattern: RegExp;
  page: Page;
  /** People who are not logged in may see it. */
  isOpen?: boolean;
  /** Only team managers may see it. */
  isForAdmins?: boolean;
  /** It has no frame of heading, navigation and status. */
  isBare?: boolean;
  /** Which entry of the navigation it belongs to. */
  section?: string;
}

const ID = '([1-9][0-9]{0,18})';
const route = (path: string, page: Page, more: Partial<Route> = {}): Route => ({
  pattern: new RegExp(`^${path.replaceAll(':id', ID).replaceAll(':token', '([^/]+)')}$`),
  page,
  ...more,
});

export const ROUTES: Route[] = [
  // It comes with the board, as it is the page that people open; others are chunks of their own.
  route('/', async () => ({ default: Mine }), { section: '/' }),
  route('/login', () => import('./pages/Login.svelte'), { isOpen: true, isBare: true }),
  route('/tasks/:id', () => import('./pages/Task.svelte'), { section: '/' }),
  route('/events', () => import('./pages/Events.svelte'), { section: '/events' }),
  route('/events/new', () => import('./pages/NewEvent.svelte'), { section: '/events', isForAdmins: true }),
  route('/events/:id', () => import('./pages/Weekend.svelte'), { section: '/events' }),
  route('/events/:id/timetable', () => import('./pages/Timetable.svelte'), { section: '/events' }),
  route('/events/:id/tasks', () => import('./pages/Tasks.svelte'), { section: '/events' }),
  route('/events/:id/wall', () => import('./pages/Wall.svelte'), { isBare: true }),
  route('/events/:id/review', () => import('./pages/Review.svelte'), { section: '/events' }),
  route('/events/:id/crew', () => import('./pages/Crew.svelte'), { section: '/events' }),
  route('/bikes', () => import('./pages/Bikes.svelte'), { section: '/bikes', isForAdmins: true }),
  route('/people', () => import('./pages/People.svelte'), { section: '/people', isForAdmins: true }),
  route('/templates', () => import('./pages/Templates.svelte'), { section: '/templates', isForAdmins: true }),
  route('/templates/:id', () => import('./pages/Template.svelte'), { section: '/templates', isForAdmins: true }),
  route('/account', () => import('./pages/Account.svelte'), { section: '/account' }),
  route('/join/:token', () => import('./pages/Join.svelte'), { isOpen: true, isBare: true }),
  route('/reset/:token', () => import('./pages/Reset.svelte'), { isOpen: true, isBare: true }),
];

/** The route of a path, and what its pattern found in it: an id, a token. */
export function find(path: string): { route: Route; id: string } | undefined {
  for (const route of ROUTES) {
    const caught = route.pattern.exec(path);
    if (caught) return { route, id: caught[1] ?? '' };
  }
  return undefined;
}
