# Sourced by ./wings and ./build: sets JAVA_HOME to a JDK 25 or newer, or says what is missing and ends.
# Looks at JAVA_HOME, then the java of the PATH, then where distributions and tools keep their JDKs.

jdk_major() {
  [ -x "$1/bin/javac" ] && [ -f "$1/release" ] && sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_jdk() {
  local candidate on_path major
  on_path=$(command -v javac 2>/dev/null || true)
  if [ -n "$on_path" ]; then
    on_path=$(dirname "$(dirname "$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")")")
  fi
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
    [ -n "$candidate" ] || continue
    major=$(jdk_major "$candidate" || true)
    if [ -n "$major" ] && [ "$major" -ge 25 ]; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  echo "wings: JDK 25 or newer is needed and was not found: install one (Temurin 25, say) or set JAVA_HOME" >&2
  exit 1
}

find_maven() {
  command -v mvn >/dev/null 2>&1 && return 0
  echo "wings: Maven 3.8 or newer is needed to build and was not found on the PATH" >&2
  exit 1
}

find_jdk
