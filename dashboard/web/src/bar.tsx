// The unit bar: one cell a bed in the order occupied, reserved, being cleaned, free,
// closed, with ticks at the unit's limits and cells beyond the open beds for patients
// over.

import { limitText, unitLimits } from "./rules";
import type { Unit } from "./types";

const CELL = 6;
const HEIGHT = 20;

/** The bar of a unit; cell is the width of a bed in rem. */
export function UnitBar({ unit, cell = 0.6 }: { unit: Unit; cell?: number }) {
  const t = unit.beds;
  const kinds = [
    ...Array<string>(t.occupied).fill("occupied"),
    ...Array<string>(t.reserved).fill("reserved"),
    ...Array<string>(t.not_ready).fill("cleaning"),
    ...Array<string>(t.available).fill("free"),
    ...Array<string>(t.over).fill("over"),
    ...Array<string>(t.closed).fill("closed"),
  ];
  const width = kinds.length * CELL + 4;
  const { pressure, full } = unitLimits(unit);
  const tick = (p: number) => 1 + (p / 100) * t.open * CELL;
  return (
    <svg class="bar" width={`${((width / CELL) * cell).toFixed(2)}rem`} viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={sentence(unit)}>
      {kinds.map((kind, i) => (
        <Cell kind={kind} x={2 + i * CELL} />
      ))}
      {pressure > 0 && t.open > 0 && <path class="tick tick-pressure" d={`M${tick(pressure)} 0v20`} />}
      {full > 0 && t.open > 0 && <path class="tick" d={`M${tick(full)} 0v20`} />}
    </svg>
  );
}

function Cell({ kind, x }: { kind: string; x: number }) {
  if (kind === "closed") return <path class="cell-closed" d={`M${x} 6l4 8M${x + 4} 6l-4 8`} />;
  if (kind === "reserved") {
    return (
      <>
        <rect class="cell-reserved" x={x + 0.5} y={3.5} width={CELL - 2} height={HEIGHT - 7} />
        <path class="cell-reserved" d={`M${x + 0.5} 16.5l4-13`} />
      </>
    );
  }
  return <rect class={`cell-${kind}`} x={x + 0.5} y={3.5} width={CELL - 2} height={HEIGHT - 7} />;
}

function sentence(u: Unit): string {
  const t = u.beds;
  return (
    `${t.open} open: ${t.occupied} occupied, ${t.reserved} reserved, ${t.not_ready} being cleaned, ${t.available} free` +
    `${t.over ? `, ${t.over} patients over` : ""}; ${t.closed} closed; ${limitText(unitLimits(u))}`
  );
}
