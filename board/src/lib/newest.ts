// Which of the messages at the edge of the page are in sight: few, so that they cover little.

export interface Toast {
  id: number;
  text: string;
  /** Where it belongs, such as its bike and session: many tasks have the same title. */
  place?: string;
  /** It may be called again, if it raises Unreachable. */
  undo?: () => void | Promise<void>;
  /** The subject, for the name of its button. */
  about?: string;
  /** A newer message of the same subject replaces it, since its way back is gone. */
  subject?: string;
  isBad?: boolean;
}

const IN_SIGHT = 2;

/** The newest ones, the newest first, and the number of those that stand behind them. */
export function newest<T>(all: T[]): { shown: T[]; behind: number } {
  const shown = all.slice(-IN_SIGHT).reverse();
  return { shown, behind: all.length - shown.length };
}

/** What its way back is called, for people who do not see what stands beside it. */
export const wayBack = ({ about, text, place }: Toast): string =>
  [about ?? text, place].filter(Boolean).join(' · ');
