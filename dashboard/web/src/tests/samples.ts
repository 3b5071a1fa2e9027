// A small system for the tests.

import { replace } from "../store";
import type { State } from "../store";
import type { Alert, Feed, Held, Site, Slots, Snapshot, Sort, Tally, Tested, Unit } from "../types";

export const AT = Date.parse("2027-01-12T04:07:00Z");

export function tally(t: Partial<Tally>): Tally {
  return { total: 0, open: 0, closed: 0, occupied: 0, reserved: 0, not_ready: 0, available: 0, over: 0, side_rooms_available: 0, escalation_open: 0, ...t };
}

/** A ward of ten open beds of which so many are occupied. */
export function ward(id: string, occupied: number, more: Partial<Unit> = {}): Unit {
  return {
    id, site: "general", name: `Ward ${id}`, kind: "ward", class: "adult_ga", assumed: false, version: 1, known: true, silent: false, feeds: ["pas"],
    pressure_at: 92, full_at: 98, clean_within_s: 3600, beds: tally({ total: 10, open: 10, occupied, available: 10 - occupied }),
    without_bed: 0, leaving: 0, expected: 0, places: [], ...more,
  };
}

/** A unit with one sort of places of which so many are free, told at 04:00 by a feed that speaks every two hours. */
export function provider(id: string, kind: string, free: number | null, more: Partial<Slots> = {}, places: Partial<Sort> = {}): Unit {
  const open = 10;
  const sorts = [{ id: "places", name: "Places", open, used: free === null ? null : open - free, kept: 0, begun: 0, ended: 0, free, ...places }];
  const told = free === null ? ({ state: "never" } as const) : ({ state: "told", told: "2027-01-12T04:00:00Z", expires: "2027-01-12T06:00:00Z" } as const);
  return ward(id, 0, { kind, class: "", name: id, beds: tally({}), slots: { serves: [], accepting: true, sorts, reports: [], ...told, ...more } });
}

export function feed(id: string, more: Partial<Feed> = {}): Feed {
  return {
    id, name: `Feed ${id}`, owner: "", every_s: 1800, expects_s: 1800, supplies: ["occupancy"], version: 1, state: "on_time", connected: true, last: "2027-01-12T04:00:00Z",
    logged: 1, duplicates: 0, ignored: 0, refused: 0, held: 0, sent: 0, received: 0, missing: 0, restarts: 0, late: 0, skew_s: 0, outages: [], unlaid: [], refusals: [], ...more,
  };
}

export function site(id: string, kind = "acute"): Site {
  return { id, name: `${id} Hospital`, short: id, organisation: "trust", kind, version: 1, classes: {} };
}

export function held(seq: number, place: string): Held {
  return { seq, feed: "pas", type: "flowcentre.bed.admitted.v1", place, reason: "unknown_place", happened: "2027-01-12T03:00:00Z" };
}

export function snapshot(part: Partial<Snapshot["state"]> = {}): Snapshot {
  const system = { id: "shire", name: "Shire", time_zone: "Europe/London", version: 1, classes: {}, layout_revision: 1 };
  return {
    type: "snapshot", epoch: "e1", seq: 7, at: "2027-01-12T04:07:00Z",
    state: { system, sites: [site("general")], units: [], feeds: [feed("pas")], contradictions: [], held: [], ...part },
  };
}

export function state(part: Partial<Snapshot["state"]> = {}): State {
  return replace(snapshot(part));
}

/** A moment of the day that the samples are of. */
export const time = (hhmm: string) => `2027-01-12T${hhmm}:00Z`;

/** A figure that an alert tests. */
export function test(measure: string, more: Partial<Tested> = {}): Tested {
  return { measure, title: measure, unit: "patients", kind: "at_least", limit: 4, value: null, holds: true, ...more };
}

/** An alert of the Royal that nobody has taken. */
export function alert(id: string, more: Partial<Alert> = {}): Alert {
  return {
    id, version: 1, name: "FlowCentreCrewsHeld", condition: "CrewsHeld", scope: "site/royal", severity: "critical", line: "Royal A&E: 4 crews or more, longest 1 h 45", means: "Crews wait.", do: "Ring.",
    state: "firing", fired: time("03:30"), confirmed: time("04:00"), told: [{ role: "coordinator", at: time("03:30") }, { role: "on_call_manager", at: time("04:00") }],
    next: { role: "on_call_director", at: time("04:20") }, answers: [], inputs: [], now: [], ring: [], actions: [], events: [], ...more,
  };
}
