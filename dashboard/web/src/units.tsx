// The lower half of the wall: the hospitals' units, worst first, as many as the rows
// allow, then the community hospitals; one grid, every state of the beds in a column.

import { useRef } from "preact/hooks";
import { CommunityRow } from "./community";
import { count, wholePercent } from "./format";
import { ROWS as HOSPITALS } from "./hospitals";
import { LimitMark } from "./marks";
import { Fit, Link, Value } from "./parts";
import { abnormal, fullestFirst, hasBeds, limitsText, mainClass, occupancy, oldShort, shortNames, siteName, unitAge, unitLevel, unitsOf, wallSites, worstFirst } from "./rules";
import { unitAddress } from "./route";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Site, Tally, Unit } from "./types";

const ROWS = 11; // a column, under its head
const COMMUNITY_ROWS = 8; // at most, with their head
const STEADY_MS = 30_000; // the order stands still at least so long, so that the eye keeps its row

type Line = { key: string; head: string[]; limits?: string } | { key: string; unit: Unit; names: string[] } | { key: string; community: Site };

export function Units({ state }: { state: State }) {
  const columns = fill(state, useSteady(state));
  return (
    <section class="units panel">
      {columns.map(({ title, lines }, i) => (
        <table role="table" key={i}>
          <caption class="unseen">Units, worst first, and community hospitals, part {i + 1}</caption>
          <colgroup>
            {Array.from({ length: 7 }, (_, c) => (
              <col key={c} />
            ))}
          </colgroup>
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">{title}</th>
              <th scope="col" role="columnheader" colSpan={2}>occupied</th>
              <th scope="col" role="columnheader">free</th>
              <th scope="col" role="columnheader">reserved</th>
              <th scope="col" role="columnheader">cleaning</th>
              <th scope="col" role="columnheader">closed</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {lines.map((line) =>
              "unit" in line ? (
                <UnitLine key={line.key} state={state} unit={line.unit} names={line.names} />
              ) : "community" in line ? (
                <CommunityRow key={line.key} state={state} site={line.community} />
              ) : (
                <HeadLine key={line.key} forms={line.head} limits={line.limits} />
              ),
            )}
          </tbody>
        </table>
      ))}
    </section>
  );
}

interface SiteUnits {
  site: Site;
  units: Unit[];
}

/** The units of each hospital worst first, in an order that changes at most every 30 s unless a unit's level does. */
function useSteady(state: State): SiteUnits[] {
  const kept = useRef<{ at: number; key: string; ids: Map<string, string[]> }>({ at: -Infinity, key: "", ids: new Map() });
  const all = wallSites(state).hospitals.map((site) => ({ site, units: unitsOf(state, site.id).filter(hasBeds) }));
  const key = all.flatMap((s) => s.units.map((u) => `${u.id} ${u.known ? unitLevel(u) : "?"}`)).join();
  if (kept.current.key !== key || performance.now() - kept.current.at > STEADY_MS) {
    kept.current = { at: performance.now(), key, ids: new Map(all.map((s) => [s.site.id, worstFirst(s.units).map((u) => u.id)])) };
  }
  return all.map(({ site }) => ({ site, units: (kept.current.ids.get(site.id) ?? []).flatMap((id) => state.units.get(id) ?? []) }));
}

interface Column {
  title: string;
  lines: Line[];
}

/** All lines in two columns: units fill the first and run on into the second, above the community hospitals. */
function fill(state: State, order: SiteUnits[]): Column[] {
  const community = communityLines(wallSites(state).community);
  const room = 2 * ROWS - community.length;
  const hospitals = order.length > HOSPITALS ? order : order.filter((s) => !saidAbove(s));
  let unitLines = chosen(state, hospitals, room);
  if (unitLines.length > ROWS) unitLines = chosen(state, hospitals, room - 1); // a head may have to be said twice
  const first = unitLines.slice(0, ROWS);
  const rest = unitLines.slice(ROWS);
  const last = first[ROWS - 1];
  if (last && "head" in last) rest.unshift(first.pop()!);
  else if (rest.length && "unit" in rest[0]) rest.unshift(continued(state, rest[0].unit));
  const title = "Units, worst first";
  const columns = [{ title, lines: first }];
  if (rest.length) columns.push({ title, lines: [...rest, ...community] });
  else if (community.length) columns.push({ title: "Community hospitals", lines: community.slice(1) });
  return columns;
}

/** Ward names repeat from hospital to hospital: a column never begins without one. */
function continued(state: State, unit: Unit): Line {
  const name = siteName(state, unit.site);
  return { key: `${unit.site}-continued`, head: [`${name}, continued`, name] };
}

function communityLines(sites: Site[]): Line[] {
  if (!sites.length) return [];
  const all = sites.length < COMMUNITY_ROWS;
  const shown = all ? sites : fullestFirst(sites).slice(0, COMMUNITY_ROWS - 1);
  const head = all ? "Community hospitals" : `Community hospitals: fullest ${shown.length} of ${sites.length}`;
  return [{ key: "community", head: [head, "Community"] }, ...shown.map((site) => ({ key: site.id, community: site }))];
}

/** The row of a hospital with a single unit says all of that unit. */
function saidAbove({ site, units }: SiteUnits): boolean {
  return units.length === 1 && units[0].class === mainClass(site) && units[0].known;
}

/** A head for each hospital and its worst units: rows go first to what is out of order, then to the rest. */
function headed(state: State, order: SiteUnits[], rows: number): Line[] {
  let left = rows - order.length;
  const share = new Map(order.map((s) => [s.site.id, 0]));
  const give = (want: (s: SiteUnits) => number) => {
    for (let given = true; given && left > 0; ) {
      given = false;
      for (const s of order) {
        const has = share.get(s.site.id)!;
        if (left > 0 && has < want(s)) {
          share.set(s.site.id, has + 1);
          left--;
          given = true;
        }
      }
    }
  };
  give((s) => s.units.filter(abnormal).length);
  give((s) => s.units.length);
  return order.flatMap((s): Line[] => {
    const name = siteName(state, s.site.id);
    const n = share.get(s.site.id)!;
    const shown = s.units.slice(0, n).map((unit) => ({ key: unit.id, unit, names: shortNames(unit.name) }));
    return [{ key: s.site.id, head: siteForms(name, s.units, n), limits: limitsText(s.units) }, ...shown];
  });
}

/** The hospitals that have room for a head and a unit each, those with the worst unit first, and a line that counts the others. */
function chosen(state: State, order: SiteUnits[], rows: number): Line[] {
  const some = order.filter((s) => s.units.length);
  if (2 * some.length <= rows) return headed(state, some, rows);
  const worst = worstFirst(some.map((s) => s.units[0])).slice(0, Math.floor((rows - 1) / 2));
  const shown = worst.map((u) => some.find((s) => s.site.id === u.site)!);
  const hidden = some.filter((s) => !shown.includes(s));
  const units = hidden.flatMap((s) => s.units);
  const bad = units.filter(abnormal).length;
  const head = `${hidden.length} more hospitals: ${bad ? `${bad} of ${units.length} units abnormal` : `${units.length} units normal`}`;
  return [...headed(state, shown, rows - 1), { key: "hidden", head: [head] }];
}

function siteForms(name: string, units: Unit[], shown: number): string[] {
  const bad = units.filter(abnormal).length;
  const hidden = units.length - shown;
  if (!hidden) return [`${name}: ${count(units.length, "unit")}`, name];
  if (!bad) return [`${name}: ${count(units.length, "unit")} normal`, name];
  const head = `${name}: ${bad} of ${units.length} abnormal`;
  return bad > shown ? [`${head}, worst ${shown} here`, `${head}, worst ${shown}`, head, name] : [`${head}, ${hidden} normal not shown`, head, name];
}

function HeadLine({ forms, limits }: { forms: string[]; limits?: string }) {
  return (
    <tr role="row" class="site-line">
      <th scope="rowgroup" role="rowheader" colSpan={7}>
        <span class="head-line">
          <Fit forms={forms} />
          {limits && <span class="limits">{limits}</span>}
        </span>
      </th>
    </tr>
  );
}

function UnitLine({ state, unit, names }: { state: State; unit: Unit; names: string[] }) {
  const over = unit.known ? unit.beds.over : 0;
  const name = (
    <th scope="row" role="rowheader">
      <Link to={unitAddress(unit.id)}>
        <LimitMark level={unit.known ? unitLevel(unit) : 0} />
        <Fit forms={over ? [...names.map((n) => `${n}, ${over} over`), ...names.map((n) => `${n} +${over}`)] : names} />
      </Link>
    </th>
  );
  if (!unit.known) {
    return (
      <tr role="row" data-unit={unit.id} data-look="unknown">
        {name}
        <td role="cell" class="whole" colSpan={6}>— no census yet, {count(unit.beds.total, "bed")}</td>
      </tr>
    );
  }
  const p = occupancy(unit.beds);
  if (p === null) {
    return (
      <tr role="row" data-unit={unit.id} data-look="closed">
        {name}
        <td role="cell" class="whole" colSpan={6}>
          closed, <Value name="closed">{unit.beds.closed}</Value> {unit.beds.closed === 1 ? "bed" : "beds"}
        </td>
      </tr>
    );
  }
  return (
    <tr role="row" data-unit={unit.id} data-look={unit.silent ? "stale" : "plain"}>
      {name}
      <Split beds={unit.beds} percent={wholePercent(p)} doubt={unit.silent ? oldShort(unitAge(state, unit, coarse.value)) : ""} />
    </tr>
  );
}

/** The cells of a line: how full, then every other state; a doubt stands in place of the last two. */
export function Split({ beds: t, percent, doubt }: { beds: Tally; percent: string; doubt: string }) {
  return (
    <>
      <td role="cell">
        <Value name="occupancy">{percent}</Value>
      </td>
      <td role="cell">
        <Value name="occupied">{t.occupied}</Value> <span class="muted">of <span data-figure="open">{t.open}</span></span>
      </td>
      <td role="cell" data-label="free" class={t.available ? "" : "zero"}>
        <Value name="available">{t.available}</Value>
      </td>
      <td role="cell" data-label="reserved" class={t.reserved ? "" : "zero"}>
        <Value name="reserved">{t.reserved}</Value>
      </td>
      {doubt ? (
        <td role="cell" class="whole" colSpan={2}>{doubt}</td>
      ) : (
        <>
          <td role="cell" data-label="cleaning" class={t.not_ready ? "" : "zero"}>
            <Value name="not_ready">{t.not_ready}</Value>
          </td>
          <td role="cell" data-label="closed" class={t.closed ? "" : "zero"}>
            <Value name="closed">{t.closed}</Value>
          </td>
        </>
      )}
    </>
  );
}
