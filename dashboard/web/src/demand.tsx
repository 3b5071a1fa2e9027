// A site's demand at the desk: the parameters, A&E, ambulances, the balance of adult G&A
// beds, and patients who no longer meet the criteria to reside.

import { age, capital, clockTime, count, words } from "./format";
import { LimitMark } from "./marks";
import { balances, leavingBy, measured, named, noValue, read, readBalance, shortfall, siteScope } from "./measures";
import type { Reading } from "./measures";
import { Counted, zone } from "./parts";
import { delays, pathwayText } from "./requests";
import { HELD_LIMIT_MIN } from "./risks";
import { balanced, departments, unitsOf } from "./rules";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Site } from "./types";

interface Props {
  state: State;
  site: Site;
}

function reading(s: State, site: Site, name: string, made = 0): Reading {
  return read(measured(s, siteScope(site.id), name), coarse.value, zone(), made);
}

const parameters: [string, string, string][] = [
  ["ambulance_mean_handover", "Handover, mean", "min"],
  ["ae_four_hour", "Four hours, today", "%"],
  ["ae_majors_resus_occupancy", "Majors and resus", "% full"],
  ["ae_time_to_treatment", "Time to treatment", "min, median"],
  ["ae_over_12h_share", "12 h from arrival", "%"],
  ["adult_ga_occupancy", "Adult G&A occupied", "%"],
  ["adult_ga_escalation_share", "Escalation beds", "% of open"],
  ["nctr_share", "NCTR, still here", "% of adult G&A"],
];

/** The figures that a site is judged by, each with its denominator's doubt. */
export function Parameters({ state: s, site }: Props) {
  const some = parameters.map(([name, title, unit]) => ({ name, title, unit, r: reading(s, site, name) })).filter((p) => p.r.look !== "none");
  if (!some.length) return null;
  return (
    <section class="totals parameters panel" aria-label="Parameters of the site">
      {some.map(({ name, title, unit, r }) => (
        <div class="total" key={name} data-look={r.look}>
          <h2>{title}</h2>
          <p class="total-figure">
            {r.value === null ? <span class="value">—</span> : <Counted name={name} scope={siteScope(site.id)} reading={r} />} {r.value === null ? (r.doubts[0] ?? "nothing to count") : unit}
          </p>
          {r.value !== null && r.doubts.length > 0 && <p>{r.doubts[0]}</p>}
        </div>
      ))}
    </section>
  );
}

/** A figure inside a sentence, with what is to be said against it. */
function Said({ state: s, site, name, made = 0 }: Props & { name: string; made?: number }) {
  const r = reading(s, site, name, made);
  if (r.value === null) return <b>{noValue(r)}</b>;
  return (
    <>
      <Counted name={name} scope={siteScope(site.id)} reading={r} />
      {r.doubts[0] && <span class="doubtful"> ({r.doubts[0]})</span>}
    </>
  );
}

export function Emergency({ state: s, site }: Props) {
  const here = reading(s, site, named.inDepartment);
  if (here.look === "none") return null;
  const next = reading(s, site, named.nextBreach);
  const said = { state: s, site };
  return (
    <section class="panel" data-look={here.look}>
      <h2>A&amp;E, in the department</h2>
      <p class="sentence">
        <Said {...said} name={named.inDepartment} /> in the department; <Said {...said} name={named.corridor} /> in a corridor. <Said {...said} name={named.over4} /> over 4 h and{" "}
        <Said {...said} name={named.over12} /> over 12 h from arrival. <Said {...said} name={named.over12DTA} /> over 12 h from decision (DTA).{" "}
        {next.at !== null ? (
          <>
            Next DTA breach: <Counted name={named.nextBreach} scope={siteScope(site.id)} reading={next} text={clockTime(next.at, zone())} />.
          </>
        ) : next.look === "empty" ? (
          "Nobody waits for admission."
        ) : (
          `Next DTA breach: ${noValue(next)}.`
        )}
      </p>
      <Areas {...said} />
    </section>
  );
}

/** Where they are, as far as the department tells. */
function Areas({ state: s, site }: Props) {
  const units = new Set(departments(s, site.id));
  const areas = new Map<string, number>();
  for (const a of s.attendances.values()) if (units.has(a.unit)) areas.set(a.area ?? "", (areas.get(a.area ?? "") ?? 0) + 1);
  if (!areas.size) return null;
  const parts = [...areas].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([area, n]) => `${area ? words(area) : "area not told"} ${n}`);
  return <p class="muted">By area: {parts.join(", ")}</p>;
}

export function Ambulances({ state: s, site }: Props) {
  const waits = reading(s, site, named.waiting);
  if (waits.look === "none") return null;
  const longest = reading(s, site, named.longest);
  const min = longest.at === null ? null : Math.max(0, Math.floor((coarse.value - longest.at) / 60_000));
  const said = { state: s, site };
  const units = new Set(unitsOf(s, site.id).map((u) => u.id));
  const due = [...s.ambulances.values()].filter((a) => units.has(a.unit) && !a.arrived && a.due).map((a) => Date.parse(a.due!)).sort((a, b) => a - b)[0];
  return (
    <section class="panel" data-look={waits.look}>
      <h2>Ambulances</h2>
      <p class="sentence">
        <Said {...said} name={named.waiting} /> waiting
        {min !== null && (
          <>
            , longest <LimitMark level={min >= HELD_LIMIT_MIN ? 3 : 0} />
            <Counted name={named.longest} scope={siteScope(site.id)} reading={longest} text={`${min} min`} /> (limit {HELD_LIMIT_MIN})
          </>
        )}
        ; <Said {...said} name={named.inbound} /> inbound{due !== undefined && (due > coarse.value ? `, next in ${age(due - coarse.value)}` : ", one is overdue")}. Handed over today: <Said {...said} name="handovers_over_15" /> took
        over 15 min, <Said {...said} name="handovers_over_45" /> over 45.
      </p>
    </section>
  );
}

/** Beds short by three clock times. What it is made of opens with the figure. */
export function SiteBalance({ state: s, site }: Props) {
  const balance = (name: string) => readBalance(measured(s, siteScope(site.id), name), coarse.value, zone(), balanced(s, site.id));
  const rows = balances.map((name) => ({ name, r: balance(name) }));
  if (rows.every(({ r }) => r.look === "none")) return null;
  const others = ["critical_care_short_4h", "paediatric_short_4h"].map((name) => ({ name, r: balance(name) })).filter(({ r }) => r.look !== "none");
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Adult G&amp;A beds</h2>
        <span class="muted">decided and due, no forecast</span>
      </div>
      <ul class="balance-lines">
        {rows.map(({ name, r }) => (
          <li key={name} data-look={r.look}>
            <span>by {r.at === null ? "—" : clockTime(r.at, zone())}</span>
            <Short site={site} name={name} r={r} />
          </li>
        ))}
        {others.map(({ name, r }) => (
          <li key={name} data-look={r.look}>
            <span>
              {name.startsWith("critical") ? "critical care" : "children"} by {r.at === null ? "—" : clockTime(r.at, zone())}
            </span>
            <Short site={site} name={name} r={r} />
          </li>
        ))}
      </ul>
      <p class="muted">Usable now + cleaning due + confirmed leaving, against decided without a bed + electives, step-downs and transfers due. Press a figure for its terms.</p>
    </section>
  );
}

function Short({ site, name, r }: { site: Site; name: string; r: Reading }) {
  if (r.value === null) return <span>{noValue(r)}</span>;
  const { figure, word } = shortfall(r);
  return (
    <span>
      <LimitMark level={r.value > 0 ? 3 : 0} />
      <Counted name={name} scope={siteScope(site.id)} reading={r} text={`${figure} ${word}`} />
      {r.doubts[0] && <span class="doubtful"> {r.doubts[0]}</span>}
    </span>
  );
}

const GROUPS = 16; // shown; the patients of the others are counted
const pathways = ["0", "1", "2", "3", "not_given"];

export function Reside({ state: s, site }: Props) {
  const made = unitsOf(s, site.id).filter((u) => u.beds.total > 0).length;
  const here = reading(s, site, named.nctr, made);
  if (here.look === "none") return null;
  const groups = delays(s, site.id);
  const leaving = leavingBy(coarse.value, zone());
  const said = { state: s, site };
  return (
    <section class="panel nctr-table" data-look={here.look}>
      <div class="panel-head">
        <h2>NCTR, still here</h2>
        <span class="muted">
          <Said {...said} name={named.nctr} made={made} />; <Said {...said} name={leaving.name} /> leaving {leaving.by}
        </span>
      </div>
      {here.value !== null && (
        <p>
          By pathway:{" "}
          {pathways.map((p, i) => (
            <span key={p}>
              {i > 0 && ", "}
              {p === "not_given" ? "not given" : `P${p}`} <Said {...said} name={`nctr_pathway_${p}`} made={made} />
            </span>
          ))}
        </p>
      )}
      {groups.length > 0 && (
        <table role="table">
          <caption class="unseen">Patients who no longer meet the criteria to reside, by pathway, reason and owner</caption>
          <thead role="rowgroup">
            <tr role="row">
              {["Pathway", "Waiting for", "With", "Now", "Longest"].map((c) => (
                <th scope="col" role="columnheader" key={c}>{c}</th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {groups.slice(0, GROUPS).map((d) => (
              <tr role="row" key={`${d.pathway}|${d.reason}|${d.owner}`}>
                <th scope="row" role="rowheader">{pathwayText(d.pathway)}</th>
                <td role="cell" data-label="Waiting for">{d.reason ? capital(words(d.reason)) : <span class="muted">reason not given</span>}</td>
                <td role="cell" data-label="With">{d.owner ? capital(words(d.owner)) : <b>no owner</b>}</td>
                <td role="cell" data-label="Now" class="number">{d.count}</td>
                <td role="cell" data-label="Longest" class="number">{d.since === null ? "not told" : age(coarse.value - d.since)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {groups.length > GROUPS && <p class="muted">{count(groups.slice(GROUPS).reduce((n, d) => n + d.count, 0), "patient")} in {groups.length - GROUPS} smaller groups</p>}
      {here.value !== null && !groups.length && <p class="muted">{count(here.value, "patient")} on the list</p>}
    </section>
  );
}
