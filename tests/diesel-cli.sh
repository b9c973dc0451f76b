#!/usr/bin/env bash
# Migrations that entropic has written, run by Diesel's real command line on a scratch SQLite database:
#
#     cargo install diesel_cli --version '^2.3' --no-default-features --features sqlite
#     tests/diesel-cli.sh
#
# Skipped, and said so, where `diesel` is not on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v diesel >/dev/null 2>&1; then
    echo "SKIPPED: there is no diesel on the PATH"
    exit 0
fi
diesel --version | head -1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ENTROPIC_WRITE_MIGRATIONS=$work cargo test --quiet --features "${FEATURES:-postgres,fault-hooks,cluster}" --test it \
    -- --exact migrating::write_what_the_command_line_runs >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

cd "$work"
touch Cargo.toml # by which `diesel` knows the root of a project
export DATABASE_URL=runs.db
fail() { echo "FAILED: $*"; exit 1; }
step() { printf '\n== %s\n' "$*"; }
columns() { diesel print-schema --except-tables entropic_stores entropic_schemas entropic_failures entropic_migrations "$@"; }

# Straight into the folder that `diesel setup` uses, beside a migration of the user's own.
mkdir -p migrations/2020-01-01-000000_own
echo "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL);" >migrations/2020-01-01-000000_own/up.sql
echo "DROP TABLE notes;" >migrations/2020-01-01-000000_own/down.sql
cat >diesel.toml <<'END'
[print_schema]
file = "schema.rs"
filter = { except_tables = ["beams", "entropic_stores", "entropic_schemas", "entropic_failures", "entropic_directories", "entropic_migrations"] }
END
for arguments in setup "migration list" "migration redo" "migration redo -n 3" "migration list" "migration revert -n 2" \
    "migration run" "migration revert --all" "migration run" "migration list" print-schema; do
    step "diesel $arguments"
    # shellcheck disable=SC2086
    diesel $arguments || fail "diesel $arguments"
done
grep -q 'notes (id)' schema.rs || fail "the user's own table is not in schema.rs"
! grep -q beams schema.rs || fail "the record's table is in schema.rs"

step "what the filter is for: without it print-schema fails"
mv diesel.toml diesel.off
if diesel print-schema 2>&1; then fail "print-schema knows json now: the filter may go from the documents"; fi

step "two kinds of databases in one folder, told apart by --migration-dir"
export DATABASE_URL=other.db
for arguments in "migration run" "migration list" "migration revert --all" "migration run"; do
    # shellcheck disable=SC2086
    diesel $arguments --migration-dir both/sqlite || fail "diesel $arguments --migration-dir both/sqlite"
done

echo
echo "all is well"
