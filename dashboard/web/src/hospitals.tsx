// The acute hospitals on the wall: three lines each, from A&E to the patients who need no
// hospital any more.

import type { ComponentChildren } from "preact";
import { clockTime, count, percent } from "./format";
import { divertForms } from "./declared";
import { LimitMark } from "./marks";
import { levelOf } from "./levels";
import { LevelBadge } from "./level";
import { leavingBy, measured, named, noValue, read, readBalance, shortfall, siteScope, systemScope } from "./measures";
import type { Reading } from "./measures";
import { Fit, Link, Value, zone } from "./parts";
import { HELD_LIMIT_MIN } from "./risks";
import { balanced, blank, departments, doubt, fullestFirst, groupLimits, level, mainClass, occupancy, oldText, unitsOf, wallSites } from "./rules";
import type { Level } from "./rules";
import { siteAddress, whyAddress } from "./route";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Figure, Site } from "./types";

export const ROWS = 3;

export function Hospitals({ state }: { state: State }) {
  const sites = wallSites(state).hospitals;
  const shown = sites.length > ROWS ? fullestFirst(sites).slice(0, ROWS) : sites;
  if (!sites.length) {
    return (
      <section class="hospitals panel">
        <h2>No hospital is laid out yet</h2>
        <p>Sites and units come from the configuration.</p>
        <p>They appear here by themselves.</p>
      </section>
    );
  }
  const by = read(measured(state, systemScope, named.short4), coarse.value, zone()).at;
  const columns = ["In A&E", "Ambulances", by === null ? "Adult G&A" : `Adult G&A by ${clockTime(by, zone())}`, "NCTR"];
  return (
    <section class="hospitals panel">
      <table role="table">
        <caption class="unseen">Hospitals: A&amp;E, ambulances, beds, patients who no longer meet the criteria to reside</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">{shown.length < sites.length ? `Fullest ${ROWS} of ${sites.length}` : shown.some((site) => levelOf(state, siteScope(site.id))) ? "OPEL by hospital" : "Hospital"}</th>
            {columns.map((c) => (
              <th scope="col" role="columnheader" key={c}>{c}</th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map((site) => (
            <Hospital key={site.id} state={state} site={site} columns={columns} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Hospital({ state, site, columns }: { state: State; site: Site; columns: string[] }) {
  const figure = site.classes?.[mainClass(site)];
  return (
    <tr role="row" data-site={site.id}>
      <th scope="row" role="rowheader" data-look={blank(figure) ? "unknown" : doubt(figure, coarse.value).silent.length ? "stale" : "plain"}>
        <Link to={siteAddress(site.id)} class="site-name">
          <Fit forms={[site.name.length < 14 ? site.name : site.short || site.name, site.short || site.name]} />
        </Link>
        <Level state={state} site={site} />
        <Beds state={state} site={site} figure={figure} brief={levelOf(state, siteScope(site.id)) !== undefined} />
      </th>
      <InDepartment state={state} site={site} label={columns[0]} />
      <Ambulances state={state} site={site} label={columns[1]} />
      <Short state={state} site={site} label={columns[2]} />
      <Reside state={state} site={site} label={columns[3]} />
    </tr>
  );
}

/** The hospital's level, under its name, and what it could be. */
function Level({ state, site }: { state: State; site: Site }) {
  const l = levelOf(state, siteScope(site.id));
  if (!l) return null;
  return (
    <p class="site-level">
      <LevelBadge level={l.level} />
      {l.could > l.level && <span data-could={l.could}> could be {l.could}</span>}
    </p>
  );
}

/** How full the hospital is, under its name: two lines, or one where its level takes the other. */
function Beds({ state, site, figure, brief }: { state: State; site: Site; figure: Figure | undefined; brief: boolean }) {
  if (!figure || blank(figure)) return <p>— no census yet{figure && `, ${count(figure.beds.total, "bed")}`}</p>;
  const t = figure.beds;
  const p = occupancy(t);
  const d = doubt(figure, coarse.value);
  const units = unitsOf(state, site.id, mainClass(site));
  const notes = [d.unknown ? `${d.unknown} unknown` : "", d.silent.length ? oldText(d) : ""].filter(Boolean).join(", ");
  const divert = divertForms(state, site, coarse.value, zone());
  return (
    <>
      <p class={brief && (divert || notes) ? "unseen" : ""}>
        <LimitMark level={t.over > 0 ? 3 : level(t, groupLimits(units))} />
        <Value name="occupancy">{p === null ? "closed" : percent(p)}</Value>{brief ? "" : " "}{t.over > 0 ? (brief ? `, ${t.over} over` : `full, ${t.over} over`) : brief ? `, ${t.available} free` : "full"}
      </p>
      {divert && (
        <p class="divert" data-divert>
          <LimitMark level={2} mute />
          <Fit forms={divert} />
        </p>
      )}
      <Fit class={divert || brief && !notes ? "unseen" : notes ? "doubt-line" : ""} forms={notes ? [`${t.available} free, ${notes}`, notes] : [`${t.available} free of ${t.open}`, `${t.available} free`]} />
      <span class="unseen" data-figure="available">{t.available}</span>
    </>
  );
}

interface CellProps {
  state: State;
  site: Site;
  label: string;
}

function reading(state: State, site: Site, name: string, made = 0): Reading {
  return read(measured(state, siteScope(site.id), name), coarse.value, zone(), made);
}

function InDepartment({ state, site, label }: CellProps) {
  const here = reading(state, site, named.inDepartment);
  const absent = departments(state, site.id).length ? "— not counted" : "No A&E here";
  if (here.value === null) return <Nothing reading={here} label={label} absent={absent} />;
  const corridor = reading(state, site, named.corridor);
  const long = reading(state, site, named.over12);
  const next = reading(state, site, named.nextBreach);
  const dta = next.at !== null ? `next DTA breach ${clockTime(next.at, zone())}` : next.look === "empty" ? "no DTA waiting" : next.doubts[0] === "not sent" ? "DTA not sent" : "DTA unknown";
  return (
    <Cell reading={here} label={label}>
      <Big site={site} name={named.inDepartment} reading={here}>
        {corridor.value === null ? `corridor ${corridor.doubts[0] ?? "—"}` : `${corridor.value} in corridor`}
      </Big>
      <Fit forms={long.value === null ? [`over 12 h ${long.doubts[0] ?? "—"}`] : [`${long.value} over 12 h from arrival`, `${long.value} over 12 h`]} />
      <Fit forms={here.doubts[0] ? [`${here.doubts[0]}, ${dta}`, here.doubts[0]] : [dta]} />
    </Cell>
  );
}

function Ambulances({ state, site, label }: CellProps) {
  const waits = reading(state, site, named.waiting);
  if (waits.value === null) return <Nothing reading={waits} label={label} absent="" />;
  const longest = reading(state, site, named.longest);
  const min = longest.at === null ? null : Math.max(0, Math.floor((coarse.value - longest.at) / 60_000));
  return (
    <Cell reading={waits} label={label}>
      <Big site={site} name={named.waiting} reading={waits}>waiting</Big>
      <p>
        {min !== null && (
          <>
            <LimitMark level={min >= HELD_LIMIT_MIN ? 3 : 0} />
            <Value name={named.longest}>{`${min} min`}</Value>
          </>
        )}
      </p>
      <Fit forms={waits.doubts.length ? waits.doubts : [min === null ? "" : "longest held"]} />
    </Cell>
  );
}

function Short({ state, site, label }: CellProps) {
  const balance = readBalance(measured(state, siteScope(site.id), named.short4), coarse.value, zone(), balanced(state, site.id));
  const beds = site.classes?.adult_ga?.beds;
  const critical = site.classes?.critical_care;
  const sides = beds ? `side rooms ${beds.side_rooms_available} free` : "";
  const criticalText = critical ? `critical care ${blank(critical) ? "—" : critical.beds.available}` : "";
  if (balance.value === null) {
    return (
      <Nothing reading={balance} label={label} absent="">
        <p>{sides}</p>
        <p>{criticalText}</p>
      </Nothing>
    );
  }
  const { figure, word } = shortfall(balance);
  return (
    <Cell reading={balance} label={label}>
      <Big site={site} name={named.short4} reading={balance} figure={figure} level={balance.value > 0 ? 3 : 0}>
        <Fit forms={balance.doubts.length ? [...balance.doubts.map((d) => `${word}, ${d}`), balance.look === "lacking" ? `${word}, part` : `${word}, old`] : [word]} />
      </Big>
      <p>{sides}</p>
      <p>{criticalText}</p>
    </Cell>
  );
}

function Reside({ state, site, label }: CellProps) {
  const nctr = reading(state, site, named.nctr, unitsOf(state, site.id).filter((u) => u.beds.total > 0).length);
  if (nctr.value === null) return <Nothing reading={nctr} label={label} absent="" />;
  const leaving = leavingBy(coarse.value, zone());
  const r = reading(state, site, leaving.name);
  return (
    <Cell reading={nctr} label={label}>
      <Big site={site} name={named.nctr} reading={nctr}>{""}</Big>
      <p>still here</p>
      <Fit forms={nctr.doubts.length ? nctr.doubts : r.value === null ? [`${leaving.by} ${r.doubts[0] ?? "—"}`, `${leaving.by} —`] : [`${r.value} ${leaving.by}`]} />
    </Cell>
  );
}

function Cell({ reading: r, label, children }: { reading: Reading; label: string; children: ComponentChildren }) {
  return (
    <td role="cell" data-label={label} data-look={r.look}>
      {children}
    </td>
  );
}

/** The figure of a cell with the words beside it; on a phone it opens. */
function Big({ site, name, reading: r, figure, level: lvl = 0, children }: { site: Site; name: string; reading: Reading; figure?: string; level?: Level; children: ComponentChildren }) {
  return (
    <p class="figure-line">
      <LimitMark level={lvl} />
      <Link to={whyAddress(name, siteScope(site.id))} class="figure">
        <Value name={name}>{figure ?? String(r.value)}</Value>
      </Link>{" "}
      <span class="figure-words">{children}</span>
    </p>
  );
}

/** In place of a figure of which nothing is known, or that means nothing here. */
function Nothing({ reading: r, label, absent, children }: { reading: Reading; label: string; absent: string; children?: ComponentChildren }) {
  const none = r.look === "none";
  return (
    <td role="cell" data-label={label} data-look={r.look}>
      <p class="figure-line">{none ? absent : <span class="figure">—</span>}</p>
      {!none && <p>{noValue(r).replace(/^— /, "")}</p>}
      {children}
    </td>
  );
}
