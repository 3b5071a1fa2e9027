// What became of a decision. Pure.

/** What became of a decision, in words. */
export interface Said {
  taken: boolean;
  text: string;
}

interface Told {
  outcome?: string;
  warning?: string;
  title?: string;
  detail?: string;
  next?: string;
}

/** The centre's answer in words. */
export function said(ok: boolean, told: Told | null): Said {
  if (ok && told?.outcome === "unknown") return { taken: true, text: "Logged. The centre has not said yet whether it has effect: look at the state." };
  if (ok) return { taken: true, text: told?.warning ? `Done, against a rule: ${told.warning}` : "Done" };
  const text = [told?.detail || told?.title || "The centre refused it.", told?.next].filter(Boolean).join(" ");
  return { taken: false, text };
}
