// What is to be done, by whom and by when, and what came of it. Pure; now is the engine's
// time in ms since 1970.

import { age, clockTime, count, moment, ms, words } from "./format";
import { number } from "./measures";
import { roleName } from "./roles";
import { siteBrief } from "./rules";
import type { Level } from "./rules";
import type { State } from "./store";
import type { Action, Answer, Card } from "./types";

/** Why an action is blocked, put off or not possible: codes of the log. */
export const blocks = ["no_staff", "no_bed", "no_equipment", "no_transport", "no_answer", "refused", "clinical", "estates", "other"];

export function isDoing(a: Action): boolean {
  return a.state === "open" || a.state === "blocked";
}

/** Whether its time ran out before it was done. */
export function isLate(a: Action, now: number): boolean {
  return isDoing(a) && (ms(a.due) ?? Infinity) < now;
}

/** The actions wanted: those to be done, the earliest due first; then those that are over, the latest first. */
export function tasks(s: State, wanted: (a: Action) => boolean = () => true): { open: Action[]; over: Action[] } {
  const all = [...s.actions.values()].filter(wanted);
  return {
    open: all.filter(isDoing).sort((a, b) => (ms(a.due) ?? Infinity) - (ms(b.due) ?? Infinity)),
    over: all.filter((a) => !isDoing(a)).sort((a, b) => (ms(b.over) ?? 0) - (ms(a.over) ?? 0)),
  };
}

/** "Open escalation beds: 4 beds, Royal". */
export function taskName(s: State, a: Action): string {
  return `${a.title}${a.count ? `: ${many(a.count, a.unit)}` : ""}, ${placeName(s, a.scope)}`;
}

export function placeName(s: State, scope: string): string {
  return scope.startsWith("site/") ? siteBrief(s, scope.slice(5)) : scope === "system" ? "whole system" : words(scope);
}

function many(n: number, unit: string): string {
  return unit ? (n === 1 ? `1 ${unit.replace(/s$/, "")}` : `${n} ${unit}`) : String(n);
}

/** When it is due, or for how long it is late: "due 08:00", "late 22 min". */
export function dueText(a: Action, now: number, zone: string): string {
  const due = ms(a.due);
  if (due === null) return "no time set";
  if (due < now) return `late ${age(now - due)}`;
  return `due ${moment(a.due, now, zone)}`;
}

/** What stands in its way or came of it: "blocked: no staff", "done 03:10", "told, not seen: 2 of 6 beds". */
export function stateText(a: Action, now: number, zone: string): string {
  const why = a.reason ? `: ${words(a.reason)}` : "";
  switch (a.state) {
    case "open":
      return a.first_due ? `put off from ${moment(a.first_due, now, zone)}${why}` : "";
    case "blocked":
      return `blocked${why}`;
    case "done":
      return `done ${moment(a.over, now, zone)}${a.told ? `, ${many(a.told, a.unit)} told` : ""}`;
    case "not_possible":
      return `not possible${why}`;
  }
}

/** What the figures say of it: null while nobody can tell. */
export function seenText(a: Action): { level: Level; text: string } | null {
  if (!a.outcome) return null;
  const seen = typeof a.seen === "number" ? number(a.seen) : "none";
  const of = a.count ? `${seen} of ${many(a.count, a.unit)}` : `${seen}${a.unit ? ` ${a.unit}` : ""}`;
  return a.outcome === "came_true" ? { level: 0, text: a.count ? `came true: ${of} seen` : "came true" } : { level: 2, text: `told, not seen: ${of} seen` };
}

const answers: Record<string, string> = { assigned: "gave it to", extended: "put it off to", blocked: "blocked", done: "done", not_possible: "not possible", noted: "noted" };

/** What somebody said of it. */
export function actionAnswer(a: Answer, now: number, zone: string): string {
  const what = answers[a.what] ?? words(a.what);
  const to = a.to ? ` ${roleName(a.to)}` : a.until ? ` ${moment(a.until, now, zone)}` : "";
  return `${roleName(a.role)}: ${what}${to}${a.count ? ` ${a.count}` : ""}${a.reason ? `, ${words(a.reason)}` : ""}`;
}

/** The cards that can be asked for here, those of no level first. */
export function cardsFor(s: State, site: string | null): Card[] {
  return [...(s.system.cards ?? [])].filter((c) => site !== null || c.scope === "system").sort((a, b) => (a.level ?? 0) - (b.level ?? 0));
}

/** When a card is due if it is raised now, as a clock time. */
export function cardDue(within: number, now: number, zone: string): string {
  return clockTime(now + within * 1000, zone);
}

/** How many are open and late: "4 open, 1 late". */
export function taskCounts(open: Action[], now: number): string {
  const late = open.filter((a) => isLate(a, now)).length;
  return open.length ? `${count(open.length, "open", "open")}${late ? `, ${late} late` : ""}` : "none open";
}
