// What the page knows of the system: pure functions from one state and a frame to the
// next. A snapshot replaces everything; a delta carries whole entities.

import type { Contradiction, Delta, Feed, Heartbeat, Held, Site, Snapshot, System, Unit } from "./types";

export interface State {
  epoch: string;
  seq: number;
  system: System;
  sites: Map<string, Site>;
  units: Map<string, Unit>;
  feeds: Map<string, Feed>;
  contradictions: Map<string, Contradiction>;
  held: Map<string, Held>;
}

const byID = (e: { id: string }) => e.id;
const bySeq = (h: Held) => String(h.seq);

export function replace(frame: Snapshot): State {
  const s = frame.state;
  return {
    epoch: frame.epoch,
    seq: frame.seq,
    system: s.system ?? { id: "", name: "No layout yet", time_zone: "Europe/London", version: 0, classes: {}, layout_revision: 0 },
    sites: keyed(s.sites, byID),
    units: keyed(s.units, byID),
    feeds: keyed(s.feeds, byID),
    contradictions: keyed(s.contradictions, byID),
    held: keyed(s.held, bySeq),
  };
}

/** The next state, or null when the delta does not follow this one. */
export function advance(state: State, frame: Delta): State | null {
  if (frame.epoch !== state.epoch || frame.from !== state.seq) return null;
  const gone = frame.removed ?? {};
  return {
    epoch: state.epoch,
    seq: frame.seq,
    system: frame.system ?? state.system,
    sites: updated(state.sites, frame.sites, gone.sites, byID),
    units: updated(state.units, frame.units, gone.units, byID),
    feeds: updated(state.feeds, frame.feeds, gone.feeds, byID),
    contradictions: updated(state.contradictions, frame.contradictions, gone.contradictions, byID),
    held: updated(state.held, frame.held, gone.held, bySeq),
  };
}

/** A heartbeat tells when each feed last spoke; a feed that says no more than that is not sent as a change. */
export function heard(state: State, frame: Heartbeat): State {
  let feeds: Map<string, Feed> | null = null;
  for (const [id, last] of Object.entries(frame.feeds ?? {})) {
    const feed = state.feeds.get(id);
    if (!feed || !last || feed.last === last) continue;
    feeds ??= new Map(state.feeds);
    feeds.set(id, { ...feed, last });
  }
  return feeds ? { ...state, feeds } : state;
}

function keyed<E>(list: E[] | null | undefined, key: (e: E) => string): Map<string, E> {
  return new Map((list ?? []).map((e) => [key(e), e]));
}

function updated<E>(was: Map<string, E>, put: E[] | null | undefined, gone: string[] | null | undefined, key: (e: E) => string): Map<string, E> {
  if (!put?.length && !gone?.length) return was;
  const now = new Map(was);
  for (const id of gone ?? []) now.delete(id);
  for (const e of put ?? []) now.set(key(e), e);
  return now;
}
