import { said } from "../outcome";
import { agrees, recount, settled, terms } from "../recount";
import type { Item, Why } from "../types";
import { same } from "./same";

const item = (value: number, side = "", site = "royal"): Item => ({ key: "K", unit: "ae", site, value, side, events: [1] });

export function everyFormIsCountedAsTheCatalogueSays() {
  same(recount("count", [item(1), item(1), item(-1)]), 1);
  same(recount("share", [item(1, "part"), item(1, "rest"), item(1, "rest"), item(1, "beyond")]), 66.7, "beyond the whole counts above only");
  same(recount("mean", [item(10), item(15), item(20.5)]), 15.2);
  same([recount("median", [item(9), item(1), item(5)]), recount("median", [item(9), item(1)])], [5, 5]);
  same(recount("earliest", [item(300), item(200)]), 200);
  same([recount("count", []), recount("share", []), recount("mean", []), recount("median", []), recount("earliest", [])], [0, null, null, null, null], "none of nothing is 0 only for a count");
}

export function aSiteNeverMakesUpForAnother() {
  const items = [item(1, "usable"), item(3, "decided"), item(5, "usable", "alex"), item(1, "over", "alex")];
  same(recount("shortfall", items), 2);
  same(settled(items), [
    { site: "royal", usable: 1, needed: 3, short: 2, spare: 0 },
    { site: "alex", usable: 5, needed: 1, short: 0, spare: 4 },
  ]);
}

export function theTermsOfABalance() {
  const items = [item(1, "cleaning"), { ...item(1, "decided"), at: "2027-01-11T18:22:00Z" }, { ...item(1, "decided"), at: "2027-01-11T17:00:00Z" }];
  same(terms(items), [
    { side: "usable", count: 0, less: false, oldest: null },
    { side: "cleaning", count: 1, less: false, oldest: null },
    { side: "decided", count: 2, less: true, oldest: "2027-01-11T17:00:00Z" },
  ]);
}

export function aFigureThatItsItemsDoNotMakeIsFound() {
  const why = (value: number | null, items: Item[], more: Partial<Why> = {}): Why => ({
    measure: { name: "m", family: "ae", title: "", definition: "", unit: "patients", window: "now", scope: "unit", source: "", supply: [], form: "count" },
    scope: "system", at: null, seq: 1, value, missing: [], inputs: [], items, ...more,
  });
  same([agrees(why(2, [item(1), item(1)])), agrees(why(3, [item(1), item(1)])), agrees(why(0, []))], [true, false, true]);
  same([agrees(why(null, [], { missing: [{ unit: "ae", why: "not_sent" }] })), agrees(why(null, [item(1)]))], [true, false]);
}

export function whatTheCentreAnswersInWords() {
  same(said(true, { outcome: "in effect" }), { taken: true, text: "Done" });
  same(said(true, { outcome: "in effect", warning: "A2 is in a men's bay, and the patient is a woman." }), { taken: true, text: "Done, against a rule: A2 is in a men's bay, and the patient is a woman." });
  same(said(true, { outcome: "unknown" }).text, "Logged. The centre has not said yet whether it has effect: look at the state.");
  same(said(false, { title: "Without effect", detail: "The bed is held for request R-17 until 06:00.", next: "Decide anew." }), { taken: false, text: "The bed is held for request R-17 until 06:00. Decide anew." });
  same([said(false, null).taken, said(false, { title: "Unknown token" }).text], [false, "Unknown token"]);
}
