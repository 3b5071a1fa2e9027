// The OPEL levels of a site and the system at the desk: what is shown and what was declared
// beside it, what gives the points, and the form to declare a level.

import { useSignal } from "@preact/signals";
import { reasons } from "./agreements";
import { role } from "./decide";
import { capital, words } from "./format";
import { Ask, Choice } from "./forms";
import { LevelBadge } from "./level";
import { declarers, declaredLine, doubtForms, levelOf, levelWord, pointsDoubt, pointsText, profileForms, scored } from "./levels";
import { LimitMark } from "./marks";
import { number, siteScope, systemScope } from "./measures";
import { Link, zone } from "./parts";
import { inHours } from "./places";
import { roleName } from "./roles";
import { whyAddress } from "./route";
import { siteBrief } from "./rules";
import type { State } from "./store";
import { coarse } from "./stream";
import type { OpelLevel, Points, Site } from "./types";

export function Levels({ state: s, site }: { state: State; site: Site }) {
  const all = [siteScope(site.id), systemScope].flatMap((scope) => levelOf(s, scope) ?? []);
  if (!all.length) return null;
  return (
    <section class="panel lists levels">
      <div class="panel-head">
        <h2>OPEL</h2>
        <DeclareLevel levels={all} site={site} />
      </div>
      {all.map((l) => (
        <Level key={l.id} state={s} level={l} name={l.id === systemScope ? "Whole system" : siteBrief(s, site.id)} />
      ))}
    </section>
  );
}

function Level({ state: s, level: l, name }: { state: State; level: OpelLevel; name: string }) {
  const t = coarse.value;
  const said = declaredLine(l, t, zone());
  const doubt = doubtForms(s, l, t);
  return (
    <div data-scope={l.id} data-shown={l.level}>
      <p>
        <b>{name}:</b> OPEL <LevelBadge level={l.level} /> <span class="muted">{profileForms(l, t, zone())[0]}</span>
      </p>
      {doubt && <p>{doubt[0]}</p>}
      {said && (
        <p data-declared={l.declared!.level}>
          <LimitMark level={said.late ? 2 : 0} mute />
          {said.text}
        </p>
      )}
      {l.points.length > 0 && (
        <details>
          <summary>{pointsText(l)}</summary>
          <ul>
            {scored(l).map((p) => (
              <Point key={p.id} point={p} scope={l.id} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Point({ point: p, scope }: { point: Points; scope: string }) {
  const doubt = pointsDoubt(p, coarse.value);
  return (
    <li data-points={p.id} data-look={p.value === null ? "unknown" : doubt ? "stale" : "plain"}>
      <Link to={whyAddress(p.measure, scope)}>{p.name}</Link>: <b>{p.value === null ? "—" : number(p.value)}</b>, {pointsText(p)}
      {doubt && <span class="muted"> ({doubt})</span>}
    </li>
  );
}

const long: [string, string][] = [["4", "4 h"], ["8", "8 h"], ["12", "12 h"], ["24", "24 h"]];
const again: [string, string][] = [["1", "in 1 h"], ["2", "in 2 h"], ["4", "in 4 h"]];

/** Declares the level of the site or the system. Who may is said before it is tried. */
function DeclareLevel({ levels, site }: { levels: OpelLevel[]; site: Site }) {
  const scope = useSignal(levels[0].id);
  const value = useSignal(String(levels[0].level));
  const reason = useSignal(reasons[0]);
  const until = useSignal("8");
  const review = useSignal("2");
  const who = declarers(scope.value);
  const make = () => ({
    type: "feed.status-declared",
    data: { declared: { status: "opel", scope: scope.value, value: value.value }, until: inHours(coarse.value, Number(until.value)), due: inHours(coarse.value, Number(review.value)), reason: reason.value },
  });
  return (
    <Ask label="Declare a level" open="Declare a level" button="Declare it" make={make} ready={who.includes(role.value)}>
      {!who.includes(role.value) && <p>Declared by the {who.map(roleName).join(", ")}.</p>}
      <Choice label="Of" value={scope.value} options={levels.map((l) => [l.id, l.id === systemScope ? "the whole system" : site.name])} onChange={(v) => (scope.value = v)} />
      <Choice label="Level" value={value.value} options={Object.entries(levelWord).map(([n, word]) => [n, `OPEL ${n} ${word}`])} onChange={(v) => (value.value = v)} />
      <Choice label="Why" value={reason.value} options={reasons.map((r) => [r, capital(words(r))])} onChange={(v) => (reason.value = v)} />
      <Choice label="For" value={until.value} options={long} onChange={(v) => (until.value = v)} />
      <Choice label="Looked at again" value={review.value} options={again} onChange={(v) => (review.value = v)} />
    </Ask>
  );
}
