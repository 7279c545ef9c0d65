#!/bin/sh
# Installs the one peer of the benchmark that pip cannot: PostgreSQL with PostGIS, from Debian.
# Needs root. Nothing else here does: the benchmark starts its own server, in a folder of its own,
# as an unprivileged user, and never touches a cluster of the system.
set -eu

if [ "$(id -u)" -ne 0 ]; then
    echo "install_peers.sh installs packages: run it as root (sudo $0)" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "install_peers.sh knows Debian and its children only; install PostgreSQL with PostGIS" \
        "by your own means, then run the benchmark" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The package would create and start a cluster of its own; the benchmark has no use for one.
apt-get install -y -qq --no-install-recommends postgresql-common
mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/keepclear-bench.conf
extension=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-[0-9]+$' |
    cut -d' ' -f1 | sort -V | tail -n 1)
if [ -z "$extension" ]; then
    echo "no package postgresql-*-postgis-* in the package lists of this machine" >&2
    exit 1
fi
server=$(echo "$extension" | cut -d- -f1,2)
apt-get install -y -qq --no-install-recommends "$server" "$extension"
echo "installed $server and $extension; python bench/run.py will find them"
