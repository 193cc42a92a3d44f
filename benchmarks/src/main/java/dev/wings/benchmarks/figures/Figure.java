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

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A measured figure.
///
/// @param rounds its values and floors; the medians are what counts
/// @param details other numbers of the same run that help to read it, with their units in their names
public record Figure(FigureKind kind, Rounds rounds, Map<String, Double> details) {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final MathContext DIGITS = new MathContext(4);

    public Figure {
        if (rounds.values().isEmpty()) {
            throw new IllegalArgumentException("nothing was measured: figure=" + kind.id());
        }
        details = Map.copyOf(details);
    }

    public boolean isMet() {
        return kind.target().isMet(rounds.value(), rounds.ratio());
    }

    /// One line of JSON. `floor` and `ratio` are null where a figure has no floor.
    public String toJson(RunInfo run) {
        ObjectNode line = JSON.createObjectNode();
        line.put("figure", kind.id());
        line.put("what", kind.what());
        line.put("value", number(rounds.value()));
        line.put("unit", kind.unit());
        line.put("floor", number(rounds.floor()));
        line.put("ratio", number(rounds.ratio()));
        line.put("target", kind.target().text(kind.unit()));
        line.put("met", isMet());
        line.set(
                "rounds",
                JSON.valueToTree(rounds.values().stream().map(Figure::number).toList()));
        ObjectNode more = line.putObject("details");
        details.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(detail -> more.put(detail.getKey(), number(detail.getValue())));
        line.put("scale", run.scale());
        line.put("date", run.date());
        line.put("machine", run.machine());
        try {
            return JSON.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable BigDecimal number(double value) {
        return Double.isFinite(value) ? new BigDecimal(value, DIGITS).stripTrailingZeros() : null;
    }
}
