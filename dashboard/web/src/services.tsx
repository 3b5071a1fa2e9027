// The lower left of the wall where places outside hospital are laid out: a kind of service
// a line, when it can be used, and how many places are free.

import { useRef } from "preact/hooks";
import { systemScope } from "./measures";
import { Fit, FitPair, Link, Value, zone } from "./parts";
import { fitRows, rows } from "./places";
import type { Row } from "./places";
import { communityAddress, whyAddress } from "./route";
import type { State } from "./store";
import { coarse } from "./stream";

const ROWS = 8; // under the head
const STEADY_MS = 30_000; // the choice stands still at least so long, unless what is normal changes

export function Services({ state }: { state: State }) {
  const all = rows(state, coarse.value, zone());
  const { shown, rest } = useSteady(all);
  return (
    <section class="services panel">
      <table role="table">
        <caption class="unseen">Places in the community: when they can be used, and how many are free</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">
              <Fit forms={["Community places, usable when", "Places, usable when", "Places"]} />
            </th>
            <th scope="col" role="columnheader">free</th>
            <th scope="col" role="columnheader">
              <span class="unseen">of</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map((r) => (
            <Line key={r.kind} row={r} />
          ))}
          {rest.length > 0 && (
            <tr role="row" data-rest>
              <th scope="row" role="rowheader" colSpan={3}>
                <FitPair names={rest} notes={[""]} />
              </th>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

/** The rows that fit, chosen anew at most every 30 s unless one begins or ceases to be normal. */
function useSteady(all: Row[]): { shown: Row[]; rest: string[] } {
  const kept = useRef<{ at: number; key: string; kinds: Set<string> }>({ at: -Infinity, key: "", kinds: new Set() });
  const key = all.map((r) => `${r.kind} ${r.normal}`).join();
  const now = fitRows(all, ROWS);
  if (kept.current.key !== key || performance.now() - kept.current.at > STEADY_MS) {
    kept.current = { at: performance.now(), key, kinds: new Set(now.shown.map((r) => r.kind)) };
  }
  return { shown: all.filter((r) => kept.current.kinds.has(r.kind)), rest: now.rest };
}

function Line({ row: r }: { row: Row }) {
  const name = (notes: string[], span = 1) => (
    <th scope="row" role="rowheader" colSpan={span}>
      <Link to={communityAddress({ kind: r.kind })}>
        <FitPair names={r.names} notes={notes} />
      </Link>
    </th>
  );
  const attributes = { "data-kind": r.kind, "data-look": r.look };
  if (r.free === null) {
    return (
      <tr role="row" {...attributes}>
        {name([""])}
        <td role="cell" class="whole" colSpan={2}>
          {r.look === "unknown" ? `— ${r.when[0]}` : r.when[r.when.length - 1]}
        </td>
      </tr>
    );
  }
  return (
    <tr role="row" {...attributes}>
      {name(r.when)}
      <td role="cell" class={r.free ? "" : "zero"}>
        {r.measure ? (
          <Link to={whyAddress(r.measure, systemScope)}>
            <Value name="free">{r.free}</Value>
          </Link>
        ) : (
          <Value name="free">{r.free}</Value>
        )}
      </td>
      <td role="cell" class="muted">
        of <span data-figure="open">{r.open}</span>
      </td>
    </tr>
  );
}
