// Going back shows a page as it was left: the link that was followed is where it was on the screen,
// and has the focus; if its row has moved, the row that came after it does. So does a page that is
// loaded anew. Pages are drawn anew, and their rows have other heights until they are seen: a number
// of pixels would lead to another row.

interface Left {
  /** The link that was followed and the one after it; if it was around the page, the first two in sight. */
  links: { href: string; top: number }[];
  hasFocus: boolean;
}

/** So long a page has time to draw what was left, in ms. */
const PATIENCE = 3_000;
const HANDS = ['wheel', 'touchstart', 'pointerdown', 'keydown', 'popstate'];

let isUnderWay = false;
/** Whether a page is to be drawn at once, since people wait to be where they were. */
export const isReturning = (): boolean => isUnderWay;

const linksOfPage = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('main a[href]')];
const topOf = (link: HTMLElement): number => link.getBoundingClientRect().top;
const hrefOf = (link: HTMLElement): string => link.getAttribute('href')!;

/** Remember where a link is that is about to be followed, or has the focus as the page goes. */
export function leave(link: Element | null): void {
  const all = linksOfPage();
  const own = all.indexOf(link as HTMLElement);
  const from = own < 0 ? all.findIndex((one) => topOf(one) >= 0) : own;
  const near = from < 0 ? [] : all.slice(from, from + 2);
  const links = near.map((one) => ({ href: hrefOf(one), top: topOf(one) }));
  history.replaceState({ left: { links, hasFocus: own >= 0 } satisfies Left }, '');
}

/** Remember the present place, as somebody may load the page anew, or the system take its memory. */
export function stay(): void {
  if (scrollY > 0) leave(document.activeElement);
  else history.replaceState(null, '');
}

/** Be where one was when this entry of the history was left, unless somebody moves meanwhile. */
export function comeBack(state: { left?: Left } | null): void {
  const left = state?.left;
  if (!left?.links.length) return;
  const over = new AbortController();
  const end = () => over.abort();
  for (const hand of HANDS) addEventListener(hand, end, { signal: over.signal, passive: true });
  const timer = setTimeout(end, PATIENCE);
  over.signal.addEventListener('abort', () => {
    clearTimeout(timer);
    isUnderWay = false;
  });
  isUnderWay = true;
  const step = () => {
    if (over.signal.aborted) return;
    if (isThere(left)) end();
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

/** Move there as far as the page is drawn; returns whether nothing had to move any more. */
function isThere({ links, hasFocus }: Left): boolean {
  const before = scrollY;
  const all = linksOfPage();
  const [own, next] = links.map(({ href }) => all.findIndex((one) => hrefOf(one) === href));
  const hasMoved = next >= 0 && (own < 0 || own !== next - 1);
  const link = all[hasMoved ? next : own];
  if (!link) return false;
  scrollBy(0, topOf(link) - links[hasMoved ? 1 : 0].top);
  if (hasFocus) link.focus({ preventScroll: true });
  return scrollY === before;
}
