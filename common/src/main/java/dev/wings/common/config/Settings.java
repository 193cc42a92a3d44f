/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.common.config;

import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Reads the settings of one service: `WINGS_<SERVICE>_<NAME>` of the environment, and for those that it lacks the
/// file that `WINGS_<SERVICE>_CONFIG_FILE` names, a Java properties file with the same names.
///
/// A config record reads itself in its static `from(Settings)` and calls one method here per setting. Nothing fails
/// while it does: problems are collected, with names that nobody asked for, and [#read] fails once with all of them.
/// An empty value counts as not set.
public final class Settings {

    public static final long KIB = 1 << 10;
    public static final long MIB = 1 << 20;
    public static final long GIB = 1 << 30;

    private static final String CONFIG_FILE = "CONFIG_FILE";
    private static final String PORT_OFFSET = "WINGS_PORT_OFFSET";
    private static final String LOG_LEVEL = "WINGS_LOG_LEVEL";

    /// What every service reads.
    static final Set<String> OF_ALL_SERVICES = Set.of(PORT_OFFSET, LOG_LEVEL);

    private static final List<String> LOG_LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");
    private static final int MAX_PORT = 65_535;

    /// What getters return once their value was refused; the record that gets it is thrown away.
    private static final String REFUSED = "refused";

    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]*");

    private final String prefix;
    private final Map<String, String> values;
    private final int portOffset;
    private final Map<String, Setting> described = new LinkedHashMap<>();
    private final Map<String, String> texts = new TreeMap<>();
    private final Map<String, Integer> ports = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private Settings(String service, Map<String, String> environment, Presets presets) {
        this.prefix = "WINGS_" + service + "_";
        this.values = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(prefix) && !value.isEmpty()) {
                values.put(name, value);
            }
        });
        string(CONFIG_FILE, "", "a Java properties file with more of these settings; the environment goes before it");
        String file = values.get(prefix + CONFIG_FILE);
        if (file != null) {
            addFile(file);
        }
        addPresets(presets);
        checkLogLevel(environment.getOrDefault(LOG_LEVEL, ""));
        this.portOffset = parsePortOffset(environment.getOrDefault(PORT_OFFSET, ""));
    }

    /// Reads the configuration of a service. Fails with INVALID that lists all problems.
    ///
    /// @param service as in the variables' names: `CONTROL_PLANE`
    /// @param reader the record's `from`; an `IllegalArgumentException` of the record's own checks is one of
    ///     the problems
    public static <T> T read(String service, Map<String, String> environment, Function<Settings, T> reader) {
        Reading<T> reading = read(service, environment, Presets.NONE, reader);
        return reading.config()
                .orElseThrow(() -> WingsException.invalid(
                        "bad configuration of " + service + ":\n  - " + String.join("\n  - ", reading.problems())));
    }

    /// Reads the configuration of a service of which some settings are decided where it is assembled. Does not fail:
    /// whoever assembles several services reports the problems of all.
    public static <T> Reading<T> read(
            String service, Map<String, String> environment, Presets presets, Function<Settings, T> reader) {
        Settings settings = new Settings(service, environment, presets);
        Optional<T> config = Optional.empty();
        try {
            config = Optional.of(reader.apply(settings));
        } catch (IllegalArgumentException e) {
            // with other problems around, this may be a consequence of the values that stand in for refused ones
            if (settings.problems.isEmpty()) {
                settings.problems.add(settings.prefix + "*: " + e.getMessage());
            }
        }
        settings.addUnknownNames();
        return new Reading<>(
                settings.prefix,
                settings.problems.isEmpty() ? config : Optional.empty(),
                settings.problems,
                settings.described.keySet(),
                settings.texts,
                settings.ports);
    }

    /// The settings that `reader` asks for, in its order.
    ///
    /// @param required values for the settings without a default, by their whole names
    public static List<Setting> describe(String service, Map<String, String> required, Consumer<Settings> reader) {
        Settings settings = new Settings(service, required, Presets.NONE);
        reader.accept(settings);
        if (!settings.problems.isEmpty()) {
            throw new IllegalStateException("cannot be described: " + settings.problems);
        }
        return List.copyOf(settings.described.values());
    }

    /// By how much all default ports are moved: `WINGS_PORT_OFFSET`, 0 if not set.
    public int portOffset() {
        return portOffset;
    }

    /// A text that must be set.
    public String string(String name, String doc) {
        return required(name, "text", "", doc).orElse(REFUSED);
    }

    /// A text.
    public String string(String name, String defaultValue, String doc) {
        String value = optional(name, "text", defaultValue, "", doc).orElse(defaultValue);
        texts.put(name, value);
        return value;
    }

    /// One of a few words.
    public String choice(String name, String defaultValue, Collection<String> choices, String doc) {
        String bounds = "one of " + String.join(", ", choices);
        return optional(name, "text", defaultValue, bounds, doc)
                .flatMap(value -> choices.contains(value) ? Optional.of(value) : refuse(name, bounds, value))
                .orElse(defaultValue);
    }

    /// An absolute URI that must be set.
    public URI uri(String name, String doc) {
        return required(name, "URI", "", doc)
                .flatMap(value -> parseUri(name, value))
                .orElse(URI.create(REFUSED + ":/"));
    }

    /// An absolute URI.
    public URI uri(String name, URI defaultValue, String doc) {
        return optional(name, "URI", defaultValue.toString(), "", doc)
                .flatMap(value -> parseUri(name, value))
                .orElse(defaultValue);
    }

    /// A whole number in `[min, max]`, both included.
    public int integer(String name, int defaultValue, int min, int max, String doc) {
        checkDefault(name, min <= defaultValue && defaultValue <= max);
        String bounds = min + " to " + max;
        return optional(name, "integer", Integer.toString(defaultValue), bounds, doc)
                .flatMap(value -> Values.parseLong(value)
                        .filter(number -> min <= number && number <= max)
                        .or(() -> refuse(name, "an integer, " + bounds, value)))
                .map(Math::toIntExact)
                .orElse(defaultValue);
    }

    /// A number of bytes in `[min, max]`, both included: `4096`, `64KiB`, `8MiB`, `1GiB`.
    public long bytes(String name, long defaultValue, long min, long max, String doc) {
        checkDefault(name, min <= defaultValue && defaultValue <= max);
        String bounds = Values.formatBytes(min) + " to " + Values.formatBytes(max);
        return optional(name, "bytes", Values.formatBytes(defaultValue), bounds, doc)
                .flatMap(value -> Values.parseBytes(value)
                        .filter(number -> min <= number && number <= max)
                        .or(() -> refuse(name, "bytes, " + bounds, value)))
                .orElse(defaultValue);
    }

    /// A length of time in `[min, max]`, both included: `100ms`, `5s`, `10m`, `24h`, `7d`.
    public Duration duration(String name, Duration defaultValue, Duration min, Duration max, String doc) {
        checkDefault(name, min.compareTo(defaultValue) <= 0 && defaultValue.compareTo(max) <= 0);
        String bounds = Values.formatDuration(min) + " to " + Values.formatDuration(max);
        return optional(name, "duration", Values.formatDuration(defaultValue), bounds, doc)
                .flatMap(value -> Values.parseDuration(value)
                        .filter(time -> min.compareTo(time) <= 0 && time.compareTo(max) <= 0)
                        .or(() -> refuse(name, "a duration like 100ms or 5s, " + bounds, value)))
                .orElse(defaultValue);
    }

    /// `true` or `false`.
    public boolean bool(String name, boolean defaultValue, String doc) {
        return optional(name, "boolean", Boolean.toString(defaultValue), "", doc)
                .flatMap(value -> switch (value) {
                    case "true" -> Optional.of(true);
                    case "false" -> Optional.of(false);
                    default -> this.<Boolean>refuse(name, "true or false", value);
                })
                .orElse(defaultValue);
    }

    /// A TCP port to listen on; 0 takes a free one. The default, and only the default, is moved by [#portOffset].
    public int port(String name, int defaultValue, String doc) {
        int shifted = defaultValue + portOffset;
        if (shifted > MAX_PORT) {
            problems.add(PORT_OFFSET + " moves " + prefix + name + " out of range: port=" + shifted);
        }
        String bounds = "0 to " + MAX_PORT;
        Optional<String> set = optional(name, "port", Integer.toString(defaultValue), bounds, doc);
        Optional<Integer> port = set.isEmpty()
                ? Optional.of(shifted)
                : set.flatMap(value -> Values.parseLong(value)
                                .filter(number -> 0 <= number && number <= MAX_PORT)
                                .or(() -> refuse(name, "a port, " + bounds, value)))
                        .map(Math::toIntExact);
        port.filter(number -> number <= MAX_PORT).ifPresent(number -> ports.put(name, number));
        return port.orElse(shifted);
    }

    /// A path that need not be set and need not exist.
    public Optional<Path> path(String name, String doc) {
        return optional(name, "path", "", "", doc).flatMap(value -> parsePath(name, value));
    }

    /// A path that need not exist.
    public Path path(String name, Path defaultValue, String doc) {
        return optional(name, "path", defaultValue.toString(), "", doc)
                .flatMap(value -> parsePath(name, value))
                .orElse(defaultValue);
    }

    /// A secret that need not be set, read from the file that `<NAME>_FILE` names, without a line break at its end.
    public Optional<Secret> secret(String name, String doc) {
        String fileName = name + "_FILE";
        return optional(fileName, "path of a file", "", "", doc).flatMap(value -> readSecret(fileName, value));
    }

    private Optional<Secret> readSecret(String name, String file) {
        try {
            String text =
                    Files.readString(Path.of(file), StandardCharsets.UTF_8).stripTrailing();
            return text.isEmpty() ? refuse(name, "a file that is not empty", file) : Optional.of(new Secret(text));
        } catch (IOException | InvalidPathException e) {
            return refuse(name, "a readable UTF-8 file", file);
        }
    }

    private Optional<URI> parseUri(String name, String value) {
        try {
            URI uri = new URI(value);
            return uri.isAbsolute() ? Optional.of(uri) : refuse(name, "an absolute URI", value);
        } catch (URISyntaxException e) {
            return refuse(name, "a URI", value);
        }
    }

    private Optional<Path> parsePath(String name, String value) {
        try {
            return Optional.of(Path.of(value));
        } catch (InvalidPathException e) {
            return refuse(name, "a path", value);
        }
    }

    private Optional<String> required(String name, String type, String bounds, String doc) {
        describe(new Setting(prefix + name, type, true, "", bounds, doc));
        Optional<String> value = value(name);
        if (value.isEmpty()) {
            problems.add(prefix + name + " must be set: " + doc);
        }
        return value;
    }

    private Optional<String> optional(String name, String type, String defaultValue, String bounds, String doc) {
        describe(new Setting(prefix + name, type, false, defaultValue, bounds, doc));
        return value(name);
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(values.get(prefix + name));
    }

    private void describe(Setting setting) {
        if (!NAME.matcher(setting.name()).matches()) {
            throw new IllegalStateException("bad name of a setting: " + setting.name());
        }
        if (described.putIfAbsent(setting.name(), setting) != null) {
            throw new IllegalStateException("a setting is read once: " + setting.name());
        }
    }

    private static void checkDefault(String name, boolean inBounds) {
        if (!inBounds) {
            throw new IllegalStateException("a default lies within its bounds: " + name);
        }
    }

    private <T> Optional<T> refuse(String name, String expected, String found) {
        // a URI may hold a password
        String shown = found.replaceAll("//[^/@]*@", "//***@");
        problems.add(prefix + name + " must be " + expected + ": found=\"" + shown + "\"");
        return Optional.empty();
    }

    private void addFile(String file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            refuse(CONFIG_FILE, "a readable properties file", file);
            return;
        }
        for (String name : properties.stringPropertyNames()) {
            String value = properties.getProperty(name).strip();
            if (name.equals(prefix + CONFIG_FILE)) {
                problems.add(name + " cannot stand in a configuration file");
            } else if (!value.isEmpty()) {
                values.putIfAbsent(name, value);
            }
        }
    }

    private void addPresets(Presets presets) {
        presets.defaults().forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                values.putIfAbsent(name, value);
            }
        });
        new TreeMap<>(presets.fixed()).forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                if (values.remove(name) != null) {
                    problems.add(name + " is set, but this platform brings its own: remove it");
                }
                if (!value.isEmpty()) {
                    values.put(name, value);
                }
            }
        });
    }

    /// The level itself is read by the log's own configuration, which takes an unknown one for DEBUG.
    private void checkLogLevel(String value) {
        if (!value.isEmpty() && !LOG_LEVELS.contains(value)) {
            problems.add(LOG_LEVEL + " must be one of " + String.join(", ", LOG_LEVELS) + ": found=\"" + value + "\"");
        }
    }

    private int parsePortOffset(String value) {
        if (value.isEmpty()) {
            return 0;
        }
        Optional<Long> offset = Values.parseLong(value).filter(number -> 0 <= number && number <= MAX_PORT);
        if (offset.isEmpty()) {
            problems.add(PORT_OFFSET + " must be an integer, 0 to " + MAX_PORT + ": found=\"" + value + "\"");
        }
        return offset.map(Math::toIntExact).orElse(0);
    }

    private void addUnknownNames() {
        for (String name : values.keySet()) {
            if (described.containsKey(name + "_FILE")) {
                problems.add(name + " is unknown: a secret is put into a file, which " + name + "_FILE names");
            } else if (!described.containsKey(name)) {
                problems.add(UnknownNames.problem(name, prefix, described.keySet()));
            }
        }
    }
}
