// What waits for somebody, on the wall: what nobody owns, who waits for a bed,
// contradictions, held facts, closed beds. A fixed number of lines; what is left out is
// counted.

import { ageOf, capital, contradiction, contradictionRemedy, count, heldReason, heldRemedy, words } from "./format";
import { LimitMark } from "./marks";
import { measured, named, read, systemScope } from "./measures";
import { Fit, zone } from "./parts";
import { needForms, originText, unplaced, waitText } from "./requests";
import { riskDoubts, risks } from "./risks";
import { roleName } from "./roles";
import { closures, heldByPlace, heldFacts, itemPlace, openItems, unitNames } from "./rules";
import type { State } from "./store";
import { coarse } from "./stream";
import { dueText, isLate, taskName, tasks } from "./tasks";

const LINES = 20; // under one another, of one height

interface Item {
  level: 0 | 2 | 3;
  lines: string[][]; // each in its forms
}

interface Section {
  name: string;
  head: string[]; // in its forms
  items: Item[];
}

export function Questions({ state }: { state: State }) {
  const undone = late(state);
  const facts = held(state);
  const sections = [unowned(state), undone, beds(state), contradictions(state), facts, closed(state)].filter((x) => x !== (undone.items.length ? (facts.items.length ? null : facts) : undone));
  return (
    <section class="questions panel" aria-label="What waits for somebody">
      {fit(sections).map((s) => (
        <section key={s.name}>
          <h2>
            <Fit forms={s.head} />
          </h2>
          <ul>
            {s.items.map((item, i) => (
              <li key={i}>
                {item.lines.map((forms, n) => (
                  <p class={n ? "muted" : ""}>
                    {n === 0 && <LimitMark level={item.level} mute />}
                    <Fit forms={forms} />
                  </p>
                ))}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

function unowned(s: State): Section {
  const all = risks(s, coarse.value, zone());
  const name = "unowned";
  const alone = all.filter((r) => !r.owner).length;
  if (all.length) return { name, head: [alone ? `Nobody owns: ${alone}` : `All ${all.length} have an owner`], items: all.map((r) => ({ level: r.level, lines: [r.what, r.then] })) };
  const doubts = riskDoubts(s, coarse.value, zone());
  const head = doubts.length ? "Nobody owns: none known" : "Nothing waits for an owner";
  return { name, head: [head], items: doubts.map((forms) => ({ level: 0, lines: [forms] })) };
}

/** What was to be done by now and is not: by whom, and for how long it is late. */
function late(s: State): Section {
  const all = tasks(s).open.filter((a) => isLate(a, coarse.value));
  const items = all.map((a) => ({ level: 2 as const, lines: [[taskName(s, a), a.title], [`${capital(roleName(a.owner))}, ${dueText(a, coarse.value, zone())}`, dueText(a, coarse.value, zone())]] }));
  return { name: "late", head: [`Actions late: ${all.length}`], items };
}

/** Bed requests that wait longest; a wall says where and for how long, and not who. */
function beds(s: State): Section {
  const all = unplaced(s);
  const figure = read(measured(s, systemScope, named.requests), coarse.value, zone());
  const doubt = figure.look === "lacking" ? " known" : figure.doubts.length ? `, ${figure.doubts[figure.doubts.length - 1]}` : "";
  const many = figure.value === null ? `— ${figure.doubts[0] ?? "no data"}` : `${figure.value || "none"}${doubt}`;
  return {
    name: "beds",
    head: [`Waiting for a bed: ${many}`],
    items: all.map((r) => {
      const at = unitNames(s, s.units.get(r.unit), r.unit);
      const since = waitText(r, coarse.value, zone());
      const needs = needForms(r);
      return { level: 0, lines: [[...at.map((a) => `${a}: ${since}`), since], [...needs.map((n) => `${originText(r)}: ${n}`), ...needs]] };
    }),
  };
}

function contradictions(s: State): Section {
  const all = openItems(s);
  return {
    name: "contradictions",
    head: [all.length ? `Contradictions: ${all.length}` : "Contradictions: none"],
    items: all.map((c) => {
      const what = contradiction(c.kind);
      const since = ageOf(c.since, coarse.value);
      const lasting = since ? [`${what} for ${since}`, `${what}, ${since}`] : [];
      return { level: 2, lines: [itemPlace(s, c), [...lasting.map((l) => `${l}: ${contradictionRemedy(c.kind)}`), ...lasting, what]] };
    }),
  };
}

function held(s: State): Section {
  const all = heldFacts(s);
  return {
    name: "held",
    head: [all.length ? `Facts held: ${all.length}` : "Facts held: none"],
    items: heldByPlace(all).map((g) => ({
      level: 0,
      lines: [
        [`${count(g.facts.length, "fact")} for ${g.place}`, `${g.facts.length} for ${g.place}`, count(g.facts.length, "fact")],
        [`${heldReason(g.reason)}: ${heldRemedy(g.reason, g.feed)}`, heldRemedy(g.reason, g.feed), heldReason(g.reason)],
      ],
    })),
  };
}

function closed(s: State): Section {
  const all = closures(s);
  const beds = all.reduce((n, c) => n + c.beds, 0);
  return {
    name: "closed",
    head: beds ? [`Closed beds: ${beds} in ${all.length === 1 ? "1 unit" : `${all.length} units`}`, `Closed beds: ${beds}`] : ["Closed beds: none"],
    items: all.map((c) => {
      const why = c.reasons.length ? `, ${c.reasons.map(words).join(", ")}` : "";
      const names = unitNames(s, c.unit, c.unit.id);
      return { level: 0, lines: [[...names.map((n) => `${n}: ${c.beds}${why}`), ...names.map((n) => `${n}: ${c.beds}`)]] };
    }),
  };
}

/** Cuts the items so that all heads and the first of each section fit; the heads count all. */
function fit(sections: Section[]): Section[] {
  let left = LINES - sections.length;
  const taken = sections.map(() => 0);
  for (let given = true; given; ) {
    given = false;
    sections.forEach((s, i) => {
      const next = s.items[taken[i]];
      if (!next || next.lines.length > left) return;
      taken[i]++;
      left -= next.lines.length;
      given = true;
    });
  }
  return sections.map((s, i) => ({ ...s, items: s.items.slice(0, taken[i]) }));
}
