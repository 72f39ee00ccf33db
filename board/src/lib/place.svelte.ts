// Where the board is: the path in the address bar, as state that pages read.
import { comeBack, leave, stay } from './returning.ts';

class Place {
  path = $state(location.pathname);
  query = $state(location.search);

  constructor() {
    addEventListener('popstate', ({ state }) => {
      comeBack(state);
      this.read();
    });
    // Chromium comes too late with `pagehide`, Safari on a phone knows no `beforeunload`.
    addEventListener('beforeunload', stay);
    addEventListener('pagehide', stay);
    document.addEventListener('visibilitychange', () => document.hidden && stay());
    comeBack(history.state);
  }

  read(): void {
    this.path = location.pathname;
    this.query = location.search;
  }
}

export const place = new Place();

/** Go to a page of the board. */
export function go(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  place.read();
  if (!replace) scrollTo(0, 0);
}

/** Take clicks on links to pages of the board, so that nothing is loaded anew. */
export function followLinks(isPage: (path: string) => boolean): void {
  document.addEventListener('click', (event) => {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    const link = (event.target as Element | null)?.closest?.('a');
    if (!isPlain || event.defaultPrevented || !link || link.target || link.download) return;
    if (link.origin !== location.origin || !isPage(link.pathname)) return;
    event.preventDefault();
    leave(link);
    go(link.pathname + link.search);
  });
}
