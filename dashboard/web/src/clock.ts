// The engine's time as the page may know it: the last instant it was told, carried on
// by the browser's monotonic clock. Nothing here reads the computer's date.

export const STANDSTILL_MS = 30_000; // the engine's clock must move within this, or it stands

export interface Clock {
  at: number; // the engine's time, ms since 1970, when it last moved
  since: number; // the monotonic time at which we heard that
  speed: number;
}

/** The clock after hearing at. A repeat of the same instant tells nothing new. */
export function told(c: Clock | null, at: number, now: number, speed: number): Clock {
  return c && c.at === at && c.speed === speed ? c : { at, since: now, speed };
}

/**
 * The engine's time now. While live it runs at the engine's speed, and stops when the
 * engine's own clock stands. After the last proof it goes on at the speed of the
 * wall's clock: ages grow by at least the time that nobody has told anything.
 */
export function read(c: Clock, now: number, proven: number, live: boolean): number {
  const told = Math.min(live ? now : Math.max(proven, c.since), c.since + STANDSTILL_MS);
  return c.at + (told - c.since) * c.speed + (live ? 0 : now - Math.max(proven, c.since));
}

/** For how long the engine's clock has stood still, or 0. */
export function standing(c: Clock, now: number): number {
  const still = now - c.since;
  return still > STANDSTILL_MS ? still : 0;
}
