// Shapes of our own on a 24 grid, never font glyphs. All are decoration: words beside
// them say the same.

import type { Badge } from "./declared";
import type { Level } from "./rules";

const paths: Record<string, string> = {
  bed: "M2 6v14M2 16h20v4M22 16v-2a4 4 0 0 0-4-4h-8v6M5.8 11.5h.4",
  free: "M2 6v14M2 15h20v5M22 11v4",
  isolated: "M12 2.5l8 3v6c0 5-3.4 8.3-8 10-4.6-1.7-8-5-8-10v-6z",
  reserved: "M6 3h12v18l-6-5-6 5z",
  cleaning: "M20 2l-7 9M8 10l8 5M7 11c-1 4-3 6-4 7l5 4c5 0 7-3 8-7M9 16l-2 4",
  contaminated: "M12 2.5c4 5 6.5 8 6.5 12a6.5 6.5 0 0 1-13 0c0-4 2.5-7 6.5-12zM9.5 12.5l5 5M14.5 12.5l-5 5",
  closed: "M4.5 4.5l15 15M19.5 4.5l-15 15",
  leaving: "M3 21V3h10v18M13 12h8M18 8.5l3.5 3.5-3.5 3.5M3 21h-1",
  away: "M3 12h14M12 6l6 6-6 6M21 4v16",
  leave: "M4 12l8-8 8 8M6 11v9h12v-9",
  contradiction: "M12 3l10 18H2zM12 9v6M12 17.5v.5",
  check: "M4 13l5 5L20 6",
};

export type Shape = keyof typeof paths;

export function Mark({ shape }: { shape: Shape }) {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[shape]} />
    </svg>
  );
}

/**
 * The mark before a figure that is past a limit: half disc or triangle, and nothing when
 * normal. It is mute where the words beside it say what is wrong.
 */
export function LimitMark({ level, mute = false }: { level: Level; mute?: boolean }) {
  if (level === 0) return null;
  return (
    <>
      <svg class={`limit limit-${level}`} viewBox="0 0 24 24" aria-hidden="true">
        {level === 3 ? <path d="M12 2.5L23 21.5H1z" /> : <HalfDisc />}
      </svg>
      {!mute && <span class="unseen">{level === 3 ? "over its limit: " : "under pressure: "}</span>}
    </>
  );
}

/** A declared status: its name, and its value in a badge whose shape says how grave it is. */
export function StatusBadge({ badge: b }: { badge: Badge }) {
  return (
    <span class="status" data-status={b.id} data-look={b.expired ? "unknown" : "plain"}>
      {b.title}{" "}
      {b.expired ? (
        <span class="muted">unknown {b.value}</span>
      ) : (
        <span class={`badge badge-${b.level}`}>
          <svg class="limit" viewBox="0 0 24 24" aria-hidden="true">
            {b.level === 3 ? <path d="M12 2.5L23 21.5H1z" /> : b.level === 2 ? <HalfDisc /> : <circle class="ring" cx="12" cy="12" r="9" />}
          </svg>
          {b.value}
        </span>
      )}
    </span>
  );
}

export function HalfDisc() {
  return (
    <>
      <circle class="edge" cx="12" cy="12" r="9.5" />
      <path class="half" d="M12 2.5a9.5 9.5 0 0 0 0 19z" />
    </>
  );
}
