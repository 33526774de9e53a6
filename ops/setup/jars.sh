#!/bin/sh
# FOLDER ← Kafka's jars, as ops/kafka/pom.xml names them, by Maven. Run from the project's root.
set -eu
folder=$1
mkdir -p "$(dirname "$folder")"
fresh=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$fresh"' EXIT
trap 'exit 130' INT TERM
mvn -q -B -f ops/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory="$fresh/jars" >"$fresh/log" 2>&1 || {
    cat "$fresh/log" >&2
    echo "Maven could not fetch Kafka's jars (above); check the network or ~/.m2/settings.xml (a proxy or mirror), then run make setup again" >&2
    exit 1
}
rm -rf "$folder"
mv "$fresh/jars" "$folder"
