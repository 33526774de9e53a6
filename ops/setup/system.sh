#!/bin/sh
# What the project needs from the system: Python 3.11 with venv, Java 17, Maven, redis-server. On Debian or Ubuntu as root, what is missing is
# installed; elsewhere it is named, with what to install, and the exit code is 1. Prints the path of the Python to use as its last line.
set -eu

java_major() { "$1" -version 2>&1 | sed -n 's/.*version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p'; }

has_java() {
    for java in "${JAVA_HOME:-/nowhere}/bin/java" "$(command -v java || true)"; do
        if [ -x "$java" ] && [ "$(java_major "$java")" -ge 17 ] 2>/dev/null; then return 0; fi
    done
    return 1
}

find_python() {
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v "$python"; return 0; fi
    done
    return 1
}

has_venv() { [ -n "$python" ] && "$python" -c 'import ensurepip, venv' 2>/dev/null; }

installable() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]'; }

python=$(find_python || true)
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed. Install it (Debian 12 and newer: apt-get install python3 python3-venv; macOS: brew install python@3.13)," >&2
    echo "or name it: make setup PYTHON=/path/to/python3.11" >&2
    exit 1
fi

missing=""
has_java || missing="$missing java"
command -v mvn >/dev/null || missing="$missing maven"
command -v redis-server >/dev/null || missing="$missing redis-server"
has_venv || missing="$missing python3-venv"

if [ -n "$missing" ] && [ -f /etc/debian_version ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing by apt-get:$missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2
    packages=""
    for thing in $missing; do
        case $thing in
            java) if installable openjdk-17-jdk-headless; then packages="$packages openjdk-17-jdk-headless"; else packages="$packages default-jdk-headless"; fi ;;
            *) packages="$packages $thing" ;;
        esac
    done
    # shellcheck disable=SC2086  # one word a package
    apt-get install -qq -y --no-install-recommends $packages >&2
    missing=""
    has_java || missing="$missing java"
    has_venv || missing="$missing python3-venv"
fi

if [ -n "$missing" ]; then
    echo "missing:$missing. Install (make setup does it by itself on Debian or Ubuntu as root):" >&2
    for thing in $missing; do
        case $thing in
            java) echo "  Java 17 or newer   Debian: apt-get install openjdk-17-jdk-headless   Fedora: dnf install java-17-openjdk-devel   macOS: brew install openjdk@17" >&2 ;;
            maven) echo "  Maven              Debian: apt-get install maven                     Fedora: dnf install maven                   macOS: brew install maven" >&2 ;;
            redis-server) echo "  Redis              Debian: apt-get install redis-server              Fedora: dnf install redis                   macOS: brew install redis" >&2 ;;
            python3-venv) echo "  Python's venv      Debian: apt-get install python3-venv (of the version of $python)" >&2 ;;
        esac
    done
    exit 1
fi
echo "$python"
