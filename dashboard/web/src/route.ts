// Addresses: the same bundle answers every page, and the path says which.

import { signal } from "@preact/signals";

export type Route = { page: "wall" } | { page: "site"; id: string } | { page: "unit"; id: string } | { page: "feeds" } | { page: "outcomes" } | { page: "why"; measure: string } | { page: "community" } | { page: "referrals" } | { page: "oncall"; id: string } | { page: "actions" } | { page: "meetings" } | { page: "meeting"; id: string } | { page: "places" } | { page: "none" };

export const path = signal(location.pathname);
export const query = signal(location.search);

export function route(pathname: string): Route {
  const [page = "", id = "", ...rest] = pathname.split("/").slice(1).map(decodeURIComponent);
  if (page === "" && !id) return { page: "wall" };
  if (page === "feeds" && !id) return { page: "feeds" };
  if (page === "outcomes" && !id) return { page: "outcomes" };
  if (page === "community" && !id) return { page: "community" };
  if (page === "referrals" && !id) return { page: "referrals" };
  if (page === "actions" && !id) return { page: "actions" };
  if (page === "meetings" && !id) return { page: "meetings" };
  if (page === "meetings" && id && !rest.length) return { page: "meeting", id };
  if (page === "sites" && id && !rest.length) return { page: "site", id };
  if (page === "units" && id && !rest.length) return { page: "unit", id };
  if (page === "why" && id && !rest.length) return { page: "why", measure: id };
  if (page === "oncall" && id && !rest.length) return { page: "oncall", id };
  if (page === "places" && id && !rest.length) return { page: "places" };
  return { page: "none" };
}

export const siteAddress = (id: string) => `/sites/${encodeURIComponent(id)}`;
export const unitAddress = (id: string) => `/units/${encodeURIComponent(id)}`;
export const alertAddress = (id: string) => `/oncall/${encodeURIComponent(id)}`;
export const meetingAddress = (id: string) => `/meetings/${encodeURIComponent(id)}`;

/** The page of places outside hospital, of a kind or in a locality. */
export function communityAddress(filter: { kind?: string; locality?: string } = {}): string {
  const q = new URLSearchParams(filter).toString();
  return q ? `/community?${q}` : "/community";
}

/** The page that opens a figure, as it stands now. */
export const whyAddress = (measure: string, scope: string) => `/why/${encodeURIComponent(measure)}?scope=${encodeURIComponent(scope)}`;

/** The address with what the visitor chose for the session, such as ?theme=dark. */
export function href(to: string): string {
  const theme = new URLSearchParams(location.search).get("theme");
  return theme ? `${to}${to.includes("?") ? "&" : "?"}theme=${encodeURIComponent(theme)}` : to;
}

/** Follows links inside the page without loading it again, so that the stream goes on. */
export function follow(): void {
  addEventListener("popstate", arrived);
  addEventListener("click", (e) => {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const link = (e.target as Element).closest?.("a");
    if (!link || link.target || link.origin !== location.origin || route(link.pathname).page === "none") return;
    e.preventDefault();
    history.pushState(null, "", link.href);
    arrived();
    scrollTo(0, 0);
    document.querySelector<HTMLElement>("h1")?.focus();
  });
}

function arrived(): void {
  path.value = location.pathname;
  query.value = location.search;
}
