# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by tests/try and tests/run: becomes root, and installs what is missing. $0 and "$@" are the caller's.

if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null; then
    exec sudo --preserve-env=DISPLAY,WAYLAND_DISPLAY,XAUTHORITY "$0" "$@"
  fi
  echo "$0: needs root: it boots a throw-away machine. Run it with sudo, or as root." >&2
  exit 2
fi
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 022

missing=$(sed '/^#/d' "$support/packages" | while read -r package; do
  case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
    ?i*) ;;
    *) echo "$package" ;;
  esac
done)
if [ -n "$missing" ]; then
  echo "Installing with apt what is missing: $(echo $missing)"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update >/dev/null || echo "  the Debian archive can't be reached; using apt's lists as they are"
  apt-get -q -y --no-install-recommends install $missing >/dev/null || {
    echo "$0: apt could not install what is missing" >&2
    exit 2
  }
fi
