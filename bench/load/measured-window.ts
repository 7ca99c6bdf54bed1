/** The time that is measured, when the load is steady: whoever measures is told of both its ends. */
export interface MeasuredWindow {
  open(): void;
  close(): void;
}

/** @param whileOpen Begun when all are open; they are closed when it is over. */
export async function holdOpen(
  windows: readonly MeasuredWindow[],
  whileOpen: () => Promise<unknown>,
): Promise<void> {
  for (const window of windows) window.open();
  await whileOpen();
  for (const window of windows) window.close();
}
