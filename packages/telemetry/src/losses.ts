/** What telemetry itself can lose, instead of hurting a request. Anything but 0 is a bug or overload. */
export const LOSSES = [
  "invalid_value",
  "label_budget",
  "log_line",
  "span",
  "subscriber_error",
  "usage_record",
] as const;

export type Loss = (typeof LOSSES)[number];

/** Counts one loss. Must not throw. */
export type LossRecorder = (loss: Loss) => void;
