// A figure counted again from its items alone, as the catalogue says: the check that what
// is shown is what is listed. Pure.

import type { Item, Why } from "./types";

/** What the items make, or null when they make nothing: no share of none, no mean of none. */
export function recount(form: string, items: Item[]): number | null {
  const values = items.map((i) => i.value);
  const sum = values.reduce((n, v) => n + v, 0);
  switch (form) {
    case "count":
      return sum;
    case "share": {
      const of = total(items, (i) => i.side !== "beyond");
      return of ? tenth((100 * total(items, (i) => i.side !== "rest")) / of) : null;
    }
    case "mean":
      return values.length ? tenth(sum / values.length) : null;
    case "median": {
      const sorted = [...values].sort((a, b) => a - b);
      return sorted.length ? tenth((sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2) : null;
    }
    case "earliest":
      return values.length ? Math.min(...values) : null;
    case "shortfall":
      return settled(items).reduce((n, s) => n + s.short, 0);
    default:
      return null;
  }
}

/** Whether the figure is what its items make. */
export function agrees(w: Why): boolean {
  const again = recount(w.measure.form, w.items ?? []);
  return w.value === null ? w.small || !w.items?.length || (w.missing?.length ?? 0) > 0 : again !== null && Math.abs(again - w.value) < 0.06;
}

function total(items: Item[], wanted: (i: Item) => boolean): number {
  return items.reduce((n, i) => (wanted(i) ? n + i.value : n), 0);
}

function tenth(n: number): number {
  return Math.round(10 * n) / 10;
}

const canBeUsed = ["usable", "cleaning", "leaving"];

/** A site's balance: each is settled by itself. */
export interface Settled {
  site: string;
  usable: number;
  needed: number;
  short: number;
  spare: number;
}

export function settled(items: Item[]): Settled[] {
  const sites = new Map<string, Settled>();
  for (const i of items) {
    const s = sites.get(i.site) ?? { site: i.site, usable: 0, needed: 0, short: 0, spare: 0 };
    if (canBeUsed.includes(i.side ?? "")) s.usable += i.value;
    else s.needed += i.value;
    sites.set(i.site, s);
  }
  return [...sites.values()].map((s) => ({ ...s, short: Math.max(0, s.needed - s.usable), spare: Math.max(0, s.usable - s.needed) }));
}

/** One term of the equation: a side of the items, and whether it is taken away. */
export interface Term {
  side: string;
  count: number;
  less: boolean;
  oldest: string | null; // when the first of them began to count
}

const sides = ["usable", "cleaning", "leaving", "over", "decided", "elective", "step_down", "transfer"];

/** The terms of a balance, beds first; a term of nothing is left out, but for the first. */
export function terms(items: Item[]): Term[] {
  return sides
    .map((side) => {
      const some = items.filter((i) => i.side === side);
      const since = some.map((i) => i.at).filter((at): at is string => !!at).sort();
      return { side, count: total(some, () => true), less: !canBeUsed.includes(side), oldest: since[0] ?? null };
    })
    .filter((t) => t.count !== 0 || t.side === "usable" || t.side === "decided");
}
