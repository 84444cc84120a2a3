# What ./dev shows: colours, moving lines, times. ./dev reads this file; it is not run by itself.
# shellcheck shell=bash

terminal='' red='' green='' faint='' plain=''
if [[ -t 2 ]]; then
  terminal=yes
  if [[ -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    red=$'\e[31m' green=$'\e[32m' faint=$'\e[2m' plain=$'\e[0m'
  fi
fi

say() { printf '%s\n' "$*" >&2; }
die() {
  say "${red}$*${plain}"
  exit 1
}

child=''
log=$(mktemp "${TMPDIR:-/tmp}/evenkeel-dev.XXXXXXXX") # what the last quiet command said
tidy_up() {
  if [[ -n $child ]]; then kill "$child" 2>/dev/null || true; fi
  rm -f "$log"
}
trap tidy_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# quietly WHAT COMMAND...: a moving line on a terminal, elsewhere a line every 10 s while a build gets on; the command's
# whole output only when it fails.
quietly() {
  local what=$1 started=$SECONDS status=0 said=$SECONDS
  shift
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  if [[ -n $terminal ]]; then
    while kill -0 "$child" 2>/dev/null; do
      sleep 0.2
      if ((SECONDS > started)); then printf '\r\e[K%s%s%s' "$faint" "$(state_of "$what" "$started")" "$plain" >&2; fi
    done
    printf '\r\e[K' >&2
  else
    while kill -0 "$child" 2>/dev/null; do
      sleep 0.2
      if ((SECONDS - said >= 10)); then
        said=$SECONDS
        say "$(state_of "$what" "$started")"
      fi
    done
  fi
  wait "$child" || status=$?
  child=''
  if ((status != 0)); then
    cat "$log" >&2
    say "${red}failed: $what${plain}"
  elif ((SECONDS - started >= 2)); then
    say "$what: ${green}done${plain} in $((SECONDS - started)) s"
  fi
  return "$status"
}

# state_of WHAT STARTED: "building: [12/140] 40 s, about 3 min left", on a terminal no wider than that.
state_of() {
  local seconds=$((SECONDS - $2)) steps left='' text
  steps=$(progress)
  if [[ $steps =~ ^\[([0-9]+)/([0-9]+)\]$ ]] && ((BASH_REMATCH[1] > 2 && seconds >= 5)); then
    left=", about $(duration $((seconds * (BASH_REMATCH[2] - BASH_REMATCH[1]) / BASH_REMATCH[1]))) left"
  fi
  text="$1: ${steps:+$steps }$seconds s$left"
  if [[ -n $terminal ]]; then text=${text:0:$(($(tput cols 2>/dev/null || echo 80) - 1))}; fi
  printf '%s' "$text"
}

# The last "[12/140]" of ninja's output, where there is one. Up to 2 steps are CMake's own, before the first file.
progress() {
  tail -c 300 "$log" | grep -o '^\[[0-9]*/[0-9]*\]' | grep -v '/[012]\]$' | tail -n 1 || true
}

# duration SECONDS: "40 s" or "4 min", rounded up.
duration() {
  if (($1 < 60)); then printf '%s s' $((($1 + 9) / 10 * 10)); else printf '%s min' $((($1 + 59) / 60)); fi
}

# lock: waits until no other ./dev builds or tests in this folder. What it starts is not kept waiting.
lock() {
  if [[ -n ${EVENKEEL_LOCKED:-} ]] || ! command -v flock >/dev/null; then return; fi
  mkdir -p build && exec 9>build/.lock || die "build/ can't be written; who owns it? $(stat -c '%U' build 2>/dev/null)"
  if ! flock -n 9; then
    say "another ./dev is at work in this folder; waiting until it has ended"
    flock 9
  fi
  export EVENKEEL_LOCKED=1
}
