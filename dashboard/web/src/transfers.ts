// Transfers and repatriations between hospitals: order and words. Pure; now is the engine's
// time in ms since 1970.

import { age, moment, ms, words } from "./format";
import { placeBrief } from "./declared";
import { needsText } from "./requests";
import type { Level } from "./rules";
import { classNames } from "./rules";
import type { State } from "./store";
import type { Request, Transfer } from "./types";

export const isOver = (t: Transfer) => t.state === "declined" || t.state === "arrived" || t.state === "withdrawn";

const order: Record<Transfer["state"], number> = { asked: 0, accepted: 1, bed_offered: 2, left: 3, declined: 4, arrived: 4, withdrawn: 4 };

/** The transfers that a site gives or takes: those to be answered first, longest first; those that are over last. */
export function transfersOf(s: State, site: string): Transfer[] {
  const asked = (t: Transfer) => ms(t.asked) ?? 0;
  return [...s.transfers.values()].filter((t) => t.from === site || t.to === site).sort((a, b) => order[a.state] - order[b.state] || asked(a) - asked(b) || (a.id < b.id ? -1 : 1));
}

/** Where to or from, as the site sees it: "out to Alexandra", "in from RRK, outside". */
export function wayText(s: State, t: Transfer, site: string): string {
  return t.from === site ? `out to ${placeBrief(s, t.to)}` : `in from ${placeBrief(s, t.from)}`;
}

/** What is needed, never who: "MED, Adult G&A, side room". */
export function wantsText(t: Transfer): string {
  if (!t.wants) return [words(t.service ?? ""), (t.needs ?? []).map(words).join(", ")].filter(Boolean).join(", ") || "not told";
  return [words(t.service ?? ""), needsText({ wants: t.wants, needs: t.needs } as Request)].filter(Boolean).join(", ");
}

/** How far it has come, in words. */
export function standsText(s: State, t: Transfer, now: number, zone: string): string {
  const because = [t.reason ? words(t.reason) : "", t.rule ? `against the rule ${t.rule}` : ""].filter(Boolean).join(", ");
  const at = (i: Transfer["asked"]) => moment(i, now, zone);
  switch (t.state) {
    case "asked":
      return ["not answered", because].filter(Boolean).join(", ");
    case "accepted":
      return ["accepted " + at(t.accepted) + ", no bed yet", because].filter(Boolean).join(", ");
    case "bed_offered":
      return `bed offered: ${bedName(s, t.bed ?? "")}${t.until ? ` until ${at(t.until)}` : ""}`;
    case "left":
      return `on the way since ${at(t.left)}`;
    case "arrived":
      return `arrived ${at(t.arrived)}`;
    case "declined":
      return `declined ${at(t.declined)}${because ? `: ${because}` : ""}`;
    case "withdrawn":
      return `withdrawn${because ? `: ${because}` : ""}`;
  }
}

export function bedName(s: State, place: string): string {
  const [unit, bed = ""] = place.split("/");
  return `${s.units.get(unit)?.name ?? unit} ${bed}`.trim();
}

/** How long it has waited, and whether that is past its time. */
export function transferWait(t: Transfer, now: number): { text: string; level: Level } {
  const asked = ms(t.asked);
  if (isOver(t) || asked === null) return { text: "—", level: 0 };
  const due = ms(t.due);
  return due !== null && due < now ? { text: `${age(now - asked)}, ${age(now - due)} late`, level: 3 } : { text: age(now - asked), level: 0 };
}

export const classOptions: [string, string][] = Object.entries(classNames);
