// The page that somebody wanted before the log-in, in the query of the log-in's path.

type Where = { path: string; query: string };

/** `?to=%2Fevents%2F2%2Ftasks%3Frole%3Dmechanic`; empty for the page where everybody begins. */
export function asking({ path, query }: Where): string {
  return path === '/' && !query ? '' : `?to=${encodeURIComponent(path + query)}`;
}

/** The page that the query of a log-in asks for; `/` if it is none of the board's. */
export function wanted(query: string, isPage: (path: string) => boolean): string {
  const to = new URLSearchParams(query).get('to') ?? '/';
  return isPage(to.split('?', 1)[0]) ? to : '/';
}
