import { cardsFor, dueText, isLate, seenText, stateText, taskCounts, taskName, tasks } from "../tasks";
import type { Action, Card } from "../types";
import { same } from "./same";
import { AT, site, state, time } from "./samples";

const ZONE = "Europe/London";
const action = (id: string, more: Partial<Action> = {}): Action => ({
  id, version: 1, task: "open_escalation_beds", title: "Open escalation beds", pillar: "acute", scope: "site/royal", owner: "clinical_site_manager", unit: "beds", state: "open", raised: time("03:00"), due: time("05:00"), answers: [], events: [], ...more,
});
const royal = state({ sites: [{ ...site("royal"), short: "Worcs Royal" }] });

export function whatIsDueFirstStandsFirstAndWhatIsOverLast() {
  const s = state({ actions: [action("over", { state: "done", over: time("03:50") }), action("later"), action("late", { due: time("04:00") }), action("newer", { state: "not_possible", over: time("04:01") })] });
  const { open, over } = tasks(s);
  same([open.map((a) => a.id), over.map((a) => a.id)], [["late", "later"], ["newer", "over"]]);
  same(taskCounts(open, AT), "2 open, 1 late");
  same(taskCounts([], AT), "none open");
}

export function whatIsDoneIsNeverLate() {
  const due = time("04:00");
  same([isLate(action("a", { due }), AT), isLate(action("a", { due, state: "blocked" }), AT), isLate(action("a", { due, state: "done" }), AT)], [true, true, false]);
  same([dueText(action("a", { due }), AT, ZONE), dueText(action("a"), AT, ZONE)], ["late 7 min", "due 05:00"]);
}

export function whatStandsInTheWayIsSaid() {
  same(stateText(action("a", { state: "blocked", reason: "no_staff" }), AT, ZONE), "blocked: no staff");
  same(stateText(action("a", { first_due: time("04:00"), reason: "no_answer" }), AT, ZONE), "put off from 04:00: no answer");
  same(stateText(action("a", { state: "done", over: time("03:10"), told: 4 }), AT, ZONE), "done 03:10, 4 beds told");
  same(taskName(royal, action("a", { count: 1 })).split(",")[0], "Open escalation beds: 1 bed");
  same(taskName(royal, action("a", { scope: "system" })), "Open escalation beds, whole system");
}

export function whatWasToldIsSetAgainstWhatIsSeen() {
  same(seenText(action("a")), null, "nobody can tell yet");
  same(seenText(action("a", { count: 6, seen: 2, outcome: "told_not_seen" })), { level: 2, text: "told, not seen: 2 of 6 beds seen" });
  same(seenText(action("a", { count: 6, seen: 6, outcome: "came_true" })), { level: 0, text: "came true: 6 of 6 beds seen" });
}

export function aCardOfASiteIsNotForTheSystem() {
  const card = (id: string, scope: Card["scope"], level?: number): Card => ({ id, title: id, pillar: "acute", scope, owner: "coordinator", within_s: 3600, level });
  const s = state({ system: { ...state().system, cards: [card("b", "site", 3), card("a", "system")] } });
  same([cardsFor(s, "royal").map((c) => c.id), cardsFor(s, null).map((c) => c.id)], [["a", "b"], ["a"]]);
}
