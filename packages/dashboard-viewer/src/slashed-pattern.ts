/** Dashboards write regular expressions as `/pattern/` or without the slashes. */
export function parsePattern(text: string): RegExp {
  return new RegExp(/^\/(.*)\/\w*$/s.exec(text)?.[1] ?? text);
}
