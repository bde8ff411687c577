#!/usr/bin/env bash
# Installs what the tests need, builds with warnings as errors, checks the formatting, runs every test, and ends with
# one line: N passed, N failed. The exit code is 0 only when all of it held.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Thousands of short programs: what a compiler would learn of them for later costs them a third of their time.
export DOTNET_TieredPGO=0

# The browser tests drive Debian's Chromium, the one without windows, which takes a third less of the processor; the CJK font
# is what Korean screenshots are drawn with.
missing=()
command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
fc-list :lang=ko 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk)
# The official QStash SDK speaks to the engine.
command -v npm >/dev/null || missing+=(nodejs npm)
# The tests of both halves run on a PostgreSQL of their own too, and behind a pooler.
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
command -v pgbouncer >/dev/null || missing+=(pgbouncer)
if ((${#missing[@]})); then
  sudo=$( ((EUID == 0)) || echo sudo)
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends fontconfig "${missing[@]}"
fi

npm ci --prefix tests/sdk --silent --no-audit --no-fund

dotnet tool restore
dotnet restore Jettae.slnx --locked-mode
dotnet csharpier check .
dotnet build Jettae.slnx --no-restore -c Release

# The programs that the tests start are the ones that people run, compiled ahead for this machine: of the hundreds of starts
# each costs a third less.
kind=$(dotnet --info | sed -n 's/^ *RID: *//p')
if dotnet publish src/Jettae -c Release -r "$kind" --no-self-contained -p:PackAsTool=false \
  -p:NuGetLockFilePath=obj/publish.lock.json -o artifacts/program; then
  export JETTAE_TEST_PROGRAM="$PWD/artifacts/program/Jettae.dll"
else
  echo "Not compiled ahead here: the tests start what was built." >&2
fi

rm -rf TestResults
export JETTAE_PICTURES="$PWD/TestResults/pictures"
passed=0 failed=0 broken=0
# A project, the name of its run, and the options of the run; what is of the other store is not part of it.
run() {
  local project=$1 name=$2 log code=0 p f s
  shift 2
  log=$(mktemp)
  dotnet test --project "$project" -c Release --no-build --no-ansi --no-progress \
    --results-directory TestResults --report-xunit-ctrf --report-xunit-ctrf-filename "$name.ctrf.json" "$@" 2>&1 | tee "$log" || code=$?
  count() { sed -n "s/^ *$1: *\([0-9][0-9]*\).*/\1/p" "$log" | tail -n 1; }
  p=$(count succeeded) f=$(count failed) s=$(count skipped)
  passed=$((passed + ${p:-0}))
  failed=$((failed + ${f:-0}))
  # A skipped test, no test at all, or a runner that broke is a failure too.
  if ((${s:-0} > 0)) || { ((code != 0)) && ((${f:-0} == 0)); } || [[ -z $p ]]; then
    echo "$name: exit code $code, ${s:-0} skipped" >&2
    broken=1
  fi
  rm -f "$log"
}
for project in tests/*.Tests; do
  name=$(basename "$project")
  if [[ $name == Jettae.Engine.Tests || $name == Jettae.Studio.Tests ]]; then
    run "$project" "$name" --filter-not-trait Store=PostgreSQL "$@"
    # Much of the time is the database's: three at once.
    JETTAE_TEST_STORE=postgres run "$project" "$name.PostgreSQL" --filter-not-trait Store=SQLite --filter-not-trait Store=none --max-threads 3 "$@"
  else
    # The programs that these start live for seconds: only what is called thousands of times is compiled a second time.
    DOTNET_TC_CallCountThreshold=2000 run "$project" "$name" "$@"
    # The program and its pages once more, on a database and two nodes: what is the same on both is not looked at twice by default.
    if [[ $name == Jettae.Tests && ${JETTAE_TEST_STORES-} == all ]]; then
      JETTAE_TEST_STORE=postgres DOTNET_TC_CallCountThreshold=2000 run "$project" "$name.PostgreSQL" --filter-not-trait Store=own "$@"
    fi
  fi
done
# What ran says which of QStash's capabilities hold; the document must say the same.
if (($# == 0)) && ! node tests/compatibility/table.mjs TestResults; then
  broken=1
fi
((broken == 0)) || failed=$((failed + 1))
echo "$passed passed, $failed failed"
((failed == 0))
