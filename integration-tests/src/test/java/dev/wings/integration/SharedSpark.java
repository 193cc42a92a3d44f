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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests a [SparkProcess] that all test classes of a run share. Its catalog is that of [SharedPlatform], its
/// current namespace `default`.
final class SharedSpark implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == SparkProcess.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        String uri = SharedPlatform.wings(context).catalogUri();
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedSpark.class))
                .computeIfAbsent(Spark.class, key -> Spark.start(uri), Spark.class)
                .spark();
    }

    private record Spark(SparkProcess spark, Path directory) implements AutoCloseable {

        static Spark start(String uri) {
            try {
                Path directory = Files.createTempDirectory("wings-spark-it");
                SparkProcess spark = SparkProcess.start(SparkProcess.catalog(uri), directory);
                spark.query("use " + SparkProcess.CATALOG + ".default");
                return new Spark(spark, directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            spark.close();
            SharedPlatform.delete(directory);
        }
    }
}
