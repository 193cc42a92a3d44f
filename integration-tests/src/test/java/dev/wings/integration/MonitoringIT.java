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

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What operators are told of the metrics is what the services have.
@ExtendWith(SharedPlatform.class)
final class MonitoringIT {

    private static final Path PAGE =
            Path.of(System.getProperty("wings.root", ".."), "docs", "operations", "monitoring.md");

    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (wings_[a-z_]+) ([a-z]+)$");

    /// A row of the tables of metrics, whose second column is the type.
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(wings_[a-z_]+)` \\| (timer|summary|histogram|counter|gauge) \\|");

    @Test
    void pageNamesTheMetricsOfAllServices(WingsProcess wings) throws Exception {
        String page = Files.readString(PAGE);
        Set<String> documented = new TreeSet<>();
        Matcher row = ROW.matcher(page);
        while (row.find()) {
            documented.add(row.group(1) + " " + row.group(2).replace("timer", "summary"));
        }
        Set<String> found = new TreeSet<>();
        Matcher kind = TYPE.matcher(scrape(wings.ports()));
        while (kind.find()) {
            found.add(kind.group(1) + " " + kind.group(2));
        }
        // the greatest values belong to what they are the greatest of
        List<String> greatest = found.stream()
                .filter(metric -> Stream.of(" summary", " histogram")
                        .anyMatch(type -> found.contains(metric.replace("_max gauge", type))))
                .filter(metric -> metric.endsWith("_max gauge"))
                .toList();
        greatest.forEach(found::remove);
        assertThat(found).hasSizeGreaterThan(30);
        assertThat(documented).containsAll(found);
    }

    /// The metrics of all services.
    static String scrape(WingsPorts ports) throws IOException, InterruptedException {
        StringBuilder metrics = new StringBuilder();
        for (int port : ports.management()) {
            metrics.append(scrape(port));
        }
        return metrics.toString();
    }

    private static String scrape(int port) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            return answer.body();
        }
    }
}
