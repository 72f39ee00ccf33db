interface Live {
  isLive: boolean;
  /** In ms; 0 while that is not known. */
  notLiveSince: number;
}

/** Since when not all of these weekends are live, in ms; 0 while they are. What pages show is as old
 * as the one that was lost first. */
export function notLiveSince(weekends: Live[]): number {
  const losses = weekends.filter((one) => !one.isLive && one.notLiveSince > 0);
  return losses.length ? Math.min(...losses.map((one) => one.notLiveSince)) : 0;
}
