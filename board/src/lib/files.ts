// Files for whoever is at the device: saved, or handed on where the device can.

/** `tasks-Misano-2026.csv`: a name that every file system takes. */
export const fileName = (words: string[], ending: string): string =>
  `${words.join(' ').replace(/[^\p{L}\p{N}]+/gu, '-')}.${ending}`;

export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: url, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Show a page in `paper`, a window that was opened for it, and print it once all of it is there. */
export function printFile(paper: Window, file: File): void {
  const url = URL.createObjectURL(file);
  paper.location.replace(url);
  // What shows the page is another window to listeners, so it is looked at.
  const timer = setInterval(() => {
    const isThere = !paper.closed && paper.location.href === url && paper.document.readyState === 'complete';
    if (isThere || paper.closed) clearInterval(timer);
    if (isThere) paper.print();
  }, 100);
}

/** Whether the device hands files on: to the phone beside it, without a signal too. */
export function canShareFiles(): boolean {
  const files = [new File([''], 'a.txt', { type: 'text/plain' })];
  return navigator.canShare?.({ files }) ?? false;
}

export const shareFile = (file: File): Promise<void> =>
  navigator.share({ files: [file], title: file.name }).catch(() => undefined);
