// What the page knows of the system: pure functions from one state and a frame to the
// next. A snapshot replaces everything; a delta carries whole entities, and of measures
// the values that changed.

import type { Delta, Feed, Heartbeat, Kinds, Lists, Snapshot, System } from "./types";

export type State = { epoch: string; seq: number; system: System } & { [K in keyof Kinds]: Map<string, Kinds[K]> };

const noSystem: System = { id: "", name: "No layout yet", time_zone: "Europe/London", version: 0, classes: {}, layout_revision: 0 };

export function replace(frame: Snapshot): State {
  const s = frame.state;
  return { epoch: frame.epoch, seq: frame.seq, system: s.system ?? noSystem, ...each((kind) => updated(new Map(), s[kind], null)) };
}

/** The next state, or null when the delta does not follow this one. */
export function advance(state: State, frame: Delta): State | null {
  if (frame.epoch !== state.epoch || frame.from !== state.seq) return null;
  return {
    epoch: state.epoch,
    seq: frame.seq,
    system: frame.system ? { ...frame.system, ...laid(state.system) } : state.system,
    ...each((kind) => updated(state[kind] as Map<string, Entity>, frame[kind], frame.removed?.[kind])),
  };
}

/** What of the system only a layout changes, and a delta leaves out. */
function laid({ localities, contacts, cards }: System) {
  return { localities, contacts, cards };
}

type Entity = Kinds[keyof Kinds];

/** What make makes of every kind. */
function each(make: (kind: keyof Kinds) => Map<string, Entity>) {
  const kinds: Record<keyof Kinds, null> = {
    sites: null, units: null, feeds: null, contradictions: null, held: null, measures: null, attendances: null, ambulances: null, requests: null, discharges: null, decisions: null,
    referrals: null, calls: null, transfers: null, statuses: null, agreements: null, levels: null, alerts: null, actions: null, meetings: null,
  };
  const names = Object.keys(kinds) as (keyof Kinds)[];
  return Object.fromEntries(names.map((kind) => [kind, make(kind)])) as { [K in keyof Kinds]: Map<string, Kinds[K]> };
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

/** The id of an entity; a held fact has its sequence. */
function key(e: Entity): string {
  return "id" in e ? e.id : String(e.seq);
}

function updated(was: Map<string, Entity>, put: Lists[keyof Kinds], gone: string[] | null | undefined): Map<string, Entity> {
  if (!put?.length && !gone?.length) return was;
  const now = new Map(was);
  for (const id of gone ?? []) now.delete(id);
  for (const e of put ?? []) now.set(key(e), whole(was.get(key(e)), e));
  return now;
}

/** A scope's figures with those that did not change. */
function whole(was: Entity | undefined, e: Entity): Entity {
  return was && "values" in was && "values" in e ? { ...e, values: { ...was.values, ...e.values } } : e;
}
