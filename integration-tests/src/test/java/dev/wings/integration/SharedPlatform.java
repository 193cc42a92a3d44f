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
package dev.wings.integration;

import dev.wings.common.process.PortOffset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests a [WingsProcess] that all test classes of a run share; it holds the example flights as topic
/// `flights`.
final class SharedPlatform implements ParameterResolver {

    /// The example rows, or more of the same kind: `-Dwings.flights=FILE`.
    static final Path FLIGHTS = Path.of(System.getProperty(
            "wings.flights",
            Path.of(System.getProperty("wings.root", ".."), "examples", "flights.parquet")
                    .toString()));

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == WingsProcess.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return wings(context);
    }

    /// Started by who asks first.
    static WingsProcess wings(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedPlatform.class))
                .computeIfAbsent(Platform.class, key -> Platform.start(), Platform.class)
                .wings();
    }

    /// Deletes a directory with all that is in it.
    static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        }
    }

    private record Platform(WingsProcess wings, Path data) implements AutoCloseable {

        static Platform start() {
            try {
                Path data = Files.createTempDirectory("wings-it");
                WingsProcess wings = WingsProcess.start(data, PortOffset.claim());
                wings.run("topic", "create", "flights", "--from", FLIGHTS.toString(), "--partition-by", "origin");
                wings.run("push", "flights", FLIGHTS.toString());
                return new Platform(wings, data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            wings.close();
            delete(data);
        }
    }
}
