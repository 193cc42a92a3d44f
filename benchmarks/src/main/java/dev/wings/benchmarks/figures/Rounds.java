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

import java.util.ArrayList;
import java.util.List;

/// One figure measured again and again, each time next to its floor, so that what disturbs one disturbs both.
public final class Rounds {

    private final List<Double> values = new ArrayList<>();
    private final List<Double> floors = new ArrayList<>();

    public void add(double value) {
        values.add(value);
    }

    public void add(double value, double floor) {
        values.add(value);
        floors.add(floor);
    }

    public List<Double> values() {
        return List.copyOf(values);
    }

    /// The median value.
    public double value() {
        return median(values);
    }

    /// The median floor; not a number if there is none.
    public double floor() {
        return median(floors);
    }

    /// The median of each round's own ratio; not a number if there is no floor.
    public double ratio() {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < floors.size(); round++) {
            ratios.add(values.get(round) / floors.get(round));
        }
        return median(ratios);
    }

    static double median(List<Double> numbers) {
        if (numbers.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = numbers.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
