# Short names for the development tasks; `cargo xtask help` describes them.

# Arguments keep their spaces.
set positional-arguments

# List the recipes.
default:
    @just --list

# Everything that must hold before a change is merged.
ci:
    bash .ci/run

# Formatting, spelling, links, licences, MSRV, clippy.
lint:
    cargo xtask lint

# The crates that work without the engine; needs no C++.
pure:
    cargo xtask pure

# Compile these crates for wasm32-unknown-unknown.
wasm:
    cargo xtask wasm

# Run the tests, or those that match: `just test -p kuzu-ddl-sync bundle`.
test *ARGS:
    cargo xtask test "$@"

# Overwrite expected compiler output, expect-test and API snapshots.
bless *FILTER:
    cargo xtask bless "$@"

# Compare the public API with its snapshots; `just api --bless` overwrites them.
api *ARGS:
    cargo xtask api "$@"

# Build the documentation; `just docs --open` shows it.
docs *ARGS:
    cargo xtask docs "$@"

# Crates outside the workspace resolve, build and migrate.
downstream:
    cargo xtask downstream

# Plant known mistakes; the tests must detect each.
mutants *FILTER:
    cargo xtask mutants "$@"

# Run a benchmark: startup, migrate, merge or compile.
bench *ARGS:
    cargo xtask bench "$@"
