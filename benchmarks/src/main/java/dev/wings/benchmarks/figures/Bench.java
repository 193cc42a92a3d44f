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
package dev.wings.benchmarks.figures;

import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

/// What every benchmark gets.
///
/// @param root the root of the checkout
/// @param wanted the figures asked for
/// @param figures takes each figure as soon as it is there
/// @param progress takes a line for whoever waits
public record Bench(
        Path root, Scale scale, Set<FigureKind> wanted, Consumer<Figure> figures, Consumer<String> progress) {

    public Bench {
        wanted = Set.copyOf(wanted);
    }

    boolean wants(FigureKind... kinds) {
        for (FigureKind kind : kinds) {
            if (wanted.contains(kind)) {
                return true;
            }
        }
        return false;
    }

    void tell(String text) {
        progress.accept(text);
    }

    void report(Figure figure) {
        if (wanted.contains(figure.kind())) {
            figures.accept(figure);
        }
    }
}
