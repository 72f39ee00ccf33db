// Files for the person at the device: saved, or shared if the device can.

/** `tasks-Misano-2026.csv`: a name that every file system takes. */
export const fileName = (words: string[], ending: string): string =>
  `${words.join(' ').replace(/[^\p{L}\p{N}]+/gu, '-')}.${ending}`;

export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: url, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Show a page in `paper`, a window opened for it, and print it once it is complete. */
export function printFile(paper: Window, file: File): void {
  const url = URL.createObjectURL(file);
  paper.location.replace(url);
  // Listeners do not see that the page is shown, since it is in another window: look for it.
  const timer = setInterval(() => {
    const isThere = !paper.closed && paper.location.href === url && paper.document.readyState === 'complete';
    if (isThere || paper.closed) clearInterval(timer);
    if (isThere) paper.print();
  }, 100);
}

/** Whether the device shares files, such as with the phone beside it, also without a signal. */
export function canShareFiles(): boolean {
  const files = [new File([''], 'a.txt', { type: 'text/plain' })];
  return navigator.canShare?.({ files }) ?? false;
}

export const shareFile = (file: File): Promise<void> =>
  navigator.share({ files: [file], title: file.name }).catch(() => undefined);
