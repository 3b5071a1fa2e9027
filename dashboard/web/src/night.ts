// The nightly fresh start of a page that stays open for ever, at about 04:00 by the
// system's local time; each page at a minute of its own, so that not all come at once.

const FIRST_MINUTE = 3 * 60 + 45;
const SPREAD = 30;
const END = FIRST_MINUTE + SPREAD + 15;
const LEAST_AGE_MS = 12 * 3_600_000; // a page opened this evening may stay

/** The minute of the day at which a page starts afresh, from a number of 0 to 1 drawn once. */
export function nightMinute(random: number): number {
  return FIRST_MINUTE + Math.floor(random * SPREAD);
}

/** Whether to start afresh now: minute is the local minute of the day, forMs how long the page has been open. */
export function due(minute: number, own: number, forMs: number): boolean {
  return forMs >= LEAST_AGE_MS && minute >= own && minute < END;
}
