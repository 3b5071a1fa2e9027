// The acute hospitals on the wall: two lines each, every state of its beds in a column.

import { count, percent } from "./format";
import { LimitMark } from "./marks";
import { Fit, Link, Value, zone } from "./parts";
import { blank, classNames, doubt, fullestFirst, groupLimits, level, limitText, mainClass, occupancy, oldText, toLeaveToday, unitLevel, unitsOf, wallSites } from "./rules";
import { siteAddress } from "./route";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Site } from "./types";

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
  return (
    <section class="hospitals panel">
      <table role="table">
        <caption class="unseen">Hospitals, adult general and acute beds</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">{shown.length < sites.length ? `Fullest ${ROWS} of ${sites.length}` : "Hospital"}</th>
            <th scope="col" role="columnheader">Adult G&amp;A occupied</th>
            <th scope="col" role="columnheader">Free</th>
            <th scope="col" role="columnheader">Reserved</th>
            <th scope="col" role="columnheader">Cleaning</th>
            <th scope="col" role="columnheader">Closed</th>
            <th scope="col" role="columnheader">Leave today</th>
          </tr>
        </thead>
        {shown.map((site) => (
          <Hospital key={site.id} state={state} site={site} />
        ))}
      </table>
    </section>
  );
}

function Hospital({ state, site }: { state: State; site: Site }) {
  const main = mainClass(site);
  const figure = site.classes?.[main];
  const d = doubt(figure, coarse.value);
  const units = unitsOf(state, site.id, main);
  const known = units.filter((u) => u.known);
  const full = known.filter((u) => unitLevel(u) === 3).length;
  const unknown = d.unknown ? [`${count(d.unknown, "unit")} unknown`, `${d.unknown} unknown`] : [""];
  const old = d.silent.length ? oldText(d) : "";
  const doubts = unknown.map((u) => [u, old].filter(Boolean).join(", "));
  if (d.unknown && old) doubts.push(`${d.unknown} unknown, old`);
  const look = blank(figure) ? "unknown" : d.silent.length ? "stale" : "plain";
  return (
    <tbody role="rowgroup" data-site={site.id} data-look={look}>
      <tr role="row">
        <th scope="rowgroup" role="rowheader" rowSpan={2}>
          <Link to={siteAddress(site.id)} class="site-name">
            <Fit forms={[site.name.length < 14 ? site.name : site.short || site.name, site.short || site.name]} />
          </Link>
          {doubts[0] ? <Fit class="doubt-line" forms={doubts} /> : <Fit forms={[`${full} of ${count(units.length, "unit")} full`, `${full} of ${units.length} full`]} />}
        </th>
        {!figure || look === "unknown" ? (
          <td role="cell" class="cell-unknown" colSpan={6} rowSpan={2}>
            <p class="figure">—</p>
            <p>no census yet{figure && `, ${count(figure.beds.total, "bed")} laid out`}</p>
          </td>
        ) : (
          <Figures state={state} site={site} bedClass={main} />
        )}
      </tr>
      <tr role="row">{figure && look !== "unknown" && <Notes state={state} site={site} bedClass={main} />}</tr>
    </tbody>
  );
}

function Figures({ state, site, bedClass }: { state: State; site: Site; bedClass: string }) {
  const t = site.classes![bedClass]!.beds;
  const units = unitsOf(state, site.id, bedClass);
  const limits = groupLimits(units);
  const p = occupancy(t);
  const leaving = toLeaveToday(units, coarse.value, zone());
  return (
    <>
      <td role="cell" rowSpan={2} data-label="Adult G&amp;A occupied">
        <p class="figure">
          <LimitMark level={level(t, limits)} />
          <Value name="occupancy">{p === null ? "closed" : percent(p)}</Value>
        </p>
        <p>
          {bedClass !== "adult_ga" && `${classNames[bedClass] ?? bedClass} `}
          <span data-figure="occupied">{t.occupied}</span> of <span data-figure="open">{t.open}</span>,{" "}
          {t.over > 0 ? (
            <b>
              <LimitMark level={3} mute />
              <span data-figure="over">{t.over}</span> over
            </b>
          ) : (
            <span class="muted">{limitText(limits)}</span>
          )}
        </p>
      </td>
      <Figure label="Free" name="available" value={t.available} />
      <Figure label="Reserved" name="reserved" value={t.reserved} />
      <Figure label="Cleaning" name="not_ready" value={t.not_ready} />
      <Figure label="Closed" name="closed" value={t.closed} />
      <Figure label="Leave today" name="leaving" value={leaving} />
    </>
  );
}

function Figure({ label, name, value }: { label: string; name: string; value: number }) {
  return (
    <td role="cell" data-label={label}>
      <p class="figure">
        <Value name={name}>{value}</Value>
      </p>
    </td>
  );
}

function Notes({ state, site, bedClass }: { state: State; site: Site; bedClass: string }) {
  const expected = unitsOf(state, site.id, bedClass).reduce((n, u) => n + u.expected, 0);
  return (
    <>
      <td role="cell" colSpan={4}>
        side rooms <span data-figure="side_rooms_available">{site.classes![bedClass]!.beds.side_rooms_available}</span>
        <Critical site={site} />
      </td>
      <td role="cell">
        <span data-figure="expected">{expected}</span> due in
      </td>
    </>
  );
}

/** Critical care is counted apart: its free beds make up for nothing else. */
function Critical({ site }: { site: Site }) {
  const f = site.classes?.critical_care;
  if (!f) return <> free</>;
  if (blank(f)) return <> free, critical care —</>;
  const old = doubt(f, coarse.value).silent.length > 0;
  return (
    <>
      , critical care <span data-figure="critical_care_available">{f.beds.available}</span> {old ? "(old)" : "free"}
    </>
  );
}
