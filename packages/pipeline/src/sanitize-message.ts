/**
 * Makes an upstream's words fit for the client: what the client did wrong stays, where and with which
 * credential we asked goes.
 */

/** Characters: a sentence or two. */
const MESSAGE_MAX = 500;
/** Searched first, so that nothing is cut into what is no longer recognised. */
const SEARCHED_MAX = 2000;

/** In this order: a URL holds a host, a host holds digits. */
const REDACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>]*/gi, "[url]"],
  [/\b(?:bearer|basic)\s+[^\s"',;]+/gi, "[credential]"],
  [/\b(?:token|password|secret|api[-_ ]?key)\s*[:=]\s*["']?[^\s"',;]+/gi, "[credential]"],
  [/\b(?:eyJ[\w-]{8,}[\w.-]*|AKIA[A-Z0-9]{12,})/g, "[credential]"],
  [/\b(?:sk|pk|rk|key|gsk|xai|hf|org|proj)[-_][\w-]{6,}/gi, "[credential]"],
  [/\b[\w.+-]+@[\w.-]+/g, "[address]"],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?/g, "[address]"],
  [/\[?\b(?:[0-9a-f]{0,4}:){3,}[0-9a-f:.]*\]?(?::\d+)?/gi, "[address]"],
  [
    /\b(?:[a-z0-9-]+\.)+(?:internal|local|lan|corp|svc|cluster|com|net|org|io|ai|dev|cloud)\b(?::\d+)?/gi,
    "[host]",
  ],
  [/\b[a-z0-9][\w.-]*:\d{2,5}\b/gi, "[host]"],
  [/\blocalhost\b/gi, "[host]"],
  [/\bfe80::[0-9a-f:]*/gi, "[address]"],
  [/(?<![\w/])(?:\/[\w.@-]+){2,}\/?/g, "[path]"],
  [/\b[A-Za-z0-9_-]{32,}\b/g, "[id]"],
];

const CONTROL_CHARACTERS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** @returns "" when nothing is left that would help. */
export function sanitizeMessage(message: string): string {
  // Cut before searching: patterns on what somebody else wrote must not see megabytes of it.
  let clean = message.slice(0, SEARCHED_MAX).replaceAll(CONTROL_CHARACTERS, " ");
  for (const [pattern, replacement] of REDACTIONS) clean = clean.replaceAll(pattern, replacement);
  return clean.slice(0, MESSAGE_MAX).trim();
}
