// A community hospital on the wall: one line beside the units.

import { count, wholePercent } from "./format";
import { LimitMark } from "./marks";
import { Fit, Link } from "./parts";
import { blank, doubt, groupLimits, level, mainClass, occupancy, oldShort, unitsOf } from "./rules";
import { siteAddress } from "./route";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Site } from "./types";
import { Split } from "./units";

export function CommunityRow({ state, site }: { state: State; site: Site }) {
  const main = mainClass(site);
  const figure = site.classes?.[main];
  const unknown = !figure || blank(figure);
  const p = unknown ? null : occupancy(figure.beds);
  const lvl = p === null ? 0 : level(figure!.beds, groupLimits(unitsOf(state, site.id, main)));
  const over = p === null ? 0 : figure!.beds.over;
  const title = site.short || site.name;
  const shorter = title.split(" ")[0] ?? title; // beside "Community" the town is enough
  const name = (
    <th scope="row" role="rowheader">
      <Link to={siteAddress(site.id)}>
        <LimitMark level={over ? 3 : lvl} />
        <Fit forms={over ? [`${title}, ${over} over`, `${title} +${over}`, `${shorter} +${over}`] : [title, shorter]} />
      </Link>
    </th>
  );
  if (unknown) {
    return (
      <tr role="row" data-site={site.id} data-look="unknown">
        {name}
        <td role="cell" class="whole" colSpan={2}>— no census yet</td>
      </tr>
    );
  }
  if (p === null) {
    return (
      <tr role="row" data-site={site.id} data-look="closed">
        {name}
        <td role="cell" class="whole" colSpan={2}>closed, {count(figure.beds.closed, "bed")}</td>
      </tr>
    );
  }
  const d = doubt(figure, coarse.value);
  const doubts = d.unknown ? "part unknown" : d.silent.length ? oldShort(d.old) : "";
  return (
    <tr role="row" data-site={site.id} data-look={d.silent.length ? "stale" : "plain"}>
      {name}
      <Split beds={figure.beds} percent={wholePercent(p)} doubt={doubts} />
    </tr>
  );
}
