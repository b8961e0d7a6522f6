# Sourced by the tests of pages, with $here, their folder, and $work, their folder in the build: finds the browser and
# installs its driver; skips (77) without npm, without Chromium or without network. BLUEPLANE_SHOTS names a folder for
# screenshots of all pages.

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$chromium" ] || { echo 'skipped: no Chromium'; exit 77; }
command -v npm >/dev/null 2>&1 || { echo 'skipped: no npm'; exit 77; }

mkdir -p "$work"
if ! cmp -s "$here/package-lock.json" "$work/package-lock.json" || [ ! -d "$work/node_modules" ]; then
  cp "$here/package.json" "$here/package-lock.json" "$work/"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) || { tail -n 3 "$work/npm.log"; echo "skipped: packages cannot be downloaded"; exit 77; }
fi

# From here on HOME is that of the sample person.
at_home() {
  HOME=$work/home
  BLUEPLANE_STORE=$work/home/blueplane.db
  TZ=UTC
  LC_ALL=C.UTF-8
  NODE_PATH=$work/node_modules
  export HOME BLUEPLANE_STORE TZ LC_ALL NODE_PATH
  unset CLAUDE_CONFIG_DIR CODEX_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
}
