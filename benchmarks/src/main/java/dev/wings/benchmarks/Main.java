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
package dev.wings.benchmarks;

import dev.wings.benchmarks.figures.Bench;
import dev.wings.benchmarks.figures.CompactionBenchmark;
import dev.wings.benchmarks.figures.FigureKind;
import dev.wings.benchmarks.figures.HttpBenchmark;
import dev.wings.benchmarks.figures.IngestBenchmark;
import dev.wings.benchmarks.figures.LagBenchmark;
import dev.wings.benchmarks.figures.LatencyBenchmark;
import dev.wings.benchmarks.figures.LookupBenchmark;
import dev.wings.benchmarks.figures.QueryBenchmark;
import dev.wings.benchmarks.figures.RunInfo;
import dev.wings.benchmarks.figures.Scale;
import dev.wings.benchmarks.figures.SchemaVersionsBenchmark;
import dev.wings.benchmarks.figures.SegmentQueryBenchmark;
import dev.wings.benchmarks.figures.StartBenchmark;
import dev.wings.benchmarks.figures.TableCommitBenchmark;
import dev.wings.benchmarks.figures.WriteBenchmark;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The whole-path benchmark: figures go to standard output, one line of JSON each; progress goes to standard
/// error. The exit code tells whether it could measure, not whether the targets are met.
@Command(
        name = "benchmarks/run",
        mixinStandardHelpOptions = true,
        description = "Measures wings dev as a process of its own; prints one JSON line per figure.")
public final class Main implements Callable<Integer> {

    @Option(
            names = "--figures",
            split = ",",
            description = "Only these; all of them are listed in benchmarks/README.md.")
    private List<String> figures = List.of();

    @Option(names = "--quick", description = "A short run with less data, to see that it works.")
    private boolean quick;

    @Option(names = "--rounds", description = "How often figure and floor are taken in turn; the median counts.")
    private int rounds;

    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Scale chosen = quick ? Scale.quick() : Scale.full();
        Scale scale = rounds > 0 ? chosen.withRounds(rounds) : chosen;
        RunInfo run = RunInfo.of(scale, InstantSource.system());
        Bench bench = new Bench(
                Path.of(System.getProperty("wings.root")),
                scale,
                wanted(),
                figure -> System.out.println(figure.toJson(run)),
                System.err::println);
        new StartBenchmark(bench).run();
        new IngestBenchmark(bench).run();
        new HttpBenchmark(bench).run();
        new LatencyBenchmark(bench).run();
        new WriteBenchmark(bench).run();
        new QueryBenchmark(bench).run();
        new SchemaVersionsBenchmark(bench).run();
        new CompactionBenchmark(bench).run();
        new SegmentQueryBenchmark(bench).run();
        new LookupBenchmark(bench).run();
        new LagBenchmark(bench).run();
        new TableCommitBenchmark(bench).run();
        return 0;
    }

    private Set<FigureKind> wanted() {
        if (figures.isEmpty()) {
            return EnumSet.allOf(FigureKind.class);
        }
        Set<FigureKind> wanted = EnumSet.noneOf(FigureKind.class);
        figures.forEach(id -> wanted.add(FigureKind.of(id)));
        return wanted;
    }
}
