// OPEL levels as people see them: the large tile, the dashed one beside it, and badges.

import { HalfDisc } from "./marks";
import { levelWord } from "./levels";
import type { OpelLevel } from "./types";

/** The shape of a level: ring, half disc, triangle, square. */
export function LevelShape({ level }: { level: number }) {
  return (
    <svg class={`shape shape-${level}`} viewBox="0 0 24 24" aria-hidden="true">
      {level === 1 ? <circle class="ring" cx="12" cy="12" r="8.5" /> : level === 2 ? <HalfDisc /> : level === 3 ? <path d="M12 2.5L23 21.5H1z" /> : <path d="M3.5 3.5h17v17h-17z" />}
    </svg>
  );
}

/** The level of the system: the one large colour of the wall. */
export function LevelTile({ level: l }: { level: OpelLevel }) {
  return (
    <div class={`level-tile opel-${l.level}`} data-level={l.level}>
      <p class="level-words">
        <b>OPEL</b>
        <LevelShape level={l.level} />
        <b>{levelWord[l.level]}</b>
      </p>
      <p class="level-digit">{l.level}</p>
    </div>
  );
}

/** What the level could be while inputs are old or missing; its place stays empty without doubt. */
export function CouldTile({ level: l }: { level: OpelLevel }) {
  if (l.could <= l.level) return <div class="doubt-place" />;
  return (
    <div class="doubt-place">
      <p class="doubt could" data-could={l.could}>
        <b>could be</b>
        <span class="could-digit">{l.could}</span>
        <b>{levelWord[l.could]}</b>
      </p>
    </div>
  );
}

/** A level beside a name: shape, digit and word. In a sentence that says OPEL, shape and digit. */
export function LevelBadge({ level, word = true }: { level: number; word?: boolean }) {
  return (
    <span class={`level-badge opel-${level}`} data-level={level}>
      <LevelShape level={level} /> {level}
      {word && ` ${levelWord[level]}`}
    </span>
  );
}
