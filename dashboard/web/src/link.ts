// The connection to the engine as facts and rules, without a socket or a clock: what
// was heard, when, and what may therefore be shown. Times are milliseconds of the
// browser's monotonic clock.

export type Phase = "connecting" | "live" | "catching" | "notlive";

export const SILENCE_MS = 9_400; // without proof that the picture is current: not live, said before 10 s are over
export const RELOAD_MS = 300_000; // without any frame: the page starts afresh
export const OLD_MS = 900_000; // not live for so long: what is shown is only the last that was known
export const BEHIND_MS = 15_000; // behind the engine's own count: ask again
const CATCHING_MS = 2_000; // behind for longer than a frame takes: say so
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

export interface Link {
  opened: number; // when the page began
  open: boolean; // a socket is open
  synced: boolean; // a snapshot or a fitting delta came on this socket
  heard: number | null; // the newest frame of any kind
  proven: number | null; // the newest frame that proves the picture current
  behind: number | null; // since when the engine counts further than we do
  tries: number; // attempts since the last proof
}

export function start(now: number): Link {
  return { opened: now, open: false, synced: false, heard: null, proven: null, behind: null, tries: 0 };
}

export function trying(l: Link): Link {
  return { ...l, open: false, synced: false, behind: null, tries: l.tries + 1 };
}

export function connected(l: Link): Link {
  return { ...l, open: true };
}

export function closed(l: Link): Link {
  return { ...l, open: false, synced: false, behind: null };
}

/** A frame that says nothing about how current the picture is. */
export function heardFrame(l: Link, now: number): Link {
  return { ...l, heard: now };
}

/** A snapshot or a delta that was taken in. */
export function tookState(l: Link, now: number): Link {
  return { ...l, heard: now, proven: now, synced: true, behind: null, tries: 0 };
}

/** A heartbeat; same tells whether the engine counts as far as we do. */
export function heartbeat(l: Link, now: number, same: boolean): Link {
  if (same) return tookState(l, now);
  return { ...l, heard: now, proven: l.synced ? now : l.proven, behind: l.behind ?? now };
}

export function phase(l: Link, now: number): Phase {
  if (now - (l.proven ?? l.opened) > SILENCE_MS) return "notlive";
  if (l.proven === null) return "connecting";
  const behind = l.behind !== null && now - l.behind > CATCHING_MS;
  return l.open && l.synced && !behind ? "live" : "catching";
}

/** Whether the picture has been out of date for so long that people must be asked instead. */
export function lastKnown(l: Link, now: number): boolean {
  return now - (l.proven ?? l.opened) > OLD_MS;
}

/** How long to wait before attempt n (from 1): exponential, with full jitter. */
export function backoff(n: number, random: number): number {
  return random * Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(n - 1, 10));
}
