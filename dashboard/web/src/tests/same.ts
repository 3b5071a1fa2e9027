/** Fails unless got and want are the same when written as JSON. */
export function same(got: unknown, want: unknown, why = ""): void {
  const [g, w] = [JSON.stringify(got), JSON.stringify(want)];
  if (g !== w) throw new Error(`${why ? `${why}: ` : ""}got ${g}, want ${w}`);
}
