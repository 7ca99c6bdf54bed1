/** The words of `--help`. */

export const HELP = {
  main: `Slipstream: an OpenAI-compatible gateway for LLM inference.

Usage: slipstream COMMAND [options]

Commands:
  start                run the gateway
  demo                 run a gateway with a scripted model, to look at
  keys create          make an API key
  keys list            show API keys
  keys revoke          refuse an API key from now on

Options:
  --help               this text, or that of a command
  --version            the version

Exit codes: 0 done, 1 failed, 2 the command line or the configuration is wrong,
3 the gateway has ended and usage records were lost.`,

  start: `Runs the gateway until SIGINT or SIGTERM; a second signal ends it at once.

Usage: slipstream start --config FILE

Options:
  --config FILE        the configuration (or the environment variable SLIPSTREAM_CONFIG)

Exit codes: 0 ended as told; 1 it could not start; 2 the command line or the configuration is wrong;
3 ended, but usage records could not be written to the store and are lost.`,

  demo: `Runs a scripted model and a gateway in front of it, makes a key and prints what to paste.
Nothing is kept: the store is in a temporary folder.

Usage: slipstream demo [options]

Options:
  --port N             the gateway's port, if it is free (8080)
  --admin-port N       the port of metrics and health, if it is free (9090)`,

  keys: `Makes, shows and revokes API keys in the store, beside a running gateway or without one.

Usage: slipstream keys create --config FILE [--org O] [--workspace W] [--name N] [--json]
       slipstream keys list   --config FILE [--org O] [--workspace W] [--name N] [--json]
       slipstream keys revoke --config FILE (ID | [--org O] [--workspace W] [--name N]) [--json]

create makes the organisation and the workspace if need be. The key is shown once; the store has
only its hash. revoke takes a key's id, or a description that fits one live key.

Options:
  --config FILE        the configuration (or the environment variable SLIPSTREAM_CONFIG)
  --org O              the organisation's name (create: "default")
  --workspace W        the workspace's name (create: "default")
  --name N             the key's name (create: "default")
  --json               one line of JSON instead of words`,
} as const;
