interface Live {
  isLive: boolean;
  /** In ms; 0 while that is not known. */
  notLiveSince: number;
  /** The server has answered that there is no such weekend for this person. */
  isMissing?: boolean;
}

/** Since when not all of these weekends are live, in ms; 0 while they are. What pages show is as old
 * as the one that was lost first. One that is not to be had was not lost. */
export function notLiveSince(weekends: Live[]): number {
  const losses = weekends.filter((one) => !one.isLive && !one.isMissing && one.notLiveSince > 0);
  return losses.length ? Math.min(...losses.map((one) => one.notLiveSince)) : 0;
}
